/** What can be told of a dataspace without opening it. */
export interface DataspaceFacts {
  name: string
  /** How many records and statistics it has, what was removed included; `null` where that cannot be told. */
  keys: number | null
  /** What it takes: in Redis of memory, of a local file on the disk; `null` where that cannot be told. */
  bytes: number | null
  /**
   * When somebody was last there, ISO 8601: in Redis whoever opened it or gave a sign of life, at a file whoever wrote to it.
   * `null` where that cannot be told.
   */
  lastSeen: string | null
  /** How long that was ago, in ms, by the clock of where it lies. */
  age: number | null
  /** Why something cannot be told, for people. */
  problem?: string
}

/** When somebody was there, and how long ago that is. `at` and `now` are ms since 1970. */
export function seenAt(at: number | undefined, now: number): Pick<DataspaceFacts, 'lastSeen' | 'age'> {
  if (at === undefined) return { lastSeen: null, age: null }
  return { lastSeen: new Date(at).toISOString(), age: Math.max(0, Math.round(now - at)) }
}
