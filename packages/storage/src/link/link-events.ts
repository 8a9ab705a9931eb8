import type { Counter, CountReply, MergeReply, Opened, Page, Write } from '../backend.ts'
import type { Conflict } from '../records/conflict.ts'
import type { RecordKey } from '../records/keyspace.ts'
import type { Stamp } from '../records/stamp.ts'

/** What the link reports to the dataspace, which decides what it means, and what it asks of it. */
export interface LinkEvents {
  /** The versions of all records that are known here. */
  known(): ReadonlyMap<RecordKey, Stamp>
  /** The keys of the records that are known to have been there. */
  delivered(): RecordKey[]
  /** The stamp of the last clear that is known here. */
  cleared(): Stamp
  /** The backend was reached; tells what became of what it had before. */
  onOpened(opened: Opened): void
  /** A page was read; `whole` when it is everything the backend has. */
  onPage(page: Page, whole: boolean): void
  /** One reply a write. Returns whether they call for a look at what else has changed. */
  onReplies(writes: readonly Write[], replies: readonly MergeReply[]): boolean
  /** Conflicts that nobody but this process may have noticed, and the backend does not keep yet. */
  unreported(): readonly Conflict[]
  /** The backend keeps these. */
  onReported(conflicts: readonly Conflict[]): void
  /** The backend has these totals, but for those that it refused, and they are in its reply or in what was read from it. */
  onCounted(sent: readonly Counter[], reply: CountReply): void
  /** A run was silent for so long that up to this many of its counts are refused for good. */
  onFolded(lost: number): void
  /** The server's clock said `now`, between `sentAt` and now on ours (all ms since 1970). */
  onServerTime(now: number, sentAt: number): void
}
