import type { Backend, BackendKind } from './backend.ts'
import type { BackendError, Health, HealthState } from './health.ts'
import type { Outbox } from './outbox.ts'
import type { Replica } from './replica.ts'

/** What is true of a dataspace right now. */
export interface DataspaceStatus {
  /** What answers now. */
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
  /** How long ago, in ms, the replica was known to be what the backend has; `null` if never. */
  staleMs: number | null
  namespace: string
  dataspace: string
  /** Where the backend lies, for people. */
  location: string | null
  /** Records that were read but could not be used: their keys, and why. */
  quarantined: { key: string; problem: string }[]
}

interface Parts {
  dataspace: { namespace: string; dataspace: string }
  backend: Backend
  health: Health
  outbox: Outbox
  replica: Replica
  confirmed: number | undefined
  now: number
}

export function describeStatus({
  dataspace,
  backend,
  health,
  outbox,
  replica,
  confirmed,
  now,
}: Parts): DataspaceStatus {
  const { state, error } = health
  const answers = state === 'up' || state === 'suspect' || state === 'write-degraded'
  return {
    backend: answers ? backend.kind : 'memory',
    configured: backend.kind,
    state,
    since: new Date(health.since).toISOString(),
    reason: error?.message ?? null,
    error: error ?? null,
    pendingWrites: outbox.size,
    staleMs: confirmed === undefined ? null : Math.max(0, now - confirmed),
    namespace: dataspace.namespace,
    dataspace: dataspace.dataspace,
    location: backend.location,
    quarantined: Array.from(replica.quarantine, ([key, problem]) => ({ key, problem })),
  }
}
