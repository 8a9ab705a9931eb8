import { MessageTooLong } from '../message-limit.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Cuts a byte stream into lines, without ever copying a byte twice and without splitting a character. */
export class Lines {
  readonly #limit: number
  #parts: Buffer[] = []
  #length = 0

  /** `limit`: the most bytes a line may have. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** What `chunk` says if it is one whole line and nothing else, as a message mostly is. */
  only(chunk: Buffer): string | undefined {
    const last = chunk.length - 1
    const isOne = this.#length === 0 && last >= 0 && last <= this.#limit && chunk.indexOf(NEWLINE) === last
    return isOne ? textOf(chunk, last) : undefined
  }

  /** The lines completed by `chunk`. Throws `MessageTooLong`. */
  *push(chunk: Buffer): Generator<string> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end))
      yield this.#take()
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#limit) throw new MessageTooLong()
    if (part.length > 0) this.#parts.push(part)
  }

  #take(): string {
    const line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    return textOf(line, line.length)
  }
}

/** What stands before `end`, and before a carriage return that stands there. */
function textOf(line: Buffer, end: number): string {
  return line.toString('utf8', 0, line[end - 1] === RETURN ? end - 1 : end)
}
