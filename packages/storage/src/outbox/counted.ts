import type { Counter, CountReply } from '../backend.ts'
import type { Logger } from '../logger.ts'
import type { Counts } from './counts.ts'

/** The backend has these totals now, but for those that it refused for their own sake. */
export function acknowledgeCounts(
  { counts, logger }: { counts: Counts; logger: Logger },
  totals: readonly Counter[],
  refused: CountReply['refused'],
): void {
  for (const { key, problem } of refused) {
    counts.park(key, problem)
    logger.warn(`storage: what was counted in ${key} is kept here only: ${problem}`)
  }
  counts.acknowledge(totals.filter(({ key }) => !counts.isParked(key)))
}

/** What is said where a run wakes up whose share was folded, and the backend takes no more of it. */
export function foldedLine(lost: number): string {
  const what = lost === 1 ? '1 count' : `up to ${lost} counts`
  return `storage: ${what} of a run that was silent for more than a week were refused and are lost`
}
