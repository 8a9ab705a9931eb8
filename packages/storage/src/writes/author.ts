import type { Outbox } from '../outbox/outbox.ts'
import type { Clock } from '../records/clock.ts'
import { type KnownRecord, type StoredRecord, seenAfter, supersedes } from '../records/record.ts'
import { NO_STAMP } from '../records/stamp.ts'
import type { Replica } from '../replica/replica.ts'
import type { Shown } from '../replica/shown.ts'
import type { EncodedPut, PutResult } from './put.ts'

/** How often a write is stamped anew before two clocks are taken to be at odds for good. */
export const CLOCK_ATTEMPTS = 3

export interface AuthorParts {
  clock: Clock
  replica: Replica
  outbox: Outbox
  shown: Shown
}

/** A result, of which it is not known yet how durable it is. */
type Authored = Omit<PutResult, 'durable'>

/** Turns what a user writes into stamped records that know what they replace. */
export class Author {
  readonly #parts: AuthorParts

  constructor(parts: AuthorParts) {
    this.#parts = parts
  }

  /** Applies a put to the replica and the outbox, unless the same value is there. */
  write(put: EncodedPut): Authored {
    const { clock, replica, outbox, shown } = this.#parts
    const unchanged = this.unchanged(put)
    if (unchanged) return unchanged
    const current = replica.record(put.key)
    const record = this.stamped(put)
    if (current && !supersedes(record, current, clock.now()))
      return { status: 'outdated', stamp: current.stamp }
    outbox.add({ record })
    shown.take(record, 'local')
    return { status: 'written', stamp: record.stamp }
  }

  /** The result of a put that changes nothing, or `undefined` if it would. */
  unchanged(put: EncodedPut): Authored | undefined {
    const current = this.#parts.replica.record(put.key)
    const same = current ? this.#isSame(current, put) : put.json === null
    return same ? { status: 'unchanged', stamp: current?.stamp ?? NO_STAMP } : undefined
  }

  /** The record a put becomes, written over what the replica has now. */
  stamped({ key, json, head, basis, expires, stamp }: EncodedPut): StoredRecord {
    return {
      key,
      json,
      ...(head !== undefined && { head }),
      stamp: stamp ?? this.#parts.clock.tick(),
      basis: basis ?? NO_STAMP,
      seen: seenAfter(this.#parts.replica.record(key)),
      rev: 0,
      expires: expires ?? null,
    }
  }

  #isSame(current: KnownRecord, { json, basis, expires }: EncodedPut): boolean {
    return (
      current.json === json && current.basis === (basis ?? NO_STAMP) && current.expires === (expires ?? null)
    )
  }
}
