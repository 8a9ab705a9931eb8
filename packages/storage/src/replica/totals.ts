import type { Counter } from '../backend.ts'
import type { Parts } from '../parts.ts'

/** Every total of services that exist: what is known to have been counted, and what this process has not sent yet. */
export function totalsOf({ clock, counts, replica }: Pick<Parts, 'clock' | 'counts' | 'replica'>): Counter[] {
  const totals = new Map<string, Counter>()
  for (const { key, field, total } of [...replica.liveCounters(clock.now()), ...counts.pending()]) {
    const before = totals.get(`${key} ${field}`)?.total ?? 0
    totals.set(`${key} ${field}`, { key, field, total: before + total })
  }
  return [...totals.values()]
}

/** Of these the ones under one statistics key, by field. */
export function totalsUnder(
  parts: Pick<Parts, 'clock' | 'counts' | 'replica'>,
  key: string,
): Record<string, number> {
  const own = totalsOf(parts).filter((counter) => counter.key === key)
  return Object.fromEntries(own.map(({ field, total }) => [field, total]))
}
