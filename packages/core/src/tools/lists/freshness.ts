import type { House } from '../../house.ts'
import type { CachedList, KnownList } from './list-head.ts'

/** Where the clock is that all who share the lists go by. */
type Clocked = Pick<House, 'dataspace'>

/** How long ago a list was fetched, in ms by the clock that all share. */
export function ageOf({ dataspace }: Clocked, list: { fetchedAt: string }): number {
  return Math.max(0, dataspace.now() - Date.parse(list.fetchedAt))
}

/** Whether it may be shown to who wants none that is older, in ms. */
export function isWithin(
  clocked: Clocked,
  maxAge: number | undefined,
  list: CachedList | undefined,
): boolean {
  return list !== undefined && (maxAge === undefined || ageOf(clocked, list) < maxAge)
}

/** One without tools is not served any more once it is stale: its server may not have been ready. */
export function isSpent(clocked: Clocked, list: CachedList | KnownList): boolean {
  const count = 'tools' in list ? list.tools.length : list.count
  return count === 0 && list.server.capabilities?.['tools'] !== undefined && isStale(clocked, list)
}

/** Whether its server is to be asked again. */
export function isStale({ dataspace }: Clocked, list: Pick<CachedList, 'freshUntil'>): boolean {
  return list.freshUntil <= dataspace.now()
}
