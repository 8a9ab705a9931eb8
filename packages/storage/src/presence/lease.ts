import type { Parts } from '../parts.ts'
import { ask } from '../writes/ask.ts'

/** A lease that was granted. */
export interface Lease {
  granted: true
  release(): Promise<void>
}

/** A lease that somebody else has. */
export interface LeaseRefused {
  granted: false
  /** For how long it is still taken, in ms. */
  busyMs: number
}

/** See `Dataspace.lease`. */
export async function askLease(parts: Parts, name: string, ttlMs: number): Promise<Lease | LeaseRefused> {
  const { backend, node } = parts
  const busyMs = await ask(parts, () => backend.lease(name, node, ttlMs)).catch(() => 0)
  if (busyMs > 0) return { granted: false, busyMs }
  return { granted: true, release: () => backend.release(name, node).catch(() => {}) }
}
