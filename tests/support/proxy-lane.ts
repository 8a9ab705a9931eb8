import type { Socket } from 'node:net'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'

/** What becomes of the bytes of one direction. */
export interface Conditions {
  hold: boolean
  swallow: boolean
  delayMs: number
  split: boolean
}

/** What became of them, in bytes. */
export interface LaneCounts {
  delivered: number
  swallowed: number
  held: number
  delayed: number
  /** Delivered each as a chunk of its own. */
  split: number
}

/** One direction of one conversation: bytes arrive in order or not at all. */
export class Lane {
  readonly #sink: Socket
  readonly #conditions: Conditions
  readonly #counts: LaneCounts
  #queue: { bytes: Buffer; due: number }[] = []
  #ended = false
  #moving = false
  #lossy = false

  constructor(sink: Socket, conditions: Conditions, counts: LaneCounts) {
    this.#sink = sink
    this.#conditions = conditions
    this.#counts = counts
  }

  /** Whether bytes are missing. TCP never goes on after that, so neither may the conversation. */
  get isLossy(): boolean {
    return this.#lossy
  }

  send(bytes: Buffer): void {
    const { hold, swallow, delayMs } = this.#conditions
    if (swallow) {
      this.#counts.swallowed += bytes.length
      this.#lossy = true
      return
    }
    if (hold) this.#counts.held += bytes.length
    if (delayMs > 0) this.#counts.delayed += bytes.length
    this.#queue.push({ bytes, due: performance.now() + delayMs })
    this.move()
  }

  /** Closes the way after everything was delivered. What is swallowed closes nothing: nobody hears of it. */
  end(): void {
    if (this.#conditions.swallow) this.#lossy = true
    else this.#ended = true
    this.move()
  }

  /** Goes on, where the conditions allow it now. */
  move(): void {
    if (this.#moving) return
    this.#moving = true
    void this.#deliver().finally(() => {
      this.#moving = false
    })
  }

  async #deliver(): Promise<void> {
    while (!this.#conditions.hold && !this.#sink.destroyed) {
      const [next] = this.#queue
      if (!next) {
        if (this.#ended) this.#sink.end()
        return
      }
      const wait = next.due - performance.now()
      if (wait > 0) {
        await delay(wait)
        continue
      }
      this.#queue.shift()
      await this.#write(next.bytes)
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#counts.delivered += bytes.length
    if (!this.#conditions.split) {
      this.#sink.write(bytes)
      return
    }
    this.#counts.split += bytes.length
    for (const byte of bytes) {
      await turn()
      this.#sink.write(Buffer.of(byte))
    }
  }
}
