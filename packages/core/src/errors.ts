import { type ErrorDetails, McpStoreError } from '@mcpstore/storage'

/** Every code an error of mcpstore can carry. `docs/errors.md` explains each. */
export type ErrorCode =
  | 'usage'
  | 'bad_config'
  | 'already_exists'
  | 'unknown_service'
  | 'unknown_tool'
  | 'ambiguous_tool'
  | 'unknown_resource'
  | 'ambiguous_resource'
  | 'unknown_prompt'
  | 'ambiguous_prompt'
  | 'bad_arguments'
  | 'auth_required'
  | 'untrusted'
  | 'forbidden_address'
  | 'tool_changed'
  | 'sealed'
  | 'disabled'
  | 'unreachable'
  | 'timeout'
  | 'aborted'
  | 'outcome_unknown'
  | 'server_error'
  | 'input_required'
  | 'not_durable'
  | 'not_listed'
  | 'not_loaded'
  | 'conflict'
  | 'unavailable'
  | 'storage'

/** Builds an error of the family; a function, so that a call site reads as one line. */
export function storeError(
  code: ErrorCode,
  message: string,
  details: ErrorDetails = {},
): McpStoreError<ErrorCode> {
  return new McpStoreError(code, message, details)
}

/** The error of who asks something of a store that is closed; `message` says what has come of it. */
export function storeClosed(
  message = 'the store is closed',
  { cause }: Pick<ErrorDetails, 'cause'> = {},
): McpStoreError<ErrorCode> {
  return storeError('unavailable', message, { hint: 'Open another one.', cause })
}

/** An error as it stands beside what did not fail. */
export interface ErrorNote {
  code: string
  message: string
  hint?: string
}

/** What stands in a report of many services for the one that failed. */
export function noteOfError({ code, message, hint }: McpStoreError): ErrorNote {
  return { code, message, ...(hint && { hint }) }
}

/** What was caught, as an `Error`, whatever was thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
