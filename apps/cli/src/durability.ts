import type { Durability, Store } from '@mcpstore/core'
import { CliError } from './cli-error.ts'

/** Where a write ended up, and the error to end with if nothing that outlives the process holds it. */
export interface Settled {
  durable: Durability
  lost: CliError | undefined
}

/**
 * Finds out whether a write is kept. One that still waits gets its last chance: the store is closed, which sends what
 * waits; afterwards nothing but its status may be asked for.
 */
export async function settle(durable: Durability, store: Store): Promise<Settled> {
  const { configured } = store.status()
  if (durable !== 'memory' || configured === 'memory') return { durable, lost: undefined }
  const { left } = await store.close()
  const { state, error, reason } = store.status()
  if (left === 0 && state !== 'down') {
    return { durable: configured === 'redis' ? 'redis' : 'local', lost: undefined }
  }
  const why = error?.message ?? reason ?? 'the storage did not take it'
  const hint = error?.hint ?? 'See mcpstore status, then run the command again.'
  return { durable, lost: new CliError('not_durable', `the change was NOT saved: ${why}`, hint) }
}
