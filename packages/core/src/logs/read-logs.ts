import { setTimeout as pause } from 'node:timers/promises'
import { asError, storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { checkServiceName } from '../services/names.ts'
import type { Service } from '../services/registry.ts'
import { GrowingFile } from './growing-file.ts'
import { logPath } from './log-folder.ts'
import { readLine, type ServiceLogLine } from './log-line.ts'

const DEFAULT_LINES = 100
/** How often a file is looked at for more, in ms: not every file system tells. */
const LOOK_MS = 200

export interface ServiceLogOptions {
  /** How many lines that were there before, at most; the last ones. Default: 100. */
  lines?: number | undefined
  /** Nothing that was heard before, ms since 1970. */
  since?: number | undefined
  /** Goes on with what comes, until `signal` is aborted. */
  follow?: boolean | undefined
  signal?: AbortSignal | undefined
  /** Told once of each log that cannot be read while others can. Without it the first of them ends the reading. */
  onProblem?: ((problem: Error) => void) | undefined
}

/** What services said; see `StoreContext.serviceLogs`. */
export async function* readLogs(
  { logFolder, registry }: Pick<House, 'logFolder' | 'registry'>,
  names: readonly string[],
  { lines = DEFAULT_LINES, since = 0, follow = false, signal, onProblem }: ServiceLogOptions,
): AsyncGenerator<ServiceLogLine, void, undefined> {
  if (logFolder === undefined) {
    throw storeError('usage', 'what services say is kept for dataspaces that have a name and a usual place', {
      hint: 'Give the options dataspace, and redis or local: true.',
    })
  }
  const asked = (): Service[] =>
    names.length === 0 ? registry.shown() : names.flatMap((name) => registry.find(name) ?? [])
  for (const name of names) registry.get(checkServiceName(name))
  const files = new Map<string, GrowingFile>()
  const told = new Set<string>()
  const news = async (most: number): Promise<ServiceLogLine[]> => {
    let heard: ServiceLogLine[] = []
    const services = asked()
    let unreadable = 0
    for (const service of services) {
      const path = logPath(logFolder, service)
      const file = files.get(path) ?? new GrowingFile(path)
      files.set(path, file)
      const read = await newLines(file, path).catch((problem: Error) => {
        if (!onProblem || ++unreadable === services.length) throw problem
        if (!told.has(path)) onProblem(problem)
        told.add(path)
        return []
      })
      const more = linesOf(service, read).filter(({ at }) => Date.parse(at) >= since)
      heard = inOrder([...heard, ...more]).slice(-most)
    }
    return heard
  }
  yield* lines === 0 ? (await news(1)).slice(1) : await news(lines)
  while (follow && !signal?.aborted) {
    await pause(LOOK_MS, undefined, signal && { signal }).catch(() => {})
    if (!signal?.aborted) yield* await news(Number.MAX_SAFE_INTEGER)
  }
}

async function newLines(file: GrowingFile, path: string): Promise<string[]> {
  try {
    return await file.newLines()
  } catch (thrown) {
    const said = `${path} cannot be read: ${asError(thrown).message}`
    throw storeError('storage', said, { hint: 'Make it a file of yours, or remove it.', cause: thrown })
  }
}

function linesOf({ name, scope }: Service, texts: readonly string[]): ServiceLogLine[] {
  return texts.flatMap((text) => {
    const line = readLine(text)
    if (!line) return []
    const { at, ...said } = line
    return [{ at, service: name, scope, ...said }]
  })
}

/** In order of their times; of one service as they were written. */
function inOrder(lines: ServiceLogLine[]): ServiceLogLine[] {
  return lines.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}
