import type { Durability, Store, StoreStatus } from '@mcpstore/core'
import { CliError } from '../failures/cli-error.ts'

/** Where a write ended up, and the error to end with if nothing that outlives the process holds it. */
export interface Settled {
  durable: Durability
  lost: CliError | undefined
  /** What to say of a write that Redis has yet to get. */
  waiting: { message: string } | undefined
}

/**
 * Finds out whether a write is kept. One that still waits gets its last chance: the store is closed, which sends what
 * waits; afterwards nothing but its status may be asked for.
 */
export async function settle(durable: Durability, store: Store): Promise<Settled> {
  const before = store.status()
  const { configured } = before
  const strongest = configured === 'sqlite' ? 'local' : configured
  if (durable === strongest) return { durable, lost: undefined, waiting: undefined }
  const { left } = await store.close()
  const status = store.status()
  const why = status.error?.message ?? status.reason ?? 'the storage did not take it'
  // What waited and is gone was taken; where nothing waited nobody may have been asked.
  const taken = left === 0 && (before.pendingWrites > 0 || !isMissing(before))
  if (taken) return { durable: strongest, lost: undefined, waiting: undefined }
  if (durable === 'memory') {
    const { error, mirror } = status
    const nowhere = mirror?.problem ? `; nor can it be kept on this machine: ${mirror.problem}` : ''
    const message = `the change was NOT saved: ${why}${nowhere}`
    const see =
      [error?.hint, nowhere && mirror?.hint].filter(Boolean).join(' ') ||
      'See mcpstore status, then run the command again.'
    return { durable, lost: new CliError('not_durable', message, see), waiting: undefined }
  }
  const message = `Redis does not have the change yet; it is kept on this machine and sent later: ${why}`
  return { durable, lost: undefined, waiting: { message } }
}

/** Whether what was configured is not what holds the data: it is out of reach, or not asked. */
function isMissing({ state, backend, configured }: StoreStatus): boolean {
  return state === 'down' || (state === 'up' && backend !== configured)
}
