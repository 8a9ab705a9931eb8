import type { Store, StoreStatus } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { reportFailure } from '../failures/failure.ts'
import { obstacleTo, warnOfMirror } from './store-session.ts'

/** The status, with what permissions tell of a mirror that nothing was written to yet. */
export async function knownStatus(context: CommandContext, store: Store): Promise<StoreStatus> {
  const now = store.status()
  const { mirror } = now
  const obstacle = !mirror || mirror.problem ? undefined : await context.writeObstacle(mirror.file)
  if (!mirror || !obstacle) return now
  return { ...now, mirror: { ...mirror, problem: obstacle.message, hint: obstacle.hint ?? null } }
}

/** Says what is wrong with it: of the mirror, of itself, or that no change can be saved. Answers the exit code. */
export async function reportTrouble(context: CommandContext, status: StoreStatus): Promise<number> {
  await warnOfMirror(context, status)
  const error = status.error ?? (await obstacleTo(context, status))
  return error ? reportFailure(context.err, error, context.settings) : 0
}
