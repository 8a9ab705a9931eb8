import { resolve } from 'node:path'
import { holdsPlaceholder } from './placeholders/placeholder-syntax.ts'
import { isObject, kindOf, type Problem, quoted } from './problem.ts'
import type { TransportName } from './service-config.ts'

export interface ReadOptions {
  /** What a relative folder is relative to. */
  cwd: string
  /** Called for what cannot be read. */
  report(problem: Problem): void
}

/** Brings a value nearer to the stored form; undefined when nothing of it is to be stored. */
type Read = (value: unknown, field: string, options: ReadOptions) => unknown

const transports: Record<string, TransportName> = {
  stdio: 'stdio',
  local: 'stdio',
  http: 'http',
  streamablehttp: 'http',
  sse: 'sse',
}

/** Every field that people write for a service, what it is called in the stored form, and how it is read. */
export const spellings: ReadonlyMap<string, { target: string; read: Read }> = new Map(
  Object.entries({
    command: { target: 'command', read: readCommand },
    args: { target: 'args', read: readArgs },
    env: { target: 'env', read: readStrings },
    envFile: { target: 'envFile', read: readPath },
    env_file: { target: 'envFile', read: readPath },
    cwd: { target: 'cwd', read: readPath },
    working_dir: { target: 'cwd', read: readPath },
    url: { target: 'url', read: readUrl },
    serverUrl: { target: 'url', read: readUrl },
    httpUrl: { target: 'url', read: readUrl },
    baseUrl: { target: 'url', read: readUrl },
    headers: { target: 'headers', read: readStrings },
    type: { target: 'type', read: readTransport },
    transport: { target: 'type', read: readTransport },
    transportType: { target: 'type', read: readTransport },
    protocol: { target: 'protocol', read: (value) => value },
    description: { target: 'description', read: (value) => value },
    disabled: { target: 'disabled', read: readFlag(true) },
    enabled: { target: 'disabled', read: readFlag(false) },
    isActive: { target: 'disabled', read: readFlag(false) },
  }),
)

/** Whether the person wrote nothing: programs export fields that do not apply as `null` or as an empty string. */
export function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
}

function readCommand(value: unknown, field: string, { report }: ReadOptions): unknown {
  const hint =
    'Write the program into command and its arguments into args: "command": "npx", "args": ["-y", "…"].'
  if (Array.isArray(value)) return report({ field, message: `${field} must be a string, not a list`, hint })
  // A path may hold blanks, the bare name of a program hardly ever does.
  if (typeof value === 'string' && /^[\w.@-]+\s+\S/.test(value)) {
    return report({ field, message: `${field} holds arguments`, hint })
  }
  return value
}

function readArgs(value: unknown, field: string, { report }: ReadOptions): unknown {
  if (!Array.isArray(value)) {
    const hint = 'One string for each argument: ["-y", "some-server"].'
    return report({ field, message: `${field} must be a list of strings, not ${kindOf(value)}`, hint })
  }
  if (value.length === 0) return undefined
  return value.map((arg, index) =>
    typeof arg === 'number' ? numberText(arg, `${field}[${index}]`, report) : arg,
  )
}

function readStrings(value: unknown, field: string, { report }: ReadOptions): unknown {
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  if (entries.length === 0) return undefined
  return Object.fromEntries(
    entries.map(([name, one]) => {
      if (typeof one === 'boolean') return [name, String(one)]
      return [name, typeof one === 'number' ? numberText(one, `${field}.${name}`, report) : one]
    }),
  )
}

function readPath(value: unknown, field: string, { cwd, report }: ReadOptions): unknown {
  if (typeof value !== 'string' || holdsPlaceholder(value)) return value
  if (value.startsWith('~')) {
    return report({
      field,
      message: `${field} starts with ~, which is not expanded`,
      hint: 'Write the whole path.',
    })
  }
  return resolve(cwd, value)
}

function readUrl(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value
}

function readTransport(value: unknown, field: string, { report }: ReadOptions): unknown {
  const name = typeof value === 'string' ? value.toLowerCase().replace(/[-_]/g, '') : ''
  if (Object.hasOwn(transports, name)) return transports[name]
  const shown = typeof value === 'string' ? quoted(value) : kindOf(value)
  return report({
    field,
    message: `${field} is ${shown}, no known transport`,
    hint: 'Use stdio, http or sse.',
  })
}

function readFlag(disables: boolean): Read {
  return (value, field, { report }) =>
    typeof value === 'boolean'
      ? value === disables
      : report({ field, message: `${field} must be true or false, not ${kindOf(value)}` })
}

/** Numbers as people mean them; one that JSON has rounded already is refused. */
function numberText(value: number, field: string, report: ReadOptions['report']): string {
  const kept = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
  if (!kept)
    report({ field, message: `${field} is a number too large to be kept`, hint: 'Write it in quotes.' })
  return String(value)
}
