import type { Counter, Page } from '../../backend.ts'
import { parseRecordKey, type RecordKey, statsParent } from '../../keyspace.ts'
import { isStamp, type Stamp } from '../../stamp.ts'
import { otherHistory, unusable } from './errors.ts'
import { RECORD_FIELDS, recordFrom } from './hashes.ts'
import type { Visit } from './place.ts'
import { scripts } from './scripts.ts'

/** How many keys are read in one round trip. */
const CHUNK = 500

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
  label: string,
): Promise<ReadPage> {
  const { members, rev, cleared, epoch, now } = await readIndex(visit, cursor, label)
  if (epoch !== visit.epoch) throw otherHistory(label)
  const stats = members.filter((member) => member.endsWith(':stats'))
  const keys = members.filter((member) => !member.endsWith(':stats'))
  const changed = known === undefined ? keys : await changedSince(visit, keys, known)
  const rows = await readHashes(visit, changed, [...RECORD_FIELDS, 'i'])
  const dead: RecordKey[] = []
  const since = new Map<RecordKey, Stamp>()
  const page: Page = { rev, cleared, now, records: [], counters: [], since }
  for (const { key, fields } of rows) {
    if (fields?.[0] === null) continue
    if (isStamp(fields?.[0]) && fields[0] <= cleared) {
      dead.push(key)
      continue
    }
    const began = fields?.at(-1)
    if (began) since.set(key, began)
    page.records.push(recordFrom(key, fields ?? []))
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

/** The fields of many hashes; none for a key that holds something else. */
async function readHashes(
  { session, place }: Visit,
  keys: readonly RecordKey[],
  names: readonly string[],
): Promise<{ key: RecordKey; fields: (string | null)[] | undefined }[]> {
  const rows: { key: RecordKey; fields: (string | null)[] | undefined }[] = []
  for (let at = 0; at < keys.length; at += CHUNK) {
    const chunk = keys.slice(at, at + CHUNK)
    const replies = await session.askEach((pipeline) => {
      for (const key of chunk) pipeline.hmget(place.key(key), ...names)
    })
    replies.forEach(({ reply }, n) => {
      rows.push({ key: chunk[n]!, fields: reply as (string | null)[] | undefined })
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
