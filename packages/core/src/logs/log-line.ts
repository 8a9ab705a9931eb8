import type { Scope } from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import type { LogLevel } from '../host/handlers.ts'
import { isMoment } from '../moment.ts'

/** Where a line comes from: what the server printed, a message of the protocol, or the process's begin and end. */
export type LogStream = 'stderr' | 'stdout' | 'message' | 'process'

/** One line of what a service said, secrets of its config hidden. */
export interface ServiceLogLine {
  /** When it was heard, ISO 8601. */
  at: string
  service: string
  /** Whose service it is. */
  scope: Scope
  /** The process of mcpstore that heard it. */
  pid: number
  stream: LogStream
  /** How serious the server says it is, of a message. */
  level: LogLevel | null
  text: string
}

/** What stands in the file of one service, which says whose it is. */
export type KeptLine = Omit<ServiceLogLine, 'service' | 'scope'>

/** Of a line so many characters are kept. */
const MOST_CHARACTERS = 8192

const STREAMS: readonly string[] = ['stderr', 'stdout', 'message', 'process'] satisfies LogStream[]

/** The line as JSON, whatever is in it: without a control character, and cut where it is too long. */
export function written({ text, ...line }: KeptLine): string {
  const left = text.length - MOST_CHARACTERS
  const shown = left > 0 ? `${text.slice(0, MOST_CHARACTERS)} [cut: ${left} characters more]` : text
  return `${JSON.stringify({ ...line, text: shown }).replace(/[\u007f-\u009f]/g, escaped)}\n`
}

/** What a line of a file says; `undefined` for what is none, as a full disk leaves it. */
export function readLine(line: string): KeptLine | undefined {
  try {
    const read = JSON.parse(line)
    return isKeptLine(read) ? read : undefined
  } catch {
    return undefined
  }
}

function isKeptLine(read: unknown): read is KeptLine {
  if (!isObject(read)) return false
  const { at, pid, stream, level, text } = read
  return (
    isMoment(at) &&
    typeof pid === 'number' &&
    STREAMS.includes(String(stream)) &&
    (level === null || typeof level === 'string') &&
    typeof text === 'string'
  )
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
