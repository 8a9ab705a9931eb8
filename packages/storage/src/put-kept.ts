import type { EncodedPut } from './author.ts'
import type { Verdict } from './backend.ts'
import type { Parts } from './parts.ts'
import type { PutResult } from './put.ts'
import type { Stamp } from './stamp.ts'

/**
 * Writes under the `fallback` policy: applied here and put into the outbox, then waited for as long as the backend is
 * likely to take it. What it has not taken by then is kept in the mirror, where there is one.
 */
export async function putKept(parts: Parts, puts: readonly EncodedPut[]): Promise<PutResult[]> {
  const { author, mirror, outbox } = parts
  const written = puts.map((put) => author.write(put))
  const stamps = written.map(({ stamp }) => stamp)
  const fates = await awaitFates(parts, stamps)
  const outcomes = written.map(({ status }, at) => outcome(parts, status, fates[at]))
  const unsure = outcomes.some(({ durable }) => durable === 'memory')
  const kept = unsure
    ? await mirror?.save(puts.map(({ key }, at) => ({ key, stamp: stamps[at]! })))
    : undefined
  return outcomes.map(({ status, durable }, at) => {
    const stamp = stamps[at]!
    const problem = outbox.problem(stamp)
    const place = durable === 'memory' && kept?.[at] ? 'local' : durable
    return { stamp, status, durable: place, ...(problem !== undefined && { problem }) }
  })
}

/** What becomes of these stamps, `undefined` for those that still wait when there is no more waiting. */
export async function awaitFates(
  { backend, health, link, outbox, patience }: Parts,
  stamps: readonly Stamp[],
): Promise<(Verdict | undefined)[]> {
  const fates = stamps.map((stamp): Verdict | undefined => {
    if (outbox.problem(stamp) !== undefined) return 'refused'
    return outbox.has(stamp) ? undefined : 'duplicate'
  })
  let left = fates.filter((fate) => fate === undefined).length
  // One command without an answer from far away is likely not the last.
  const silent = backend.beat !== undefined && health.state === 'suspect'
  if (left === 0 || silent || !health.hopeful) return fates
  await patience.until((done) => {
    stamps.forEach((stamp, at) => {
      outbox.whenAcknowledged(stamp, (verdict) => {
        fates[at] = verdict
        if (--left === 0) done()
      })
    })
    void link.kick()
  })
  if (left > 0 && backend.beat) health.doubted()
  return fates
}

function outcome(
  { backend, health }: Parts,
  status: PutResult['status'],
  fate: Verdict | undefined,
): Omit<PutResult, 'stamp'> {
  const unsure =
    fate === undefined || fate === 'refused' || (status === 'unchanged' && health.state === 'down')
  if (unsure) return { status, durable: 'memory' }
  const kept = fate === 'accepted' || fate === 'duplicate'
  return { status: kept ? status : 'outdated', durable: backend.durable }
}
