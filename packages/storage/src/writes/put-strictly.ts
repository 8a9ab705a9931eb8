import { type ErrorDetails, StorageError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import { send } from './ask.ts'
import { CLOCK_ATTEMPTS } from './author.ts'
import type { EncodedPut, PutResult } from './put.ts'

const REFUSED = 'See what lies at that key and whether this user may write it, or use another name.'

/**
 * Writes under the `strict` policy: sent first, applied here once the backend has it.
 * One of several that is refused for its own sake is `outdated` and has a `problem`.
 * @throws `not_durable` when the backend has taken none of them and nothing was kept; `outcome_unknown` when it may have.
 */
export async function putStrictly(parts: Parts, puts: readonly EncodedPut[]): Promise<PutResult[]> {
  const { author, backend, health, intake, shown } = parts
  const results: (PutResult | undefined)[] = puts.map((put) => {
    const unchanged = health.answers ? author.unchanged(put) : undefined
    return unchanged && { ...unchanged, durable: backend.durable }
  })
  // Of several values for one key only the last is sent.
  const last = new Map(puts.map(({ key }, at) => [key, at]))
  const isOpen = (at: number) => !results[at] && last.get(puts[at]!.key) === at
  for (let attempt = 0; attempt < CLOCK_ATTEMPTS; attempt++) {
    const open = puts.flatMap((put, at) => (isOpen(at) ? [{ at, record: author.stamped(put) }] : []))
    if (open.length === 0) break
    const writes = open.map(({ record }) => ({ record }))
    const replies = await send(parts, () => backend.merge(writes), {
      undone: (error) => notDurable(error.message, { hint: error.hint, cause: error }),
      hint: 'Read the value again once it answers.',
    })
    for (const [n, reply] of replies.entries()) {
      const { at, record } = open[n]!
      const { verdict, current, now, problem } = reply
      if (verdict === 'future') {
        intake.correctClock(now)
        continue
      }
      const written = verdict === 'accepted' || verdict === 'duplicate'
      if (written) shown.take(record, 'local')
      else if (current) shown.take(current, 'remote')
      // Somebody else was quicker to write the very same: that is no conflict.
      const isEqual = verdict === 'stale' && current?.json === record.json
      const status = written ? 'written' : isEqual ? 'unchanged' : 'outdated'
      results[at] =
        verdict === 'refused'
          ? { stamp: record.stamp, status, durable: 'memory', problem: problem ?? 'it was refused' }
          : { stamp: record.stamp, status, durable: backend.durable }
    }
  }
  const refused = results.findIndex((result) => result?.problem !== undefined)
  if (refused >= 0 && !results.some((result) => result?.status === 'written')) {
    throw notDurable(`${puts[refused]!.key}: ${results[refused]!.problem}`, { hint: REFUSED })
  }
  return puts.map(({ key }, at) => {
    const result = results[at] ?? results[last.get(key)!]
    if (!result) throw notDurable('the clocks do not agree', { hint: 'Try again.' })
    return result
  })
}

function notDurable(reason: string, details: ErrorDetails): StorageError {
  return new StorageError('not_durable', `nothing was written: ${reason}`, details)
}
