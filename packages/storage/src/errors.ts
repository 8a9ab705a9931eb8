/** Every code an error of the storage tier can carry. `docs/errors.md` explains each. */
export type StorageErrorCode =
  | 'usage'
  | 'storage'
  | 'unavailable'
  | 'not_durable'
  | 'outcome_unknown'
  | 'conflict'

export interface ErrorDetails {
  /** What the reader can do about it, as one sentence. */
  hint?: string | undefined
  cause?: unknown
  /** What `hint` says, in parts, where it asks whether something else was meant. */
  meant?: Meant | undefined
}

/** What may have been meant instead. */
export interface Meant {
  /** The nearest first. */
  names: readonly string[]
  /** What to do if it was none of them. */
  otherwise?: string | undefined
}

/**
 * The one class family of mcpstore's errors: `code` is for programs, `message` says what happened, `hint` says
 * what to do, `cause` is what was caught.
 */
export class McpStoreError<Code extends string = string> extends Error {
  // Said to the compiler alone, which would make the code `any` of what is an instance of a class with a parameter.
  declare static readonly [Symbol.hasInstance]: <Found>(
    this: abstract new (
      ...given: never[]
    ) => Found,
    value: unknown,
  ) => value is Found
  override readonly name: string = 'McpStoreError'
  readonly code: Code
  readonly hint: string | undefined
  /** What `hint` says, in parts, where it asks whether something else was meant. */
  declare readonly meant?: Meant

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    if (details.meant) this.meant = details.meant
  }

  /** What `JSON.stringify` keeps of it: not its cause, which may be anything. */
  toJSON(): { code: Code; message: string; hint?: string } {
    const { code, message, hint } = this
    return { code, message, ...(hint !== undefined && { hint }) }
  }
}

/** What went wrong in the storage tier. */
export class StorageError extends McpStoreError<StorageErrorCode> {
  override readonly name: string = 'StorageError'
}

/** The error of whoever uses a dataspace after its end. */
export function closedDataspace(): StorageError {
  return new StorageError('unavailable', 'the dataspace is closed', { hint: 'Open another one.' })
}
