import type { MergeReply, Write } from '../../backend.ts'
import type { NodeNote } from '../../presence/nodes.ts'
import type { Conflict } from '../../records/conflict.ts'
import { childKeys, parentKey, type RecordKey, reportsConflicts } from '../../records/keyspace.ts'
import { FOREIGN, type StoredRecord } from '../../records/record.ts'
import type { Place, Visit } from './place.ts'
import type { ScriptCall } from './session.ts'

/** The fields of a record's hash, as they are read. */
export const RECORD_FIELDS = ['s', 'd', 'v', 'b', 'n', 'r', 'x', 'h'] as const

/** What was read from a record's hash, in the order of `RECORD_FIELDS`; a record only as far as it is valid. */
export function recordFrom(key: RecordKey, fields: readonly (string | null | undefined)[]): StoredRecord {
  const [stamp, deleted, value, basis, seen, rev, expires, head] = fields
  return {
    key,
    json: deleted === '1' ? null : (value as string),
    ...(head && { head }),
    stamp: stamp as string,
    basis: basis ?? '',
    seen: (seen ?? '').split(',').filter(Boolean),
    rev: Number(rev ?? 0),
    expires: expires ? Number(expires) : null,
  }
}

/** The run of the script that merges this write. */
export function mergeCall(
  { place, epoch, now, lifetime }: Visit,
  { record, if: condition }: Write,
): ScriptCall {
  const { key, json, head, stamp, basis, seen, expires } = record
  const children = childKeys(key)
  const parent = parentKey(key) ?? key
  const members = [key, parent, ...children].map(place.key)
  return {
    keys: [members[0]!, members[1]!, place.index, place.meta, place.conflicts, ...members.slice(2)],
    args: [
      epoch,
      now(),
      place.changes,
      lifetime,
      key,
      stamp,
      json === null ? '1' : '',
      json ?? '',
      basis,
      seen.join(','),
      expires ?? '',
      condition ?? '',
      reportsConflicts(key) ? '1' : '',
      head ?? '',
      ...children,
    ],
  }
}

/** What the script said of a write. */
export function mergeReply(key: RecordKey, reply: unknown): MergeReply {
  const [verdict, now, rev, ...fields] = reply as string[]
  if (verdict === 'foreign') return { verdict: 'refused', problem: FOREIGN, now: Number(now) }
  const current = fields.length > 0 ? { current: recordFrom(key, fields) } : {}
  const accepted = rev ? { rev: Number(rev) } : {}
  return { verdict: verdict as MergeReply['verdict'], ...current, ...accepted, now: Number(now) }
}

/** The run of the script that keeps a conflict. */
export function reportCall(place: Place, { key, loser, winner }: Conflict): ScriptCall {
  const side = ({ stamp, json }: Conflict['loser']) => [stamp, json === null ? '1' : '', json ?? '']
  return { keys: [place.conflicts], args: [key, ...side(loser), ...side(winner)] }
}

/** A conflict as the scripts keep it, or `undefined` if it is none. */
export function conflictFrom(text: string): Conflict | undefined {
  const match = /^(\S+) (\S+) (\S+) (-?\d+) (-?\d+) /.exec(text)
  if (!match) return undefined
  const [head, loser, winner, key, lost, won] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  // The lengths are of bytes.
  const values = Buffer.from(text.slice(head.length))
  const value = (at: number, bytes: number) => (bytes < 0 ? null : values.subarray(at, at + bytes).toString())
  return {
    key,
    loser: { stamp: loser, json: value(0, Number(lost)) },
    winner: { stamp: winner, json: value(Math.max(0, Number(lost)), Number(won)) },
  }
}

/** Who is here, from the fields of the hash and their values in turn: `<ms> <what it tells of itself>`. */
export function notesFrom(fields: readonly string[]): NodeNote[] {
  return fields.flatMap((id, at): NodeNote[] => {
    if (at % 2 === 1) return []
    const [, last, about] = /^(\d{1,16}) (.*)$/s.exec(fields[at + 1] ?? '') ?? []
    return [{ id, last: last === undefined ? Number.NaN : Number(last), about: about ?? '' }]
  })
}
