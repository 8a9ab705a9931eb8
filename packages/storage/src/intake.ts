import type { Backend, Conflict, Counter, MergeReply, Page, Write } from './backend.ts'
import { conflictBetween } from './backends/rules.ts'
import type { Clock } from './clock.ts'
import type { Counts } from './counts.ts'
import type { LinkEvents } from './link.ts'
import type { Logger } from './logger.ts'
import type { Outbox } from './outbox.ts'
import { recordProblem, type StoredRecord } from './record.ts'
import type { Replica } from './replica.ts'
import { restampFuture } from './restamp.ts'
import type { Stamp } from './stamp.ts'
import type { Time } from './time.ts'
import type { Change, Watchers } from './watchers.ts'

export interface IntakeParts {
  backend: Backend
  replica: Replica
  outbox: Outbox
  counts: Counts
  clock: Clock
  watchers: Watchers
  logger: Logger
  time: Time
}

/** Brings what the backend says into the replica, and what it should know and does not into the outbox. */
export class Intake implements LinkEvents {
  readonly #parts: IntakeParts

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Shows a record to the readers if it outranks what they see. */
  take(record: StoredRecord, origin: Change['origin']): void {
    const { clock, replica, watchers } = this.#parts
    if (!replica.take(record)) return
    clock.follow(record.stamp)
    watchers.tell({ key: record.key, entry: replica.get(record.key, clock.now()), origin })
  }

  /** Drops everything up to the stamp of a clear. */
  clear(stamp: Stamp, origin: Change['origin']): void {
    const { clock, counts, replica, watchers } = this.#parts
    clock.follow(stamp)
    counts.clear(stamp)
    for (const { key, json } of replica.clear(stamp)) {
      if (json !== null) watchers.tell({ key, entry: undefined, origin })
    }
  }

  onPage(page: Page, whole: boolean): void {
    const { replica, time } = this.#parts
    this.clear(page.cleared, 'remote')
    const sound = page.records.filter((record) => this.#isSound(record))
    this.#reportOvertaken(sound)
    for (const record of sound) this.take(record, 'remote')
    for (const counter of page.counters) replica.setCounter(counter)
    this.#mend(sound, time.now())
    if (whole) this.#restore(sound)
  }

  onReplies(writes: readonly Write[], replies: readonly MergeReply[]): boolean {
    const { outbox, replica } = this.#parts
    const refused: { record: StoredRecord; now: number }[] = []
    replies.forEach(({ verdict, current, now }, at) => {
      const { record } = writes[at]!
      if (verdict === 'future') refused.push({ record, now })
      else outbox.acknowledge(record.stamp)
      if (verdict === 'orphan') replica.remove(record.key)
      if (current) this.take(current, 'remote')
    })
    if (refused.length > 0) this.#correctClock(refused)
    return replies.some(({ verdict }) => verdict === 'cleared')
  }

  onCounted(totals: readonly Counter[]): void {
    const { clock, counts, replica } = this.#parts
    for (const { key, field, total } of counts.acknowledge(totals)) {
      const known = replica.counters(key, clock.now())[field] ?? 0
      replica.setCounter({ key, field, total: known + total })
    }
  }

  #isSound(record: StoredRecord): boolean {
    const problem = recordProblem(record)
    if (problem === undefined) return true
    this.#parts.replica.setAside(String(record.key), problem)
    this.#parts.logger.warn(`storage: the record ${String(record.key)} was set aside: ${problem}`)
    return false
  }

  /** Reports what a newer record replaces here without having seen it. */
  #reportOvertaken(records: readonly StoredRecord[]): void {
    const { backend, replica } = this.#parts
    const overtaken = records.flatMap((record): Conflict[] => {
      const here = replica.record(record.key)
      const conflict = here && record.stamp > here.stamp ? conflictBetween(here, record) : undefined
      return conflict ? [conflict] : []
    })
    if (overtaken.length > 0) void backend.report(overtaken).catch(() => {})
  }

  /** Puts what the backend has lost, or has older, into the outbox. */
  #restore(there: readonly StoredRecord[]): void {
    const { outbox, replica } = this.#parts
    const stamps = new Map(there.map(({ key, stamp }) => [key, stamp]))
    for (const record of replica.records()) {
      if (stamps.get(record.key) !== record.stamp && !outbox.has(record.stamp)) outbox.add({ record })
    }
  }

  #correctClock(refused: readonly { record: StoredRecord; now: number }[]): void {
    const { clock, replica } = this.#parts
    const { now } = refused[0]!
    clock.adjust(now)
    const here = replica.records()
    for (const { stamp } of here) clock.follow(stamp)
    const byStamp = [...here, ...refused.map(({ record }) => record)].map(
      (record) => [record.stamp, record] as const,
    )
    this.#mend([...new Map(byStamp).values()], now)
  }

  /** Gives records from the future a stamp of today, everywhere they lie. */
  #mend(records: readonly StoredRecord[], now: number): void {
    const { clock, outbox, replica } = this.#parts
    for (const write of restampFuture(records, now, clock)) {
      if (outbox.has(write.replaces)) outbox.replace(write.replaces, write)
      else outbox.add(write)
      if (replica.record(write.record.key)?.stamp === write.replaces) replica.put(write.record)
    }
  }
}
