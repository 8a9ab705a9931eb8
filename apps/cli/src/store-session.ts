import type { Store } from '@mcpstore/core'
import { CliError } from './cli-error.ts'
import type { CommandContext } from './command.ts'

/** The work's result, or an `aborted` error as soon as the user interrupts; the work is then left alone. */
export function untilInterrupted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void => reject(new CliError('aborted', 'interrupted'))
    if (signal.aborted) interrupt()
    signal.addEventListener('abort', interrupt, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt))
  })
}

/**
 * Opens the store, does the work, and closes the store whatever happened, which ends every server that was started.
 * Throws the store's own error when its data cannot be read, unless `evenIfDown`.
 */
export async function withStore<T>(
  context: CommandContext,
  work: (store: Store) => Promise<T>,
  { evenIfDown = false }: { evenIfDown?: boolean } = {},
): Promise<T> {
  const store = await untilInterrupted(context.signal, context.openStore())
  try {
    if (!evenIfDown) refuseDown(store)
    return await untilInterrupted(context.signal, work(store))
  } finally {
    await store.close()
  }
}

function refuseDown(store: Store): void {
  const { state, error, reason } = store.status()
  if (state !== 'down') return
  throw error ?? new CliError('storage', `the data cannot be read: ${reason ?? 'no reason is known'}`)
}
