import type { ErrorCode } from '@mcpstore/core'

/**
 * What the library does not throw: a defect or something the machine refused, a result without what was wanted of it, and
 * output that nobody can read.
 */
export type FailureCode = ErrorCode | 'internal' | 'no_value' | 'not_written'

/** The exit code for each error code. `docs/cli.md` explains the groups. */
export const exitCodes: Readonly<Record<FailureCode, number>> = {
  usage: 1,
  bad_config: 1,
  already_exists: 1,
  unknown_service: 1,
  unknown_tool: 1,
  ambiguous_tool: 1,
  unknown_resource: 1,
  ambiguous_resource: 1,
  unknown_prompt: 1,
  ambiguous_prompt: 1,
  bad_arguments: 1,
  disabled: 1,
  conflict: 1,
  internal: 1,
  no_value: 1,
  not_written: 1,
  server_error: 2,
  input_required: 2,
  auth_required: 3,
  untrusted: 3,
  forbidden_address: 3,
  tool_changed: 3,
  sealed: 3,
  unreachable: 4,
  not_listed: 4,
  timeout: 4,
  outcome_unknown: 4,
  not_durable: 5,
  not_loaded: 5,
  unavailable: 5,
  storage: 5,
  aborted: 130,
}

/** The tool answered, and its answer is an error. */
export const toolErrorExit = 2
