import type { FailureCode } from './exit-codes.ts'

/** An error found by the program itself, before or beside the library. */
export class CliError extends Error {
  readonly code: FailureCode
  readonly hint: string | undefined

  constructor(code: FailureCode, message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** A command line that cannot be run as it was written. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError('usage', message, hint)
}
