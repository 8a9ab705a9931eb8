import type { Durability, Store, StoreStatus } from '@mcpstore/core'
import { CliError } from '../failures/cli-error.ts'

/** Where a write ended up, and the error to end with if nothing that outlives the process holds it. */
export interface Settled {
  durable: Durability
  lost: CliError | undefined
  /** What to say of a write that Redis has yet to get. */
  waiting: Waiting | undefined
}

interface Waiting {
  message: string
  hint: string | undefined
}

/**
 * Finds out whether a write is kept. One that still waits gets its last chance: the store is closed, which sends what
 * waits; afterwards nothing but its status may be asked for. `what` was written begins the sentence that says it is not; what was
 * refused `earlier`, before it was written, says nothing of it.
 */
export async function settle(
  durable: Durability,
  store: Store,
  what = 'the change',
  earlier?: StoreStatus,
): Promise<Settled> {
  const before = store.status()
  const { configured } = before
  const strongest = configured === 'sqlite' ? 'local' : configured
  if (durable === strongest) return { durable, lost: undefined, waiting: undefined }
  const { left } = await store.close()
  const status = store.status()
  // What waited and is gone was taken; where nothing waited nobody may have been asked.
  const taken = left === stillRefused(earlier, status) && (before.pendingWrites > 0 || !isMissing(before))
  if (taken) return { durable: strongest, lost: undefined, waiting: undefined }
  if (durable === 'memory' && !isKeptHere(status)) {
    const { message, hint } = lossOf(status, what)
    const isUnasked = before.state === 'up' && before.backend !== configured
    const next = isUnasked ? 'Choose another (--policy, MCPSTORE_POLICY)' : 'See mcpstore status'
    const see = hint ?? `${next}, then run the command again.`
    return { durable, lost: new CliError('not_durable', message, see), waiting: undefined }
  }
  return { durable: 'local', lost: undefined, waiting: waitingOf(status, what) }
}

/** How many of the records that were refused, each for its own sake, before still are. */
function stillRefused(before: StoreStatus | undefined, now: StoreStatus): number {
  return Math.min(...[before, now].map((status) => status?.parked.filter(isRecord).length ?? 0))
}

function isRecord({ key }: StoreStatus['parked'][number]): boolean {
  return !key.endsWith(':stats')
}

/**
 * What to say of what a command found out by the way (health, tool lists, statistics) and a closed store could not hand on.
 * Of what was `left` as many as waited, or had been refused, `before` are no findings of its own; `isTold`: that Redis is away,
 * and why, was said.
 */
export function unsavedWarning({
  before,
  status,
  left,
  isTold,
}: {
  before: StoreStatus
  status: StoreStatus
  left: number
  isTold: boolean
}): { message: string; hint?: string | undefined; isLost?: boolean } | undefined {
  const waiting = left - stillRefused(before, status)
  // What is in the mirror already outlives this command; where there is none, nothing is of an earlier one.
  const kept = isKeptHere(status) ? Math.min(waiting, before.pendingWrites) : 0
  const parts = [counted(waiting - kept, 'record'), counted(status.pendingCounts, 'counter')].filter(Boolean)
  if (parts.length === 0) return kept > 0 && !isTold ? earlierWaiting(status, kept) : undefined
  const what = `what this command found out (${parts.join(' and ')})`
  if (!isKeptHere(status))
    return { ...(isTold ? { message: `${what} was NOT saved` } : lossOf(status, what)), isLost: true }
  return isTold ? undefined : waitingOf(status, what)
}

/** What to say where nothing was changed, and it is not known whether Redis has what is there. */
export function unsureWarning(status: StoreStatus): Waiting {
  const { hint } = waitingOf(status, '')
  return { message: `whether Redis has it is not known: ${reasonIn(status)}`, hint }
}

function lossOf(status: StoreStatus, what: string): Waiting {
  const { error, mirror } = status
  const nowhere = mirror?.problem ? `; nor can it be kept on this machine: ${mirror.problem}` : ''
  const hint = [error?.hint, nowhere && mirror?.hint].filter(Boolean).join(' ') || undefined
  return { message: `${what} was NOT saved: ${reasonIn(status)}${nowhere}`, hint }
}

function waitingOf(status: StoreStatus, what: string): Waiting {
  const { error, parked, pendingWrites } = status
  const refused = error || pendingWrites > 0 ? undefined : parked.findLast(isRecord)
  if (refused) {
    const message = `Redis refused ${what}, which is kept on this machine: ${refused.key}: ${refused.problem}`
    return {
      message,
      hint: 'See what lies at that key and whether this user may write it, or use another name.',
    }
  }
  const message = `Redis does not have ${what} yet; it is kept on this machine and sent later: ${reasonIn(status)}`
  return { message, hint: error?.hint }
}

function earlierWaiting(status: StoreStatus, kept: number): { message: string } {
  const [waits, is] = kept === 1 ? ['waits', 'is'] : ['wait', 'are']
  const what = `${counted(kept, 'earlier change')} ${waits} on this machine and ${is} sent later`
  return { message: `${what}: ${reasonIn(status)}` }
}

function reasonIn({ error, reason, parked }: StoreStatus): string {
  return error?.message ?? reason ?? parked[0]?.problem ?? 'the storage did not take it'
}

/** Whether what Redis has not taken is in the mirror. */
function isKeptHere({ mirror }: StoreStatus): boolean {
  return mirror !== null && mirror.problem === null
}

/** Whether what was configured is not what holds the data: it is out of reach, or not asked. */
function isMissing({ state, backend, configured }: StoreStatus): boolean {
  return state === 'down' || (state === 'up' && backend !== configured)
}

function counted(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count} ${what}${count === 1 ? '' : 's'}`
}
