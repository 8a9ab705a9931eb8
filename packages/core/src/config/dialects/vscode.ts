import { editorPlaceholders, type Inputs } from '../placeholders/foreign-placeholders.ts'
import { isObject } from '../problem.ts'
import { type Client, inAppData } from './client.ts'
import { looksLikeEntry, namedEntries, own, type Path } from './dialect.ts'
import { usualEntry, type Words, writing } from './wording.ts'

const words: Words = {
  title: 'VS Code',
  placeholder: ({ variable }) => `\${env:${variable}}`,
  knows: ['remote', 'sse', 'cwd', 'envFile'],
}

// `.vscode/mcp.json`, and the older place in the settings.
const places: Path[] = [['servers'], ['mcp', 'servers']]

/** VS Code: `{"servers": {NAME: {…}}, "inputs": […]}`, or the same under `mcp` in the settings. */
export const vscode: Client = {
  id: 'vscode',
  title: words.title,
  format: 'json',
  userFiles: (machine) =>
    ['Code', 'Code - Insiders'].map((folder) => inAppData(machine, folder, 'User', 'mcp.json')),
  projectFiles: ['.vscode/mcp.json'],
  upwards: false,
  match: (input) => placeIn(input) !== undefined,

  entries(input) {
    const place = placeIn(input)
    return place === undefined ? [] : namedEntries(valueAt(input, place) as Record<string, unknown>, place)
  },

  placeholders: (where, input) => editorPlaceholders(where, inputsOf(input)),

  write: writing(words, (worded, config) => {
    const { cwd, envFile } = config.type === 'stdio' ? config : {}
    return { type: config.type, ...usualEntry(worded, { cwd, envFile }) }
  }),
  document: (entries) => ({ servers: entries }),
}

/** What it asks for. The default of a password is none to be passed on, and what a command answers is no text. */
function inputsOf(input: unknown): Inputs {
  const list = own(input, 'inputs') ?? own(own(input, 'mcp'), 'inputs')
  const inputs = new Map<string, { fallback?: string }>()
  for (const one of Array.isArray(list) ? list : []) {
    const [id, fallback] = [own(one, 'id'), own(one, 'default')]
    if (typeof id !== 'string') continue
    const isTold = typeof fallback === 'string' && own(one, 'password') !== true && !/[{}]/.test(fallback)
    inputs.set(id, isTold ? { fallback } : {})
  }
  return inputs
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
