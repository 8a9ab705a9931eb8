import { isObject } from '../config/problem.ts'

/** For a refusal without a code. */
const INTERNAL_ERROR = -32603
/** How much of a refusal that is no error object is told. */
const LONGEST_REFUSAL = 500

export interface Refusal {
  code: number
  message: string
  data?: unknown
}

/** What a server refused, in its words, whatever they are. */
export function refusalOf(error: unknown): Refusal {
  const { code, message, data } = Object(error) as Partial<Record<keyof Refusal, unknown>>
  return {
    code: typeof code === 'number' ? code : INTERNAL_ERROR,
    message: typeof message === 'string' ? message : JSON.stringify(error).slice(0, LONGEST_REFUSAL),
    ...(data !== undefined && { data }),
  }
}

/**
 * A message as the SDK's transports take it. They throw a whole answer away for a field that they do not know, or for an
 * `"error": null` beside its result, which some servers write. What is no answer is left as it is.
 */
export function tidied(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(tidied)
  if (!isObject(message) || message['jsonrpc'] !== '2.0' || 'method' in message) return message
  const { jsonrpc, id, result, error } = message
  if (isObject(result)) return { jsonrpc, id, result }
  return error === undefined || error === null ? message : { jsonrpc, id, error: refusalOf(error) }
}
