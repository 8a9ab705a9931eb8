/**
 * A hybrid logical clock's reading: 12 hex digits of milliseconds, 4 of a counter, `-`, and the 10 characters of
 * the writing node. The width is fixed, so comparing the strings is the total order in JavaScript, SQL and Lua.
 */
export type Stamp = string

/** Orders before every stamp a clock ever makes. */
export const NO_STAMP: Stamp = ''

/** How far ahead of the server's clock a stamp may be, in ms, before it is refused. */
export const FUTURE_LIMIT_MS = 60_000

const SHAPE = /^[0-9a-f]{16}-[0-9a-z]{10}$/
const MAX_MS = 0xffffffffffff
const MAX_COUNTER = 0xffff

export function formatStamp(ms: number, counter: number, node: string): Stamp {
  return `${ms.toString(16).padStart(12, '0')}${counter.toString(16).padStart(4, '0')}-${node}`
}

export function isStamp(text: unknown): text is Stamp {
  return typeof text === 'string' && SHAPE.test(text)
}

/** The milliseconds in a stamp; 0 for `NO_STAMP`. */
export function stampMs(stamp: Stamp): number {
  return stamp === NO_STAMP ? 0 : Number.parseInt(stamp.slice(0, 12), 16)
}

export function stampCounter(stamp: Stamp): number {
  return stamp === NO_STAMP ? 0 : Number.parseInt(stamp.slice(12, 16), 16)
}

export function stampNode(stamp: Stamp): string {
  return stamp.slice(17)
}

/** Whether a stamp lies further ahead of `now` (ms) than anyone may be. */
export function isFuture(stamp: Stamp, now: number): boolean {
  return stampMs(stamp) > now + FUTURE_LIMIT_MS
}

/** The next reading after (`ms`, `counter`): the counter moves on, and carries into the milliseconds. */
export function following(ms: number, counter: number): { ms: number; counter: number } {
  return counter < MAX_COUNTER ? { ms, counter: counter + 1 } : { ms: Math.min(ms + 1, MAX_MS), counter: 0 }
}
