export interface ParallelOptions {
  /** How many run at a time. */
  limit: number
  /** Once it is aborted nothing more is begun; results that are missing then are `undefined`. */
  signal?: AbortSignal | undefined
}

/** Runs `task` on every item; the results are in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  { limit, signal }: ParallelOptions,
  task: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  if (items.length === 1 && !signal?.aborted) return [await task(items[0]!)]
  const results: Result[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [at, item] of queue) {
      if (signal?.aborted) return
      results[at] = await task(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
