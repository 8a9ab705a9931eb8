import { type RecordKey, reportsConflicts } from './keyspace.ts'
import { covers, isWhole, type KnownRecord, type StoredRecord, sameValue } from './record.ts'
import type { Stamp } from './stamp.ts'

/** A value that was replaced by a writer who had not seen it. */
export interface Conflict {
  key: RecordKey
  loser: { stamp: Stamp; json: string | null }
  winner: { stamp: Stamp; json: string | null }
}

/** The conflict to report when `winner` takes the place of `loser`, if there is one. */
export function conflictBetween(loser: KnownRecord | undefined, winner: StoredRecord): Conflict | undefined {
  if (!loser || !isWhole(loser) || !reportsConflicts(loser.key)) return undefined
  if (covers(winner.seen, loser.stamp) || sameValue(loser, winner)) return undefined
  const side = ({ stamp, json }: StoredRecord) => ({ stamp, json })
  return { key: loser.key, loser: side(loser), winner: side(winner) }
}

/** The conflicts to report when `newer` take the places of what is `here`. */
export function overtakenBy(
  newer: readonly StoredRecord[],
  here: (key: RecordKey) => KnownRecord | undefined,
): Conflict[] {
  return newer.flatMap((record) => {
    const loser = here(record.key)
    const conflict = loser && record.stamp > loser.stamp ? conflictBetween(loser, record) : undefined
    return conflict ? [conflict] : []
  })
}
