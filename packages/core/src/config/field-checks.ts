import { posix, win32 } from 'node:path'
import { holdsPlaceholder, placeholderProblems, sampleUrl } from './placeholders/placeholder-syntax.ts'
import { isObject, kindOf, type Problem, printable, quoted } from './problem.ts'
import type { ProtocolChoice } from './service-config.ts'

/** Looks at one field's value; `field` is the name that people know it by. */
export type Check = (value: unknown, field: string) => Problem[]

/** More than any system takes for one argument or header, and little enough for every pattern here. */
const LONGEST_VALUE = 1024 * 1024

const headerName = /^[!#$%&'*+.^_`|~\w-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

const protocols: readonly ProtocolChoice[] = ['auto', 'legacy', '2026-07-28']

/** What each field of the stored form must be. */
export const checks: Record<
  | 'command'
  | 'args'
  | 'env'
  | 'envFile'
  | 'cwd'
  | 'url'
  | 'headers'
  | 'protocol'
  | 'description'
  | 'disabled',
  Check
> = {
  command: (value, field) =>
    typeof value === 'string' && value.trim() !== ''
      ? text(value, field)
      : [mustBe(field, 'a command', value)],

  args: (value, field) =>
    Array.isArray(value)
      ? value.flatMap((arg, index) => text(arg, `${field}[${index}]`))
      : [mustBe(field, 'a list of strings', value)],

  env: (value, field) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, one]) => [
          ...envName(name, field),
          ...text(one, `${field}.${name}`),
        ])
      : [mustBe(field, 'an object of strings', value)],

  envFile: (value, field) => path(value, field, 'the path of a file'),

  cwd: (value, field) => path(value, field, 'a folder'),

  url: (value, field) => {
    if (typeof value !== 'string') return [mustBe(field, 'a string', value)]
    const unknown = [...lengthProblems(value, field), ...placeholderProblems(value, field)]
    return unknown.length > 0 ? unknown : urlProblems(sampleUrl(value), field)
  },

  headers: (value, field) =>
    isObject(value)
      ? [
          ...repeatedHeaders(Object.keys(value), field),
          ...Object.entries(value).flatMap(([name, one]) => header(name, one, field)),
        ]
      : [mustBe(field, 'an object of strings', value)],

  protocol: (value, field) =>
    protocols.some((protocol) => protocol === value)
      ? []
      : [
          {
            field,
            message: `${field} is ${typeof value === 'string' ? quoted(value) : kindOf(value)}, no known protocol`,
            hint: `Use ${protocols.slice(0, -1).join(', ')} or ${protocols.at(-1)}.`,
          },
        ],

  description: (value, field) => (typeof value === 'string' ? [] : [mustBe(field, 'a string', value)]),

  disabled: (value, field) => (value === true ? [] : [mustBe(field, 'true, or left out', value)]),
}

/** Whether this, without placeholders, is an address that can be connected to. */
export function urlProblems(url: string, field: string): Problem[] {
  if (/^https?:\/\/[^/\\?#]/i.test(url) && !/\p{Cc}/u.test(url) && URL.canParse(url)) return []
  return [
    {
      field,
      message: `${field} must be an http:// or https:// address`,
      hint: 'For example https://example.com/mcp or http://localhost:3000/mcp.',
    },
  ]
}

/** Whether HTTP can carry this, without placeholders, as the value of a header. */
export function headerValueProblems(value: string, field: string): Problem[] {
  if (headerValue.test(value)) return []
  return [
    {
      field,
      message: `${field} has a character that an HTTP header cannot carry`,
      hint: 'A header value is one line of plain text; letters beyond Latin-1 must be encoded.',
    },
  ]
}

/** Whether this, without placeholders, is short enough to be a value of a config. */
export function lengthProblems(value: string, field: string): Problem[] {
  if (value.length <= LONGEST_VALUE) return []
  const hint = 'Write it into a file, and give the server the path.'
  return [{ field, message: `${printable(field, 60)} is longer than ${LONGEST_VALUE} characters`, hint }]
}

function path(value: unknown, field: string, what: string): Problem[] {
  if (typeof value !== 'string') return [mustBe(field, what, value)]
  if (value.length > LONGEST_VALUE) return lengthProblems(value, field)
  if (holdsPlaceholder(value)) return [noPlaceholder(field)]
  // A record may have been written on another system than the one that reads it.
  if (!posix.isAbsolute(value) && !win32.isAbsolute(value)) {
    return [{ field, message: `${field} must be an absolute path` }]
  }
  return text(value, field)
}

function text(value: unknown, field: string): Problem[] {
  if (typeof value !== 'string') return [mustBe(field, 'a string', value)]
  const tooLong = lengthProblems(value, field)
  if (tooLong.length > 0) return tooLong
  if (value.includes('\0')) return [{ field, message: `${field} holds a NUL character` }]
  return placeholderProblems(value, field)
}

function header(name: string, value: unknown, parent: string): Problem[] {
  const field = `${parent}.${name}`
  if (name.length > LONGEST_VALUE) return lengthProblems(name, field)
  if (!headerName.test(name)) return [{ field, message: `${field} is not the name of an HTTP header` }]
  const problems = text(value, field)
  return problems.length > 0 ? problems : headerValueProblems(value as string, field)
}

function repeatedHeaders(names: string[], parent: string): Problem[] {
  const seen = new Set<string>()
  return names.flatMap((name) => {
    const lower = name.toLowerCase()
    if (!seen.has(lower)) {
      seen.add(lower)
      return []
    }
    return [{ field: `${parent}.${name}`, message: `${parent}.${name} is given twice in different capitals` }]
  })
}

function envName(name: string, parent: string): Problem[] {
  const field = `${parent}.${name}`
  if (name.length > LONGEST_VALUE) return lengthProblems(name, field)
  if (holdsPlaceholder(name)) return [noPlaceholder(`a name in ${parent}`)]
  if (name !== '' && !/[=\0]/.test(name)) return []
  return [{ field, message: `${field} is not the name of an environment variable` }]
}

function noPlaceholder(field: string): Problem {
  return {
    field,
    message: `${field} holds a placeholder`,
    hint: 'Placeholders are expanded only in command, args, env, url and headers.',
  }
}

function mustBe(field: string, what: string, value: unknown): Problem {
  return { field, message: `${field} must be ${what}, not ${kindOf(value)}` }
}
