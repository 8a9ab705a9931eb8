import type { Counter } from '../backend.ts'
import type { Parts } from '../parts.ts'

type Counting = Pick<Parts, 'clock' | 'counts' | 'health' | 'mirror' | 'replica'>

/**
 * Every total of services that exist: what is known to have been counted, and what waits on this machine. While all is well what
 * waits of other processes is on its way, or there already.
 */
export function totalsOf({ clock, counts, health, mirror, replica }: Counting): Counter[] {
  const totals = new Map<string, Counter>()
  const shares = health.state === 'up' ? [] : (mirror?.shares() ?? [])
  const others = shares
    .flatMap(({ totals }) => totals.map(({ sent, ...own }) => ({ ...own, total: own.total - sent })))
    .filter(({ total }) => Number.isSafeInteger(total) && total > 0)
  for (const { key, field, total } of [
    ...replica.liveCounters(clock.now()),
    ...counts.pending(),
    ...others,
  ]) {
    const before = totals.get(`${key} ${field}`)?.total ?? 0
    totals.set(`${key} ${field}`, { key, field, total: before + total })
  }
  return [...totals.values()]
}

/** Of these the ones under one statistics key, by field. */
export function totalsUnder(parts: Counting, key: string): Record<string, number> {
  const own = totalsOf(parts).filter((counter) => counter.key === key)
  return Object.fromEntries(own.map(({ field, total }) => [field, total]))
}
