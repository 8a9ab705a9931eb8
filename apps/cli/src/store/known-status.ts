import type { Store, StoreStatus } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { obstacleTo } from './store-session.ts'

/** The status, with what permissions tell of a mirror that nothing was written to yet. */
export async function knownStatus(context: CommandContext, store: Store): Promise<StoreStatus> {
  const now = store.status()
  const { mirror } = now
  const obstacle = !mirror || mirror.problem ? undefined : await context.writeObstacle(mirror.file)
  if (!mirror || !obstacle) return now
  return { ...now, mirror: { ...mirror, problem: obstacle.message, hint: obstacle.hint ?? null } }
}

/** Why it is not whole: what it says itself, or that no change can be saved. */
export async function errorIn(context: CommandContext, status: StoreStatus): Promise<Error | undefined> {
  return status.error ?? (await obstacleTo(context, status))
}
