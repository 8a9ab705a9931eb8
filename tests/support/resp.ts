/** A value of the Redis protocol, version 2. An error stands in an array like any other element. */
export type Reply = string | number | null | RedisError | Reply[]

/** One whole value and the bytes it came in. */
export interface Frame {
  value: Reply
  bytes: Buffer
}

/** What Redis answered with a minus: `code` is its first word, `READONLY` or `OOM`. */
export class RedisError extends Error {
  readonly code: string

  constructor(message: string) {
    super(message)
    this.name = 'RedisError'
    this.code = message.split(' ')[0]!
  }
}

/** A command as the server wants it: an array of bulk strings. */
export function encodeCommand(args: readonly (string | number | Buffer)[]): Buffer {
  const parts = args.flatMap((arg) => {
    const bytes = Buffer.isBuffer(arg) ? arg : Buffer.from(String(arg))
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]
  })
  return Buffer.concat([Buffer.from(`*${args.length}\r\n`), ...parts])
}

/** Makes frames of a stream of bytes, however it is cut into chunks. */
export class RespParser {
  #chunks: Buffer[] = []
  #length = 0
  #needed = 1

  /** The frames that are whole now, in order. Throws a SyntaxError for what is not this protocol. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed) return []
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const frames: Frame[] = []
    const reader = new Reader(bytes)
    let start = 0
    try {
      while (start < bytes.length) {
        const value = reader.value()
        frames.push({ value, bytes: bytes.subarray(start, reader.at) })
        start = reader.at
      }
      this.#needed = 1
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error
      this.#needed = error.needed - start
    }
    this.#chunks = start < bytes.length ? [bytes.subarray(start)] : []
    this.#length = bytes.length - start
    return frames
  }

  /** The bytes no frame was made of, for somebody else; they are not read again. */
  take(): Buffer {
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#length = 0
    this.#needed = 1
    return bytes
  }
}

class Incomplete {
  /** How many bytes there must be before it is worth looking again. */
  readonly needed: number

  constructor(needed: number) {
    this.needed = needed
  }
}

class Reader {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  value(): Reply {
    const line = this.#line()
    const rest = line.slice(1)
    switch (line[0]) {
      case '+':
        return rest
      case '-':
        return new RedisError(rest)
      case ':':
        return integer(rest)
      case '$':
        return rest === '-1' ? null : this.#bulk(integer(rest))
      default:
        return rest === '-1' ? null : Array.from({ length: integer(rest) }, () => this.value())
    }
  }

  #line(): string {
    const first = this.#bytes[this.at]
    if (first !== undefined && !'+-:$*'.includes(String.fromCharCode(first)))
      throw new SyntaxError(`not the Redis protocol, version 2: byte ${first}`)
    const end = this.#bytes.indexOf('\r\n', this.at)
    if (end === -1) throw new Incomplete(this.#bytes.length + 1)
    const line = this.#bytes.toString('utf8', this.at, end)
    this.at = end + 2
    return line
  }

  #bulk(length: number): string {
    const end = this.at + length
    if (this.#bytes.length < end + 2) throw new Incomplete(end + 2)
    const text = this.#bytes.toString('utf8', this.at, end)
    this.at = end + 2
    return text
  }
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new SyntaxError(`not a number of the Redis protocol: ${text.slice(0, 40)}`)
  return Number(text)
}
