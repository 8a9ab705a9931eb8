const MIB = 1024 * 1024

/** The most bytes that one message of a server may have. */
export const MAX_MESSAGE_BYTES: number = 64 * MIB

/** A server sent more than a message may have. */
export class MessageTooLong extends Error {
  constructor() {
    super(tooLong)
  }
}

/** What is said of a server that did. */
export const tooLong: string = `sent a message of more than ${MAX_MESSAGE_BYTES / MIB} MiB`
