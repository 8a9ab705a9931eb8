import type { Fate } from '../outbox/outbox.ts'
import type { Parts } from '../parts.ts'
import type { Stamp } from '../records/stamp.ts'
import type { EncodedPut, PutResult } from './put.ts'

/**
 * Writes under the `fallback` policy: applied here and put into the outbox, then waited for as long as the backend is
 * likely to take it. What it has not taken by then is kept in the mirror, where there is one.
 */
export async function putKept(parts: Parts, puts: readonly EncodedPut[]): Promise<PutResult[]> {
  const { author, mirror, outbox } = parts
  const written = puts.map((put) => author.write(put))
  // Of several values for one key only the last is sent.
  const last = new Map(written.map(({ stamp }, at) => [puts[at]!.key, stamp]))
  const fates = await awaitFates(
    parts,
    puts.map(({ key }) => last.get(key)!),
  )
  const outcomes = written.map(({ status }, at) => {
    // Somebody else was quicker to write the very same: that is no conflict.
    const isEqual =
      fates[at]!.verdict === 'stale' && parts.replica.record(puts[at]!.key)?.json === puts[at]!.json
    if (isEqual) return { status: 'unchanged' as const, durable: parts.backend.durable }
    return outcome(parts, status, fates[at]!)
  })
  const unsure = outcomes.some(({ durable }) => durable === 'memory')
  const kept = unsure
    ? await mirror?.save(puts.map(({ key }, at) => ({ key, stamp: fates[at]!.stamp })))
    : undefined
  return outcomes.map(({ status, durable }, at) => {
    const { stamp } = fates[at]!
    const problem = outbox.problem(stamp)
    const place = durable === 'memory' && kept?.[at] ? 'local' : durable
    return { stamp, status, durable: place, ...(problem !== undefined && { problem }) }
  })
}

/** What becomes of these stamps, as far as it is known when there is no more waiting. */
export async function awaitFates(
  { backend, health, link, outbox, patience }: Parts,
  stamps: readonly Stamp[],
): Promise<Fate[]> {
  const fates = stamps.map((stamp): Fate => {
    if (outbox.problem(stamp) !== undefined) return { stamp, verdict: 'refused' }
    return { stamp, verdict: outbox.has(stamp) ? undefined : 'duplicate' }
  })
  const open = fates.filter(({ verdict }) => verdict === undefined)
  let left = open.length
  // One command without an answer from far away is likely not the last.
  const silent = backend.beat !== undefined && health.state === 'suspect'
  if (left === 0 || silent || !health.hopeful) return fates
  await patience.until((done) => {
    for (const fate of open) {
      outbox.follow(fate, () => {
        if (--left === 0) done()
      })
    }
    void link.kick()
  })
  if (left > 0 && backend.beat) {
    health.doubted()
    // They began while this one waited, and would now not even begin to.
    outbox.release()
  }
  return fates
}

function outcome(
  { backend, health }: Parts,
  status: PutResult['status'],
  { verdict }: Fate,
): Omit<PutResult, 'stamp'> {
  const unsure = verdict === undefined || verdict === 'refused' || (status === 'unchanged' && !health.answers)
  if (unsure) return { status, durable: 'memory' }
  const kept = verdict === 'accepted' || verdict === 'duplicate'
  return { status: kept ? status : 'outdated', durable: backend.durable }
}
