const cleanups: (() => unknown)[] = []

/** Undone after the test, last one first. */
export function later(cleanup: () => unknown): void {
  cleanups.push(cleanup)
}

/** What `later` was told since it was last done. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}
