import {
  type Counter,
  type CountReply,
  MAX_CONFLICTS,
  type MergeReply,
  type Opened,
  type Page,
  type Write,
} from '../backend.ts'
import type { Logger } from '../logger.ts'
import type { Kept } from '../mirror/kept.ts'
import { acknowledgeCounts, foldedLine } from '../outbox/counted.ts'
import type { Counts } from '../outbox/counts.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Clock } from '../records/clock.ts'
import { type Conflict, overtakenBy } from '../records/conflict.ts'
import type { RecordKey } from '../records/keyspace.ts'
import { isStray, type KnownRecord, recordProblem, type StoredRecord } from '../records/record.ts'
import { isStamp, NO_STAMP, type Stamp } from '../records/stamp.ts'
import type { Replica } from '../replica/replica.ts'
import type { Shown } from '../replica/shown.ts'
import type { Watchers } from '../replica/watchers.ts'
import { dropDelivered, sendAfter } from './beginning.ts'
import type { LinkEvents } from './link-events.ts'
import { giveUpLost, restoreLost } from './lost.ts'
import { mend } from './mend.ts'

export interface IntakeParts {
  replica: Replica
  shown: Shown
  outbox: Outbox
  counts: Counts
  clock: Clock
  watchers: Watchers
  logger: Logger
  /** There are records whose values were left out. */
  onUnread: () => void
}

/** Brings what the backend says into the replica, and what it should know and does not into the outbox. */
export class Intake implements LinkEvents {
  readonly #parts: IntakeParts
  #unreported: Conflict[] = []

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Takes over the server's clock (ms) after it refused a stamp of ours. */
  correctClock(now: number): void {
    const { clock, replica } = this.#parts
    clock.adjust(now)
    clock.follow(replica.cleared)
    for (const { stamp, seen } of replica.records()) for (const known of [stamp, ...seen]) clock.follow(known)
  }

  known(): ReadonlyMap<RecordKey, Stamp> {
    return new Map(this.#parts.replica.records().map(({ key, stamp }) => [key, stamp]))
  }

  delivered(): RecordKey[] {
    const { outbox, replica } = this.#parts
    return replica.records().flatMap(({ key, stamp }) => (outbox.has(stamp) ? [] : [key]))
  }

  cleared(): Stamp {
    return this.#parts.replica.cleared
  }

  onOpened({ began, before }: Opened): void {
    if (began === undefined) return
    const { clock, shown } = this.#parts
    clock.follow(began)
    if (before !== undefined) sendAfter(this.#parts, began)
    if (before !== 'wiped') return
    shown.clear(began, 'remote')
    shown.tellGone(dropDelivered(this.#parts), { origin: 'remote' })
  }

  onServerTime(now: number, sentAt: number): void {
    this.#parts.clock.observe(now, sentAt)
  }

  onPage(page: Page, whole: boolean): void {
    const { replica, shown } = this.#parts
    shown.clear(isStamp(page.cleared) ? page.cleared : NO_STAMP, 'remote')
    const sound = page.records.filter((record) => this.#isSound(record))
    const heads = (page.unread ?? []).filter((record) => this.#isSound(record))
    const there = [...sound, ...heads]
    this.#forgetCounts(page)
    this.#unreported.push(...this.#tellOvertaken(sound))
    const unchanged = new Set(page.unchanged)
    if (whole)
      giveUpLost(
        this.#parts,
        there,
        replica.unread().filter((key) => !unchanged.has(key)),
      )
    for (const record of there) shown.take(record, 'remote')
    if (whole) replica.replaceCounters(page.counters)
    else for (const counter of page.counters) replica.setCounter(counter)
    mend(this.#parts, sound, page.now)
    if (whole) restoreLost(this.#parts, there, unchanged)
    if (heads.length > 0 || (whole && replica.unread().length > 0)) this.#parts.onUnread()
  }

  /** Takes what was read again with its value under these keys, which were known by their heads. */
  onRead(keys: readonly RecordKey[], read: readonly StoredRecord[]): void {
    const { clock, shown } = this.#parts
    const sound = read.filter((record) => this.#isSound(record))
    giveUpLost(this.#parts, read, keys)
    for (const record of sound) shown.take(record, 'remote')
    mend(this.#parts, sound, clock.now())
  }

  /** Takes over what other processes have kept in the mirror. */
  onKept({ records, counters, cleared, writes }: Kept, settled: readonly Stamp[]): void {
    const { outbox, replica, shown } = this.#parts
    shown.clear(isStamp(cleared) ? cleared : NO_STAMP, 'remote')
    for (const record of records) if (this.#isSound(record)) shown.take(record, 'remote')
    for (const counter of counters) replica.fillCounter(counter)
    for (const write of writes) {
      if (!this.#isSound(write.record) || outbox.has(write.record.stamp)) continue
      outbox.add(write)
      shown.take(write.record, 'remote')
    }
    // Delivered, or superseded by a write that waits in its place: which of them is not known here.
    for (const stamp of settled) outbox.acknowledge(stamp, undefined)
  }

  /** What was read from the mirror is of another dataspace: drops these writes, and all that was not written here. */
  onDisowned(stamps: ReadonlySet<Stamp>): void {
    const { outbox, replica, watchers } = this.#parts
    for (const stamp of stamps) outbox.acknowledge(stamp, undefined)
    const own = new Set(outbox.all().map(({ record }) => record.stamp))
    for (const { key } of replica.reset(own)) watchers.tell({ key, entry: undefined, origin: 'remote' })
  }

  onReplies(writes: readonly Write[], replies: readonly MergeReply[]): boolean {
    const refused = writes.filter((_, at) => replies[at]!.verdict === 'future')
    if (refused.length > 0) this.correctClock(replies[0]!.now)
    const { outbox, replica, shown } = this.#parts
    const strays: StoredRecord[] = []
    replies.forEach(({ verdict, current, problem, now }, at) => {
      const write = writes[at]!
      if (verdict === 'refused') this.#park(write.record, problem ?? 'it was refused')
      else if (verdict !== 'future') outbox.acknowledge(write.record.stamp, verdict)
      if (verdict === 'orphan') this.#remove(write.record)
      if (!current || !this.#isSound(current)) return
      if (verdict === 'stale') this.#tellOvertaken([current])
      if (verdict === 'failed_condition') shown.takeBack(write.record, current)
      else shown.take(current, 'remote')
      if (isStray(current, now)) strays.push(current)
    })
    const unsent = refused.map(({ record }) => record)
    const all = refused.length > 0 ? [...replica.records(), ...unsent, ...strays] : strays
    const { now } = replies[0] ?? { now: 0 }
    mend(this.#parts, [...new Map(all.map((record) => [record.stamp, record])).values()], now)
    return replies.some(({ verdict }) => verdict === 'cleared')
  }

  unreported(): readonly Conflict[] {
    return this.#unreported.slice(-MAX_CONFLICTS)
  }

  onReported(conflicts: readonly Conflict[]): void {
    const last = this.#unreported.indexOf(conflicts.at(-1)!)
    this.#unreported = this.#unreported.slice(last + 1)
  }

  onCounted(sent: readonly Counter[], { now, refused }: CountReply): void {
    for (const counter of now?.totals ?? []) this.#parts.replica.setCounter(counter)
    acknowledgeCounts(this.#parts, sent, refused)
  }

  onFolded(lost: number): void {
    if (lost > 0) this.#parts.logger.warn(foldedLine(lost))
  }

  #park({ key, stamp }: StoredRecord, problem: string): void {
    this.#parts.outbox.park(stamp, problem)
    this.#parts.logger.warn(`storage: ${key} is kept here only: ${problem}`)
  }

  /** Drops what the backend refused to keep, unless something else took its place meanwhile. */
  #remove({ key, stamp }: StoredRecord): void {
    const { replica } = this.#parts
    if (replica.record(key)?.stamp === stamp) replica.remove(key)
  }

  #isSound(record: KnownRecord): boolean {
    const problem = recordProblem(record)
    if (problem === undefined) return true
    this.#parts.replica.setAside(String(record.key), problem)
    return false
  }

  /** Drops what was counted under a config that was removed and added again without anybody having told. */
  #forgetCounts({ since }: Page): void {
    const { counts, outbox, replica } = this.#parts
    for (const [key, began] of since ?? []) {
      const here = replica.record(key)
      if (here && began > here.stamp && !outbox.has(here.stamp)) counts.forget(key)
    }
  }

  /** What these newer records replace here without having seen it; it is told. */
  #tellOvertaken(records: readonly StoredRecord[]): readonly Conflict[] {
    const { replica, watchers } = this.#parts
    return watchers.tellConflicts(overtakenBy(records, (key) => replica.record(key)))
  }
}
