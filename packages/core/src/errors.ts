import { type ErrorDetails, McpStoreError } from '@mcpstore/storage'

/** Every code an error of mcpstore can carry. `docs/errors.md` explains each. */
export type ErrorCode =
  | 'usage'
  | 'bad_config'
  | 'already_exists'
  | 'unknown_service'
  | 'unknown_tool'
  | 'ambiguous_tool'
  | 'bad_arguments'
  | 'auth_required'
  | 'untrusted'
  | 'disabled'
  | 'unreachable'
  | 'timeout'
  | 'aborted'
  | 'outcome_unknown'
  | 'server_error'
  | 'input_required'
  | 'not_durable'
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

/** What was caught, as an `Error`, whatever was thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
