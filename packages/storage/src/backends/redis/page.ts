import type { Counter, Page, PullOptions } from '../../backend.ts'
import { mayBeUnread, parseRecordKey, type RecordKey, statsParent } from '../../records/keyspace.ts'
import { type StoredRecord, type UnreadRecord, unread } from '../../records/record.ts'
import { isStamp, type Stamp } from '../../records/stamp.ts'
import { roundTrips } from './batches.ts'
import { otherHistory, unusable } from './errors.ts'
import { RECORD_FIELDS, recordFrom } from './hashes.ts'
import type { Visit } from './place.ts'
import { scripts } from './scripts.ts'

export interface ReadPage {
  page: Page
  /** What a clear has killed and nobody has swept away. */
  dead: RecordKey[]
}

/** Reads what changed after `cursor`. @throws `BackendError` */
export async function readPage(
  visit: Visit,
  cursor: number,
  known: ReadonlyMap<RecordKey, Stamp> | undefined,
  { label, heads = false }: PullOptions & { label: string },
): Promise<ReadPage> {
  const { members, rev, cleared, epoch, now } = await readIndex(visit, cursor, label)
  if (epoch !== visit.epoch) throw otherHistory(label)
  const stats = members.filter((member) => member.endsWith(':stats'))
  const keys = members.filter((member) => !member.endsWith(':stats'))
  const changed = known === undefined ? keys : await changedSince(visit, keys, known)
  const rows = await (heads ? readHeads : readWhole)(visit, changed)
  const dead: RecordKey[] = []
  const since = new Map<RecordKey, Stamp>()
  const leftOut: UnreadRecord[] = []
  const page: Page = { rev, cleared, now, records: [], unread: leftOut, counters: [], since }
  for (const { key, fields } of rows) {
    if (fields?.[0] === null) continue
    if (isStamp(fields?.[0]) && fields[0] <= cleared) {
      dead.push(key)
      continue
    }
    const began = fields?.at(-1)
    if (began) since.set(key, began)
    const record = recordFrom(key, fields ?? [])
    if (record.json === undefined && record.head) leftOut.push(unread(record, record.head))
    else page.records.push(record)
  }
  if (known) {
    const read = new Set(changed)
    page.unchanged = keys.filter((key) => !read.has(key))
  }
  page.counters = await readCounters(visit, stats, cleared)
  return { page, dead }
}

async function readIndex({ session, place, now }: Visit, cursor: number, label: string) {
  const call = { keys: [place.index, place.meta], args: [cursor, now()] }
  const [answer] = await session.run(scripts.feed, [call])
  if (answer!.refused !== undefined) throw unusable(label, place.index, answer!.refused)
  const [members, rev, cleared, epoch, clock] = answer!.reply as [string[], string, string, string, string]
  return { members, rev: Number(rev || 0), cleared, epoch, now: Number(clock) }
}

/** Those of `keys` whose stamps are not the known ones. */
async function changedSince(
  visit: Visit,
  keys: RecordKey[],
  known: ReadonlyMap<RecordKey, Stamp>,
): Promise<RecordKey[]> {
  // What is not known at all need not be asked for its stamp first.
  const familiar = keys.filter((key) => known.has(key))
  const rows = await readHashes(visit, familiar, ['s'])
  const unchanged = new Set(rows.flatMap(({ key, fields }) => (fields?.[0] === known.get(key) ? [key] : [])))
  return keys.filter((key) => !unchanged.has(key))
}

/** The records under these keys with their values, as they were read. @throws `BackendError` */
export async function readRecords(visit: Visit, keys: readonly RecordKey[]): Promise<StoredRecord[]> {
  const rows = await readWhole(visit, keys)
  return rows.flatMap(({ key, fields }) => (fields && fields[0] !== null ? [recordFrom(key, fields)] : []))
}

/** What was read of a hash, `undefined` for what was not asked for; nothing of a key that holds something else. */
interface Row {
  key: RecordKey
  fields: readonly (string | null | undefined)[] | undefined
}

const WHOLE = [...RECORD_FIELDS, 'i']
const VALUE = WHOLE.indexOf('v')
const DELETED = WHOLE.indexOf('d')
const HEAD = WHOLE.indexOf('h')

function readWhole(visit: Visit, keys: readonly RecordKey[]): Promise<Row[]> {
  return readHashes(visit, keys, WHOLE)
}

/** The same without the values of those that have a head. */
async function readHeads(visit: Visit, keys: readonly RecordKey[]): Promise<Row[]> {
  const light = WHOLE.toSpliced(VALUE, 1)
  const rows = await readHashes(visit, keys, (key) => (mayBeUnread(key) ? light : WHOLE))
  const read = rows.map(({ key, fields }): Row => {
    return { key, fields: mayBeUnread(key) ? fields?.toSpliced(VALUE, 0, undefined) : fields }
  })
  const headless = read.flatMap(({ key, fields }) => {
    const isNeeded = fields?.[VALUE] === undefined && fields?.[0] && fields[DELETED] !== '1' && !fields[HEAD]
    return isNeeded ? [key] : []
  })
  if (headless.length === 0) return read
  const whole = new Map((await readWhole(visit, headless)).map((row) => [row.key, row]))
  return read.map((row) => whole.get(row.key) ?? row)
}

/** The fields of many hashes. */
async function readHashes(
  { session, place }: Visit,
  keys: readonly RecordKey[],
  names: readonly string[] | ((key: RecordKey) => readonly string[]),
): Promise<Row[]> {
  const rows: Row[] = []
  for (const chunk of roundTrips(keys)) {
    const replies = await session.askEach((pipeline) => {
      for (const key of chunk)
        pipeline.hmget(place.key(key), ...(typeof names === 'function' ? names(key) : names))
    })
    replies.forEach(({ reply }, n) => {
      rows.push({ key: chunk[n]!, fields: reply as Row['fields'] })
    })
  }
  return rows
}

/** The counters of those services that were there when they were counted, and still are. */
async function readCounters(visit: Visit, stats: readonly string[], cleared: Stamp): Promise<Counter[]> {
  if (stats.length === 0) return []
  const { session, place } = visit
  const replies = await session.askEach((pipeline) => {
    for (const key of stats) pipeline.hgetall(place.key(key))
  })
  const rows = replies.flatMap(({ reply }, at) => {
    const fields = (reply ?? {}) as Record<string, string>
    return Object.entries(fields).flatMap(([field, total]) => {
      const counter = { key: stats[at]!, field, total: Number(total) }
      const since = fields[`@${field.slice(0, field.indexOf(':'))}`]
      return parseRecordKey(statsParent(counter)) ? [{ ...counter, since }] : []
    })
  })
  const configs = [...new Set(rows.map(statsParent))]
  const generations = new Map(
    (await readHashes(visit, configs, ['i'])).map(({ key, fields }) => [key, fields?.[0] ?? '']),
  )
  return rows.flatMap(({ since, ...counter }) => {
    const began = generations.get(statsParent(counter)) ?? ''
    return since === `${cleared}+${began}` ? [counter] : []
  })
}
