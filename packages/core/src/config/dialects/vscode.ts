import { isObject } from '../problem.ts'
import { type Dialect, looksLikeEntry, namedEntries, own, type Path } from './dialect.ts'

// `.vscode/mcp.json`, and the older place in the settings.
const places: Path[] = [['servers'], ['mcp', 'servers']]

/** VS Code: `{"servers": {NAME: {…}}, "inputs": […]}`, or the same under `mcp` in the settings. */
export const vscode: Dialect = {
  match: (input) => placeIn(input) !== undefined,

  entries(input) {
    const place = placeIn(input)
    return place === undefined ? [] : namedEntries(valueAt(input, place) as Record<string, unknown>, place)
  },
}

function placeIn(input: unknown): Path | undefined {
  return places.find((place) => {
    const services = valueAt(input, place)
    return isObject(services) && !looksLikeEntry(services)
  })
}

function valueAt(input: unknown, place: Path): unknown {
  return place.reduce<unknown>((value, step) => own(value, String(step)), input)
}
