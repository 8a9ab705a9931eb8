import type { BackendKind } from './backend.ts'
import type { BackendError, HealthState } from './link/health.ts'
import type { Parts } from './parts.ts'

/** What is true of a dataspace right now. */
export interface DataspaceStatus {
  /** What answers now; `memory` where nothing else does, and once it is closed. */
  backend: BackendKind
  /** What was asked for. */
  configured: BackendKind
  state: HealthState
  /** When the state began, ISO 8601. */
  since: string
  /** Why the state is not a good one. */
  reason: string | null
  /** The same as an error, with a hint. */
  error: BackendError | null
  /** Writes the backend has not acknowledged. */
  pendingWrites: number
  /** Counters the backend has not acknowledged what was counted of on this machine: by this process, or by others into the mirror. */
  pendingCounts: number
  /** Writes the backend refused for their own sake; they are kept here and not sent. */
  parked: { key: string; problem: string }[]
  /** How long ago, in ms, the replica was known to be what the backend has; `null` if never. */
  staleMs: number | null
  namespace: string
  dataspace: string
  /** What the backend does not let this user do, and what is worse for it. */
  missing: readonly string[]
  /** Where the backend lies, for people. */
  location: string | null
  /** Why there is nothing of the dataspace there: no file was made yet, or the one that is there has no bytes. */
  absent: 'missing' | 'empty' | null
  /** The file that keeps what a backend far away has not taken, and why it cannot now, if so. */
  mirror: { file: string; problem: string | null; hint: string | null } | null
  /** Records that were read but could not be used: their keys, and why. */
  quarantined: { key: string; problem: string }[]
}

export function describeStatus(
  { namespace, dataspace }: { namespace: string; dataspace: string },
  { backend, counts, health, outbox, replica, link, mirror, time }: Parts,
): DataspaceStatus {
  const { confirmed } = link
  const { answers, state, error } = health
  return {
    backend: answers ? backend.kind : 'memory',
    configured: backend.kind,
    state,
    since: new Date(health.since).toISOString(),
    reason: error?.message ?? null,
    error: error ?? null,
    pendingWrites: outbox.size,
    pendingCounts: counts.waiting().length + countersOf(mirror),
    parked: [...outbox.parked, ...counts.parked],
    staleMs: confirmed === undefined ? null : Math.max(0, time.now() - confirmed),
    namespace,
    dataspace,
    missing: link.missing,
    location: backend.location,
    absent: backend.absent?.() ?? null,
    mirror: mirror ? describeMirror(mirror) : null,
    quarantined: Array.from(replica.quarantine, ([key, problem]) => ({ key, problem })),
  }
}

function countersOf(mirror: Parts['mirror']): number {
  return (mirror?.shares() ?? []).reduce((sum, { totals }) => sum + totals.length, 0)
}

function describeMirror({ file, problem }: NonNullable<Parts['mirror']>): DataspaceStatus['mirror'] {
  return { file, problem: problem?.message ?? null, hint: problem?.hint ?? null }
}
