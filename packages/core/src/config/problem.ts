import type { McpStoreError } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../errors.ts'

/** One thing that is wrong with a config. */
export interface Problem {
  /** Where, e.g. `args[2]` or `headers.Authorization`; empty for the whole entry. */
  field: string
  /** What is wrong, naming the field; never with a value that could be secret. */
  message: string
  /** What to do about it. */
  hint?: string
}

const MOST_SHOWN = 10

/** One `bad_config` error for all problems of one service. */
export function configError(service: string, problems: Problem[]): McpStoreError<ErrorCode> {
  const shown = problems.slice(0, MOST_SHOWN)
  const hints = new Set(shown.flatMap(({ hint }) => hint ?? []))
  const messages = shown.map(({ message }) => printable(message, 300))
  if (shown.length < problems.length) messages.push(`and ${problems.length - shown.length} more`)
  return storeError('bad_config', `service ${quoted(service)}: ${messages.join('; ')}`, {
    hint: hints.size === 0 ? undefined : [...hints].join(' '),
  })
}

/** Text from outside in double quotes, short and safe to print. */
export function quoted(text: string): string {
  return `"${printable(text, 60)}"`
}

/** Text from outside, at most `max` characters, without anything that a terminal would obey or hide. */
export function printable(text: string, max: number): string {
  const points = [...text.slice(0, 2 * max + 2)]
  const short = points.length > max ? `${points.slice(0, max - 1).join('')}…` : text
  return short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped)
}

/** The character as it is written where it is not to be obeyed: `\x1b`, `\u202e`, `\u{e0001}`. */
function escaped(character: string): string {
  const code = character.codePointAt(0)!
  const hex = code.toString(16)
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}

/** What kind of value this is, in words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (value === '') return 'an empty string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Whether the value is an object with fields: no list, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
