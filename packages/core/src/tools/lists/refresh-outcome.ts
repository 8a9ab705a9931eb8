import type { Dataspace, Json, McpStoreError } from '@mcpstore/storage'
import { printable } from '../../config/problem.ts'
import { isRefusal } from '../../connections/breaker.ts'
import type { RequestOptions } from '../../connections/connector.ts'
import { type ErrorCode, storeError } from '../../errors.ts'
import { findingOf, isTelling } from '../../failures.ts'
import { serviceKey } from '../../services/keys.ts'
import type { Service } from '../../services/registry.ts'

/**
 * How the asking for a list ended that brought none for those who waited for it: the server failed; its list is for nobody
 * but who asked; or whoever asked gave up, for reasons of his own.
 */
export type RefreshOutcome =
  | { how: 'failed'; error: { code: string; message: string; hint?: string } }
  | { how: 'private' }
  | { how: 'given_up' }

const LONGEST_TEXT = 1000
/** How long it is remembered, in ms: a list that was for nobody else may be for everybody some day. */
const KEPT_MS = 60 * 60_000

/** What a failure says to those who wait; it was met by somebody who allowed as much in all. */
export function outcomeOf(failure: McpStoreError, { timeoutMs, givenMs }: RequestOptions): RefreshOutcome {
  const { code, message, hint } = failure
  if (isRefusal(failure) || !isTelling(failure, { allowedMs: givenMs ?? timeoutMs }))
    return { how: 'given_up' }
  return { how: 'failed', error: { code, message, ...(hint && { hint }) } }
}

/** Shares how the asking under this lease ended. */
export async function noteOutcome(
  dataspace: Dataspace,
  service: Service,
  lease: string,
  outcome: RefreshOutcome,
): Promise<void> {
  const now = dataspace.now()
  const value = { lease, ...outcome, at: new Date(now).toISOString() } as Json
  const expires = now + KEPT_MS
  await dataspace.put(serviceKey(service, 'asked'), value, { basis: service.stamp, expires })
}

/** How the last asking under this lease ended that brought no list, and which time that was. */
export function readOutcome(
  dataspace: Dataspace,
  service: Service,
  lease: string,
): { outcome: RefreshOutcome; stamp: string } | undefined {
  const entry = dataspace.get(serviceKey(service, 'asked'))
  const value = entry?.value as (Partial<RefreshOutcome> & { lease?: unknown }) | null | undefined
  if (!entry || value?.lease !== lease) return undefined
  const { stamp } = entry
  if (value.how === 'private' || value.how === 'given_up') return { outcome: { how: value.how }, stamp }
  const isFailure = value.how === 'failed' && typeof value.error?.message === 'string'
  return isFailure ? { outcome: value as RefreshOutcome, stamp } : undefined
}

/** What somebody else's asking failed with, for who waited for it. */
export function sharedFailure({ error }: Extract<RefreshOutcome, { how: 'failed' }>): McpStoreError {
  const code = findingOf(error) ? (error.code as ErrorCode) : 'unreachable'
  const hint = typeof error.hint === 'string' ? { hint: printable(error.hint, LONGEST_TEXT) } : {}
  return storeError(code, printable(error.message, LONGEST_TEXT), hint)
}
