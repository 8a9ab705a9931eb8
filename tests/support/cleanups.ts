const cleanups: (() => unknown)[] = []

/** Undone after the test, last one first. */
export function later(cleanup: () => unknown): void {
  cleanups.push(cleanup)
}

/** What `later` was told since it was last done, all of it. @throws what the first of them threw */
export async function cleanUp(): Promise<void> {
  const failures: unknown[] = []
  for (const cleanup of cleanups.splice(0).reverse()) {
    try {
      await cleanup()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
