import { settledWithin } from './connections/deadline.ts'

/** How many services are asked at the same time, and how long one may keep those behind it waiting, in ms. */
export const ASKING = { limit: 8, patienceMs: 3000 } as const

export interface ParallelOptions {
  /** How many run at a time, but for those that take longer than `patienceMs`: these give up their place. */
  limit: number
  patienceMs: number
  /** Once it is aborted nothing more is begun; results that are missing then are `undefined`. */
  signal?: AbortSignal | undefined
}

/** Runs `task` on every item; the results are in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  { limit, patienceMs, signal }: ParallelOptions,
  task: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  if (items.length === 1 && !signal?.aborted) return [await task(items[0]!)]
  const results: Result[] = []
  const running: Promise<void>[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [at, item] of queue) {
      if (signal?.aborted) return
      const done = task(item).then((result) => {
        results[at] = result
      })
      running.push(done)
      await settledWithin(patienceMs, done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  await Promise.all(running)
  return results
}
