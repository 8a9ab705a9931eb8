import type { Parts } from '../parts.ts'
import { lastChance } from './patience.ts'

/** Makes attempts until `satisfied`, or until there is no hope. */
export function attempt(
  { health, link, patience }: Pick<Parts, 'health' | 'link' | 'patience'>,
  satisfied: () => boolean,
): Promise<void> {
  const isOver = () => satisfied() || !health.hopeful
  return patience.untilSatisfied(isOver, () => link.kick())
}

/** Sends what waits, for at most `waitMs`, and lets go of the backend. Returns how many writes were left. */
export async function letGo({
  counts,
  health,
  link,
  mirror,
  outbox,
  patience,
  time,
}: Parts): Promise<number> {
  const isSent = () => outbox.size === 0 && counts.unsent().length === 0
  const isKept = mirror !== undefined && !mirror.problem
  const last = isKept && !health.hopeful ? lastChance(time) : patience
  if (!isSent()) await attempt({ health, link, patience: last }, isSent)
  await link.close()
  await mirror?.close()
  health.closed()
  return outbox.size + outbox.parked.length
}
