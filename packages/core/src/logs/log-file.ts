import { constants, renameSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '@mcpstore/storage'
import { asError } from '../errors.ts'
import { underLock } from '../private-files/file-lock.ts'

/** From this size on, in bytes, a file is put aside; one is kept. */
const MOST_BYTES = 1024 * 1024
/** What waits to be written is no more than this, in characters: a server may be faster than the disk. */
const MOST_WAITING = 256 * 1024

const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
/** Neither through a link to what somebody else chose, nor into a pipe that nobody reads. */
const TO_APPEND = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK

/** Where the older half of a log lies. */
export function asideOf(path: string): string {
  return `${path}.1`
}

interface LogFileOptions {
  /** Asked before each writing; what is not wanted any more is dropped. */
  isWanted(): boolean
  /** Told why something could not be written. */
  onProblem(problem: Error): void
}

/** A file that several processes append lines to, of bounded size. Nobody waits for it, and nothing of it throws. */
export class LogFile {
  readonly path: string
  readonly #options: LogFileOptions
  #waiting: string[] = []
  #characters = 0
  #dropped = 0
  #writing: Promise<void> | undefined
  /** Whether the last writing may have left half a line. */
  #isTorn = false

  constructor(path: string, options: LogFileOptions) {
    this.path = path
    this.#options = options
  }

  /** Whether a line would be dropped now: then nobody needs to make one. */
  get isFull(): boolean {
    return this.#characters > MOST_WAITING
  }

  /** How many lines were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  drop(): void {
    this.#dropped++
  }

  /** Writes a line when the disk has time. */
  add(line: string): void {
    this.#waiting.push(line)
    this.#characters += line.length
    this.#writing ??= this.#writeAll()
  }

  /** Resolves when all that was added is written, or was given up. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    // What is said in one moment is written at once.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      const text = this.#waiting.join('')
      this.#waiting = []
      try {
        if (this.#options.isWanted()) await this.#append(text)
      } catch (thrown) {
        this.#isTorn = true
        this.#options.onProblem(asError(thrown))
      }
      this.#characters -= text.length
    }
    this.#writing = undefined
  }

  async #append(text: string): Promise<void> {
    makeFolder(dirname(this.path))
    const bytes = Buffer.from(this.#isTorn ? `\n${text}` : text)
    if (sizeOf(this.path) + bytes.length > MOST_BYTES) await this.#putAside(bytes.length)
    const file = await open(this.path, TO_APPEND, 0o600)
    try {
      await file.appendFile(bytes)
      this.#isTorn = false
    } finally {
      await file.close()
    }
  }

  /** Of several processes that find it too large one puts it aside. */
  async #putAside(more: number): Promise<void> {
    await underLock(this.path, (isOurs) => {
      const size = sizeOf(this.path)
      if (size > 0 && size + more > MOST_BYTES && isOurs()) renameSync(this.path, asideOf(this.path))
      return true
    })
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
