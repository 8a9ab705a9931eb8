import type { Inspection } from './inspection.ts'
import type { NodeNote } from './presence/nodes.ts'
import type { Conflict } from './records/conflict.ts'
import type { RecordKey } from './records/keyspace.ts'
import type { Projection } from './records/projection.ts'
import type { StoredRecord, UnreadRecord } from './records/record.ts'
import type { Stamp } from './records/stamp.ts'
import type { Malformed } from './replica/malformed.ts'

export type BackendKind = 'redis' | 'sqlite' | 'memory'

/** The strongest place that is known to hold a write. */
export type Durability = 'redis' | 'local' | 'memory'

/** A record on its way into the backend. */
export interface Write {
  record: StoredRecord
  /** Exactly if the stored stamp is this one, or there is no live record. */
  if?: Stamp | 'absent'
}

/** What became of a write. All but `future` and `refused` acknowledge it: it need not be sent again. */
export type Verdict =
  /** It is the stored record now. */
  | 'accepted'
  /** It had landed before. */
  | 'duplicate'
  /** A record that outranks it was there. */
  | 'stale'
  /** It is older than the last clear. */
  | 'cleared'
  /** The config it lives under is not there. */
  | 'orphan'
  /** Its stamp or basis lies too far ahead of the server's clock. */
  | 'future'
  /** Its `if` did not hold. */
  | 'failed_condition'
  /** For its own sake, e.g. because its place holds something that is no record; other writes go on. */
  | 'refused'

export interface MergeReply {
  verdict: Verdict
  /** What is stored after the merge, where that is not the write itself. */
  current?: StoredRecord
  /** Why it was refused. */
  problem?: string
  /** The revision it was accepted as, where the backend tells. */
  rev?: number
  /** The server's clock, ms since 1970. */
  now: number
}

/** One counter's value: `key` is a tool's statistics, `field` names service and counter. */
export interface Counter {
  key: string
  field: string
  total: number
}

/** Everything that changed after a cursor; state, not a log: each record once. */
export interface Page {
  /** The cursor to ask with next time. */
  rev: number
  /** The stamp of the last clear: what is older is dead. */
  cleared: Stamp
  /** As they were read: validate before use. */
  records: StoredRecord[]
  /** The records whose values were left out, where that was asked for. */
  unread?: readonly UnreadRecord[]
  /** The records that were left out because they are as the caller knows them. */
  unchanged?: readonly RecordKey[]
  counters: Counter[]
  /** Since when there has been a config under a key without a break, where that is known: what was counted before is void. */
  since?: ReadonlyMap<RecordKey, Stamp>
  /** Who is here, where that is kept beside the records. */
  nodes?: readonly NodeNote[]
  /** The server's clock, ms since 1970. */
  now: number
}

export interface PullOptions {
  /** Leaves out values of records that have a head, where that makes less to read: see `mayBeUnread`. */
  heads?: boolean
}

/** What became of totals. */
export interface CountReply {
  /** `false`: there was a clear since the one they were counted under, or their share is folded, and none counts any more. */
  counted: boolean
  /** The share of the node was folded, and what it counts is refused until the next clear. */
  folded?: true
  /** What these counters are by that, and the revisions it came to; else both have to be read. */
  now?: { revs: readonly number[]; totals: readonly Counter[] }
  /** Statistics that were refused for their own sake, and why: what was counted under these keys is not in them. */
  refused: readonly { key: string; problem: string }[]
}

/** What became of a clear. */
export interface ClearReply {
  /** The stamp of the latest clear; earlier than what was asked for if that lay in the future and was refused. */
  cleared: Stamp
  /** The server's clock, ms since 1970. */
  now: number
}

/** What whoever opens a backend knows of the dataspace. */
export interface Known {
  /** The ids it is known by in this run: those that the backend does not have are added. */
  ids?: readonly string[]
  /** The ids it was known by when it was kept in a mirror: given to a backend that has none. */
  keptIds?: readonly string[]
  /** The history it was last seen in; from `Opened`. */
  history?: string | undefined
  /** The keys of the records that it has had. */
  keys?: () => RecordKey[]
}

/** What was found at opening. */
export interface Opened {
  /** The ids the dataspace is known by. */
  ids: string[]
  /** Names the run of the server and the history of the dataspace in it, where there are runs and it says. */
  history?: string
  /** The stamp at which this history began with nothing, where it did: whatever is written in it is later. */
  began?: Stamp
  /**
   * What became of what there was before it began, where another history is known or none: `wiped` if somebody has removed
   * it on purpose, `unknown` if that may be. Then what was never sent belongs into this history.
   */
  before?: 'wiped' | 'unknown'
  /** The server's clock, ms since 1970. */
  now?: number
  /** What is not allowed here and what is worse for it, for people. */
  missing?: readonly string[]
}

/** What goes with a sign of life. */
export interface BeatTelling {
  /** What others are told of this node, JSON. */
  about: string
  /** How many nodes it may tell of; more are left out. */
  most: number
}

/** A sign of life. */
export interface Beat {
  /** The newest revision: later than the cursor means that a hint was lost. */
  rev: number
  /** Who is here, if that was asked for and is not too many. */
  nodes?: readonly NodeNote[]
  /** The server's clock, ms since 1970. */
  now: number
}

export type HintListener = (rev?: number, malformed?: Malformed) => void

/** How many conflicts a dataspace keeps for reading. */
export const MAX_CONFLICTS = 100

/**
 * The shared truth behind the replicas of one dataspace. Every method may reject with a `StorageError`; a write
 * whose fate is unknown is simply sent again, because merging twice is merging once.
 */
export interface Backend {
  readonly kind: BackendKind
  /** What an acknowledgement by this backend is worth. */
  readonly durable: Durability
  /** Where it lies, for people: a path, an address without credentials, or `null`. */
  readonly location: string | null
  /** Why there is nothing of the dataspace where it would lie, if so; only of one that is made by the first write. */
  absent?(): 'missing' | 'empty' | undefined
  /** Connects, again after a failure too. Adds the known ids to those of the dataspace. */
  open(known?: Known): Promise<Opened>
  /** Merges each write by itself, in order; one reply a write. */
  merge(writes: readonly Write[]): Promise<MergeReply[]>
  /** Everything that changed after `cursor`; 0 asks for everything, but for what `known` has in the same version. */
  pull(cursor: number, known?: ReadonlyMap<RecordKey, Stamp>, options?: PullOptions): Promise<Page>
  /** The records under these keys as they are now, with their values, as they were read; nothing for what is not there. */
  read(keys: readonly RecordKey[]): Promise<StoredRecord[]>
  /** Proves, by writing, that it is there and takes writes; only a backend that is far away needs it. */
  beat?(node: string, telling?: BeatTelling): Promise<Beat>
  /** Notes that `node` is here, where no beat does; `false` where nothing may be made or written. */
  announce?(node: string, about: string): Promise<boolean>
  /** Who is here, and who was and did not say goodbye. */
  nodes?(): Promise<readonly NodeNote[]>
  /**
   * Raises counters to what `node` has counted in all since the clear it names; a repeated call changes nothing.
   */
  count(node: string, cleared: Stamp, totals: readonly Counter[]): Promise<CountReply>
  /**
   * Forgets what `node` counted, the totals stay: it will not count again. Far away, a dataspace that nobody ever wrote to
   * ends with the last who looked at it.
   */
  leave(node: string): Promise<void>
  /** Says that `node` goes on counting, though it has nothing to count now. */
  stay?(node: string): Promise<void>
  /**
   * Forgets what those nodes counted that have said nothing for `silentMs`, as `leave` does; what they send later is refused,
   * as nobody could tell whether it is in the totals. Returns how many they were.
   */
  fold?(silentMs: number): Promise<number>
  /** Makes everything up to `stamp` dead, tombstones and counters included. */
  clear(stamp: Stamp): Promise<ClearReply>
  /** Grants the lease to `holder` for `ttlMs`, anew if it has it. Returns 0, or how many ms it is still taken. */
  lease(name: string, holder: string, ttlMs: number): Promise<number>
  /** Ends the lease if `holder` has it. */
  release(name: string, holder: string): Promise<void>
  /** Keeps conflicts for reading, each loser once, the last `MAX_CONFLICTS`. */
  report(conflicts: readonly Conflict[]): Promise<void>
  /** The conflicts that were reported, oldest first. */
  conflicts(): Promise<Conflict[]>
  /**
   * Calls `listener` when something may have changed, up to revision `rev` if that is known; a hint, it can be lost. One
   * that is `malformed` says so, and is a hint all the same. Returns how to stop.
   */
  onHint(listener: HintListener): () => void
  /** Looks at the place it lies in, which may take a few requests; what may not be asked is `unknown`. */
  inspect?(): Promise<Inspection>
  /** Writes what others may look up without knowing mcpstore; it ends by itself, and no reader here relies on it. */
  project?(fields: readonly Projection[]): Promise<void>
  /** Lets go of everything; never throws. */
  close(): Promise<void>
}
