import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Lines } from './lines.ts'

/** After so many lines timers, signals and other streams have their turn. */
const LINES_PER_TURN = 100

export interface LineListener {
  onLine(line: string): void
  /** Called at most once, with what `Lines` throws; nothing is read after it. */
  onError(error: unknown): void
}

/** Reads a stream line by line, and never so many at a time that a flood of them would stop the host. */
export class LineReader {
  readonly #stream: Readable
  readonly #lines: Lines
  readonly #listener: LineListener
  readonly #chunks: Buffer[] = []
  #work: Iterator<string> | undefined
  #state: 'waiting' | 'reading' | 'stopped' = 'waiting'

  /** `limit`: the most bytes a line may have. Until `start()` nothing is read. */
  constructor(stream: Readable, limit: number, listener: LineListener) {
    this.#stream = stream
    this.#lines = new Lines(limit)
    this.#listener = listener
  }

  start(): void {
    if (this.#state !== 'waiting') return
    this.#state = 'reading'
    this.#stream.on('data', this.#take)
  }

  /** No line is told any more. What still comes is thrown away, so that nobody is stuck in writing it. */
  stop(): void {
    this.#state = 'stopped'
    this.#chunks.length = 0
    this.#stream.off('data', this.#take)
    this.#stream.resume()
  }

  /** Resolves when every line that has come was told. */
  async caughtUp(): Promise<void> {
    while (this.#work) await nextTurn()
  }

  readonly #take = (chunk: Buffer): void => {
    const only = this.#work ? undefined : this.#lines.only(chunk)
    if (only === undefined) this.#takeInTurns(chunk)
    else this.#listener.onLine(only)
  }

  #takeInTurns(chunk: Buffer): void {
    this.#chunks.push(chunk)
    if (this.#work) return
    this.#work = this.#allLines()
    this.#turn()
  }

  readonly #turn = (): void => {
    if (this.#tellSome()) {
      this.#stream.pause()
      setImmediate(this.#turn)
    } else {
      this.#work = undefined
      this.#stream.resume()
    }
  }

  /** Tells the next lines. Returns whether there may be more. */
  #tellSome(): boolean {
    try {
      for (let n = 0; n < LINES_PER_TURN; n++) {
        const next = this.#state === 'reading' && this.#work?.next()
        if (!next || next.done) return false
        this.#listener.onLine(next.value)
      }
      return true
    } catch (error) {
      this.stop()
      this.#listener.onError(error)
      return false
    }
  }

  *#allLines(): Generator<string> {
    for (let chunk = this.#chunks.shift(); chunk; chunk = this.#chunks.shift()) yield* this.#lines.push(chunk)
  }
}
