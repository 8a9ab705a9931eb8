import type { Known, Opened } from '../../backend.ts'
import type { RecordKey } from '../../records/keyspace.ts'
import { isStamp, type Stamp } from '../../records/stamp.ts'

/** One history of a dataspace, in one run of the server. */
export interface History {
  /** The run of the server; empty where it does not say. */
  run: string
  epoch: string
  /** The stamp at which it began with nothing, or empty. */
  began: Stamp
}

/** How many records are looked for before a dataspace is believed to have been wiped. */
const PROBES = 1000

/** A history as text, for `Known.history`; `undefined` where the run is not known. */
export function historyText({ run, epoch, began }: History): string | undefined {
  return run === '' ? undefined : `${run} ${epoch} ${began}`
}

export interface Found extends History {
  /** The stamp of the last clear. */
  cleared: Stamp
}

/** The stamps under these keys, as they are read; `null` where there is nothing. */
type StampsOf = (keys: readonly RecordKey[]) => Promise<readonly unknown[]>

/** What became of what there was before the history that was found; see `Opened`. */
export async function whatBecame(
  { run, epoch, began, cleared }: Found,
  known: Known,
  stampsOf: StampsOf,
): Promise<Opened['before']> {
  const [knownRun = '', knownEpoch, knownBegan = ''] = known.history?.split(' ') ?? []
  if (!isStamp(began) || epoch === knownEpoch) return undefined
  const sameRun = run !== '' && (knownRun === '' || knownRun === run)
  if (knownRun !== '' && sameRun && began > knownBegan) {
    if (await isGone(known.keys?.() ?? [], began, stampsOf)) return 'wiped'
  }
  // A clear of that moment is one that somebody else has made of a wipe.
  return sameRun || cleared === began ? 'unknown' : undefined
}

/** Whether there is nothing left of these records, at least one; others may have come in their places since. */
async function isGone(keys: readonly RecordKey[], began: Stamp, stampsOf: StampsOf): Promise<boolean> {
  if (keys.length === 0) return false
  const stamps = await stampsOf(keys.slice(0, PROBES))
  const isNew = (stamp: unknown) => typeof stamp === 'string' && stamp > began
  return stamps.includes(null) && stamps.every((stamp) => stamp === null || isNew(stamp))
}
