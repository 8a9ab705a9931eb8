import type { McpStoreError, Scope } from '@mcpstore/storage'
import type { ServiceConfig } from '../config/service-config.ts'
import { serviceWords } from '../config/shell-words.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import { redacted, redactedCause } from './redacted.ts'

/**
 * What became of a request: never sent, not to be sent from here, turned away for want of credentials or otherwise unread,
 * answered with a failure, answered with what does not say whether it ran, or unknown.
 */
type Fate = 'unsent' | 'forbidden' | 'denied' | 'unread' | 'refused' | 'unclear' | 'lost'

/** What the request was for; decides what its fate means to the caller. */
export type Stage = 'connect' | 'list' | 'call'

export interface Verdict {
  fate: Fate
  /** Ends the sentence that begins with the service; may still hold secrets of its config. */
  words: string
  hint?: string | undefined
  /** The same attempt may succeed in a moment. */
  transient?: boolean
  /** How long the server asks to be left alone before that, in ms. */
  retryAfterMs?: number | undefined
  /** The connection is of no use any more. */
  over?: boolean
  /** The server may not know the session any more: another one is begun, for this request only where it never ran. */
  expired?: boolean
  /** The connection had ended before anything of the request was sent: the next one may do. */
  missed?: boolean
}

const codes: Record<Fate, Record<Stage, ErrorCode>> = {
  unsent: { connect: 'unreachable', list: 'unreachable', call: 'unreachable' },
  forbidden: { connect: 'forbidden_address', list: 'forbidden_address', call: 'forbidden_address' },
  denied: { connect: 'auth_required', list: 'auth_required', call: 'auth_required' },
  unread: { connect: 'unreachable', list: 'server_error', call: 'server_error' },
  refused: { connect: 'unreachable', list: 'server_error', call: 'server_error' },
  unclear: { connect: 'unreachable', list: 'server_error', call: 'outcome_unknown' },
  lost: { connect: 'unreachable', list: 'unreachable', call: 'outcome_unknown' },
}

/** Those that prove that nothing ran. */
const unrun = new Set<Fate>(['unsent', 'forbidden', 'denied', 'unread'])

/** What a verdict on its last message means for a request of which the server had read an earlier one. */
export function hadBegun(verdict: Verdict, stage: Stage): Verdict {
  const fate = stage === 'call' && unrun.has(verdict.fate) ? 'unclear' : verdict.fate
  return { ...verdict, fate, missed: false }
}

const forbiddenHint = ({ service, scope }: OwnedSubject): string =>
  `If that is where you want it to be, approve the service: mcpstore trust ${serviceWords(service, scope)} (trustService), or add it here; or let all ` +
  'reach such addresses: --allow-private-addresses (setupStore({ allowPrivateAddresses: true }))'

const findOut = 'Find out before you call it again'
const unknownOutcomeHint = `It may have run. ${findOut}`

/** The error of somebody who stopped waiting for a call that was sent. */
export function mayHaveRun(error: McpStoreError<ErrorCode>): McpStoreError<ErrorCode> {
  const hint = [`${findOut}.`, error.hint].filter(Boolean).join(' ')
  return storeError(error.code, `${error.message}; the tool may have run`, { hint, cause: error.cause })
}

/** With how long the next attempt has to wait, in ms. */
const transientErrors = new WeakMap<Error, number>()

/** Whether a failed connect is worth another attempt. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && transientErrors.has(error)
}

/** How long whoever failed to connect was asked to wait before another attempt, in ms. */
export function retryAfterMs(error: unknown): number {
  return (error instanceof Error && transientErrors.get(error)) || 0
}

/** Says of a failed connect that the same attempt may succeed in a moment, or `afterMs` from now. */
export function markTransient<E extends Error>(error: E, afterMs = 0): E {
  transientErrors.set(error, afterMs)
  return error
}

const turnedDown = new WeakSet<Error>()

/** Whether a connect failed by what the server said or did, so that another way to speak to it may do. */
export function isTurnedDown(error: unknown): boolean {
  return error instanceof Error && turnedDown.has(error)
}

export function markTurnedDown<E extends Error>(error: E): E {
  turnedDown.add(error)
  return error
}

const expiredErrors = new WeakSet<Error>()

/** Whether a request failed because the server had forgotten the session, or as if it had. */
export function isExpired(error: unknown): boolean {
  return error instanceof Error && expiredErrors.has(error)
}

const missedErrors = new WeakSet<Error>()

/** Whether a request was not sent because its connection had just ended. */
export function isMissed(error: unknown): boolean {
  return error instanceof Error && missedErrors.has(error)
}

const unsentErrors = new WeakSet<Error>()

/** Whether a request was never sent, or turned away unread: it cannot have run. */
export function isUnsent(error: unknown): boolean {
  return error instanceof Error && unsentErrors.has(error)
}

export function markUnsent<E extends Error>(error: E): E {
  unsentErrors.add(error)
  return error
}

/** Whom a verdict is about; `config` is the expanded one, whose secrets are kept out of the error. */
export interface Subject {
  service: string
  config: ServiceConfig
}

/** The same, whose it is (default: the store's), and over what it was reached. */
type OwnedSubject = Subject & {
  scope?: Scope | undefined
  link?: { readonly advice?: string | undefined }
}

/** The error a caller gets for `verdict`. The one place where what servers and systems say is redacted. */
export function verdictError(
  subject: OwnedSubject,
  stage: Stage,
  verdict: Verdict,
  cause?: unknown,
): McpStoreError<ErrorCode> {
  const code = codes[verdict.fate][stage]
  const { service, config, link } = subject
  const advice = link?.advice === undefined ? '' : `, and ${link.advice}`
  const hints: Partial<Record<ErrorCode, string>> = {
    outcome_unknown: advice === '' ? `${unknownOutcomeHint}.` : unknownOutcomeHint + advice,
    forbidden_address: forbiddenHint(subject),
  }
  const unread = stage === 'call' && verdict.fate === 'unread' ? 'It was turned away, and did not run.' : ''
  const hint = hints[code] ?? ([unread, verdict.hint].filter(Boolean).join(' ') || undefined)
  const words = redacted(verdict.words, config)
  const error = storeError(code, `service "${service}" ${words}`, {
    hint,
    cause: redactedCause(cause, config),
  })
  if (verdict.expired) expiredErrors.add(error)
  if (verdict.missed) missedErrors.add(error)
  if (unrun.has(verdict.fate)) markUnsent(error)
  return verdict.transient ? markTransient(error, verdict.retryAfterMs) : error
}
