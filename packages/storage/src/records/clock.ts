import type { Time } from '../time.ts'
import { following, formatStamp, isFuture, NO_STAMP, type Stamp, stampCounter, stampMs } from './stamp.ts'

/** No clock is further off, in ms: three centuries. */
const MOST_OFFSET_MS = 1e13
const NODE_LENGTH = 10
const NODE_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/** A random id of 10 characters of `[0-9a-z]`, about 51 bits: one process run, one dataspace, one lease holder. */
export function randomId(time: Time): string {
  return Array.from({ length: NODE_LENGTH }, () => NODE_ALPHABET[Math.floor(time.random() * 36)]).join('')
}

/** A hybrid logical clock: strictly rising for its node, whatever the wall clock does. */
export class Clock {
  #time: Time
  #ms = 0
  #counter = 0
  #node: string
  /** Server time minus ours, in ms; remembered while the server is away. */
  #offset = 0
  #isMeasured = false

  constructor(time: Time, node: string = randomId(time)) {
    this.#time = time
    this.#node = node
  }

  /** The id stamped into every reading. */
  get node(): string {
    return this.#node
  }

  /** Server time minus ours as far as it is known, in ms. */
  get offset(): number {
    return this.#offset
  }

  /** Whether the server was heard in this run. */
  get isMeasured(): boolean {
    return this.#isMeasured
  }

  /** Goes by an offset (ms) that was measured in an earlier run, until the server is heard. */
  remember(offset: number): void {
    if (!this.#isMeasured && Math.abs(offset) <= MOST_OFFSET_MS) this.#offset = offset
  }

  /**
   * Takes the server's time to be no earlier than a stamp that was kept, until the server is heard: what is written now must
   * not be older than what it replaces. If that was stamped by a clock that is ahead, the server will say so.
   */
  believe(stamp: Stamp): void {
    if (this.#isMeasured || stamp === NO_STAMP) return
    const behind = stampMs(stamp) - this.now()
    if (behind > 0 && behind <= MOST_OFFSET_MS) this.#offset += behind
  }

  /** The server's time as far as it is known, in ms. */
  now(): number {
    return Math.max(0, Math.floor(this.#time.now() + this.#offset))
  }

  /** A stamp later than every one this clock has given or followed. */
  tick(): Stamp {
    const now = this.now()
    if (now > this.#ms) {
      this.#ms = now
      this.#counter = 0
    } else {
      const next = following(this.#ms, this.#counter)
      this.#ms = next.ms
      this.#counter = next.counter
    }
    return formatStamp(this.#ms, this.#counter, this.#node)
  }

  /** `count` stamps right after `stamp`, by a node of their own: for what belongs there, whenever it was written. */
  after(stamp: Stamp, count: number): Stamp[] {
    const node = randomId(this.#time)
    let at = { ms: stampMs(stamp), counter: stampCounter(stamp) }
    return Array.from({ length: count }, () => {
      at = following(at.ms, at.counter)
      return formatStamp(at.ms, at.counter, node)
    })
  }

  /** Moves past a stamp of somebody else's, unless it lies too far ahead to be believed. */
  follow(stamp: Stamp): void {
    if (stamp === NO_STAMP || isFuture(stamp, this.now())) return
    const ms = stampMs(stamp)
    const counter = stampCounter(stamp)
    if (ms < this.#ms || (ms === this.#ms && counter <= this.#counter)) return
    this.#ms = ms
    this.#counter = counter
  }

  /**
   * Learns that the server's clock said `serverNow` at some time after ours had said `sentAt` (both ms), and moves by
   * no more than that proves.
   */
  observe(serverNow: number, sentAt: number): void {
    const receivedAt = this.#time.now()
    this.#isMeasured = true
    // Set back in between, ours says nothing about when that was: the server's goes.
    const earliest = Math.min(sentAt, receivedAt) + this.#offset
    const latest = receivedAt + this.#offset
    if (serverNow < earliest) this.#offset += serverNow - earliest
    else if (serverNow > latest) this.#offset += serverNow - latest
  }

  /** Takes over the server's time (ms) after it refused a stamp: a new node, so that no old reading can recur. */
  adjust(serverNow: number): void {
    this.#offset = serverNow - this.#time.now()
    this.#isMeasured = true
    this.#node = randomId(this.#time)
    this.#ms = 0
    this.#counter = 0
  }
}
