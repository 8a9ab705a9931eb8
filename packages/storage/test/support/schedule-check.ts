import type { Stamp } from '@mcpstore/storage'
import { covers, type StoredRecord } from '../../src/records/record.ts'
import { NO_STAMP } from '../../src/records/stamp.ts'
import { COUNTED, FIELD, type RandomRun, STATS } from './random-schedule.ts'

/**
 * What is wrong, in words; nothing if all is well. `early`: leaves out lists, of which one that died with its config may
 * show, as an old one, until all is compared.
 */
export function problemsOf(run: RandomRun, { early = false } = {}): string[] {
  const { tables } = run.server.held
  const found: string[] = []
  const stored = [...tables.records.values()].filter(({ stamp }) => stamp > tables.cleared())
  const live = (key: string) => tables.records.get(key)?.json != null
  const counts = (key: string) => !early || !key.endsWith(':cache')
  const expected = stored
    .filter(({ key }) => counts(key))
    .filter(({ json, key }) => json !== null && (!key.endsWith(':cache') || live('services:hot:config')))
    .map(({ key, json }) => [key, json])
    .sort()
  run.processes.forEach(({ dataspace }, n) => {
    const { state, pendingWrites, parked, quarantined } = dataspace.status()
    if (state !== 'up' || pendingWrites > 0 || parked.length > 0 || quarantined.length > 0)
      found.push(`process ${n} is ${state}, ${pendingWrites} writes wait`)
    const shown = dataspace
      .list('')
      .flatMap(({ key, value }) => (counts(key) ? [[key, JSON.stringify(value)]] : []))
    if (JSON.stringify(shown) !== JSON.stringify(expected))
      found.push(`process ${n} shows ${JSON.stringify(shown)}, stored is ${JSON.stringify(expected)}`)
    const total = dataspace.counters(STATS)[FIELD] ?? 0
    if (live(COUNTED) && total !== (tables.counters.get(`${STATS} ${FIELD}`)?.total ?? 0))
      found.push(`process ${n} shows a count of ${total}`)
  })
  return [...found, ...lostWrites(run, stored), ...miscounted(run), ...falseConflicts(run)]
}

/** A conflict is told only where the winner, and all it had seen, had not seen the loser. */
function falseConflicts({ server }: RandomRun): string[] {
  const { arrived, told } = server
  const knew = (stamp: Stamp, of: Stamp): boolean => {
    const seen = arrived.get(stamp)?.seen ?? []
    return covers(seen, of) || seen.some((known) => knew(known, of))
  }
  return [...told.values()]
    .filter(({ loser, winner }) => knew(winner.stamp, loser.stamp))
    .map(({ key, loser, winner }) => `${winner.json} had seen ${loser.json} in ${key}`)
}

function miscounted({ counted, countsMayBeLost, server }: RandomRun): string[] {
  const { tables } = server.held
  if (tables.records.get(COUNTED)?.json == null) return []
  const total = tables.counters.get(`${STATS} ${FIELD}`)?.total ?? 0
  const mayBeLost = countsMayBeLost || tables.cleared() !== NO_STAMP
  const wrong = mayBeLost ? total > counted : total !== counted
  return wrong ? [`counted ${total} instead of ${counted}`] : []
}

/** Each write is final, superseded by one that had seen it, told as a conflict, or answered so. */
function lostWrites({ crashed, issued, server }: RandomRun, stored: readonly StoredRecord[]): string[] {
  const { arrived, told, lost } = server
  const authored = [...arrived.values()]
  return issued.flatMap(({ key, json, by, result, wiped }) => {
    const memoryOnly = result?.durable !== 'redis' || lost > 0
    if (crashed.has(by) && memoryOnly) return []
    if (!result) return [`the write of ${json} to ${key} was never answered`]
    const { stamp, status } = result
    if (wiped || status !== 'written' || key.endsWith(':cache')) return []
    const final = stored.some((record) => record.key === key && record.json === json)
    const superseded = authored.some((record) => record.key === key && covers(record.seen, stamp))
    const reported = [...told.values()].some(({ loser }) => loser.json === json)
    // Also by one whose answer was lost, and then what was known of it: whoever asked for it was told that this may be.
    const cleared = stamp <= server.cleared
    // Of two who write the same, here: nothing, one is as good as the other.
    const equal = authored.some(
      (record) => record.key === key && record.json === json && record.stamp > stamp,
    )
    if (final || superseded || reported || cleared || equal) return []
    return [`the write of ${json} to ${key} (${stamp}, ${result.durable}) is gone without a word`]
  })
}
