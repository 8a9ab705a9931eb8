import type { Durability, Store } from '@mcpstore/core'
import { CliError } from './cli-error.ts'

/** Throws when a write is held by nothing that outlives this process, though a place for it was configured. */
export function requireDurable(durable: Durability, store: Store): void {
  const { configured, error, reason } = store.status()
  if (durable !== 'memory' || configured === 'memory') return
  const why = error?.message ?? reason ?? 'the backend did not take it'
  throw new CliError(
    'not_durable',
    `the change was NOT saved and is lost when this command ends: ${why}`,
    error?.hint ?? 'See mcpstore status, then run the command again.',
  )
}
