import type { Verdict } from '../verdict.ts'
import type { Failure } from './fetch.ts'
import { isForgotten, mayBeForgotten } from './forgotten.ts'
import { addresseeOf, rpcErrorIn } from './rpc-error.ts'
import type { NoToken } from './signer.ts'

const MAX_TEXT = 300
/** The JSON-RPC code of a server that speaks other revisions; nothing ran. */
export const UNSUPPORTED_VERSION = -32022
export const credentialsHint = 'Add or renew the credentials in "headers" of its config.'
/** What to try when a server turns down SSE, which its config asks for. */
export const sseHint =
  'It may only speak Streamable HTTP: leave out the "type" of its config (--transport), and both are tried.'
/** What to look at when the host answers, but not as an MCP server. */
export const pathHint = 'Check the path of "url" in its config; often it ends with /mcp or /sse.'

const sessionHint =
  'Try again; a server that forgets sessions at once may run as several without sharing them.'

/** What to do where tokens come from the host. */
export const hostHint = 'Sign in to it in the program that gives its tokens (option "auth"), then try again.'

const cases: Record<number, (text: string) => Verdict> = {
  401: (text) => ({ fate: 'denied', words: `wants credentials (HTTP 401${text})`, hint: credentialsHint }),
  403: (text) => ({ fate: 'denied', words: `denies access (HTTP 403${text})`, hint: credentialsHint }),
  404: (text) => ({ fate: 'lost', words: `is not there (HTTP 404${text})`, hint: pathHint, over: true }),
  502: behindProxy(502),
  503: behindProxy(503),
  504: behindProxy(504),
}

/** Of methods, headers, lengths and limits: they are looked at before a request is. */
const turnedAway = new Set([405, 406, 407, 411, 413, 414, 415, 417, 421, 426, 429, 431, 505])

const redirects = new Set([301, 302, 303, 307, 308])

const ownMeaning = new Set([401, 403, 407, 408, 429])

/** Whether an answer to the first POST means that the server may speak the older transport, SSE. */
export function mayBeSse(status: number): boolean {
  return status >= 400 && status < 500 && !ownMeaning.has(status)
}

export interface StatusOptions {
  /** Takes secrets out of a text: before it is cut, lest half of one stay. */
  redact: (text: string) => string
  /** Whether the request was one of a session. */
  inSession: boolean
}

/** What an HTTP answer that says no means. An error in it that answers this very request is the server's own word. */
export function statusVerdict(failure: Failure, { redact, inSession }: StatusOptions): Verdict {
  const said = redact(spoken(failure.body)).slice(0, MAX_TEXT)
  const verdict = verdictOf(failure, said, inSession)
  const { fate } = verdict
  const isOpen = fate === 'unclear' || fate === 'lost' || fate === 'unread'
  if (!isOpen || addresseeOf(failure.body, failure.request) !== 'request') return verdict
  const words = `answered HTTP ${failure.status}: ${said}`
  const hint = fate === 'unread' ? verdict.hint : undefined
  return { ...verdict, fate: 'refused', words, hint, over: false }
}

function verdictOf(failure: Failure, said: string, inSession: boolean): Verdict {
  const { status, body, retryAfterMs } = failure
  const text = said === '' ? '' : `: ${said}`
  const answered = `answered HTTP ${status}${text}`
  if (inSession && isForgotten(failure)) {
    const words = `no longer knows this session (HTTP ${status}${text})`
    return { fate: 'unsent', words, hint: sessionHint, expired: true }
  }
  if (inSession && mayBeForgotten(failure)) return { fate: 'unclear', words: answered, expired: true }
  if (status === 400 && rpcErrorIn(body)?.code === UNSUPPORTED_VERSION) {
    return { fate: 'unsent', words: `does not speak this revision of MCP (HTTP 400${text})`, expired: true }
  }
  const patience = patienceFor(retryAfterMs)
  const known = cases[status]
  if (known) return { ...known(text), ...patience }
  if (redirects.has(status)) return redirection(failure)
  const fate = turnedAway.has(status) ? 'unread' : 'unclear'
  return { fate, words: answered, transient: status === 429, ...patience }
}

function patienceFor(retryAfterMs: number | undefined): Pick<Verdict, 'hint' | 'retryAfterMs'> {
  if (retryAfterMs === undefined) return {}
  const hint = `Try again in ${Math.ceil(retryAfterMs / 1000)} s: so long it asks to be left alone.`
  return { hint, retryAfterMs }
}

/** What a request means that was turned away for want of a token. It never ran. */
export function tokenVerdict({ why, message }: NoToken, given: string = hostHint): Verdict {
  if (why === 'sign-in') return { fate: 'denied', words: 'wants somebody to sign in', hint: given }
  const text = message.slice(0, MAX_TEXT)
  if (why === 'failed') return { fate: 'denied', words: `wants a token, and got none: ${text}`, hint: given }
  const hint = 'Try again later, or see whether its authorization server runs.'
  return { fate: 'unsent', words: `wants a token, and none is to be had now: ${text}`, hint, transient: true }
}

/** A POST is never sent on to where somebody else says, credentials and all. */
function redirection({ status, place }: Failure): Verdict {
  const hint =
    place === undefined
      ? 'Write the address where the server is as "url" in its config.'
      : 'If that is where the server is, write it as "url" in its config.'
  // Of the others one says that all is done, and how to see it.
  const fate = status === 307 || status === 308 ? 'unread' : 'unclear'
  // Without a place it was sent on within the service until that was enough, or names none.
  const where = place === undefined ? ', and is not followed any further' : ` to ${place}`
  return { fate, words: `redirects${where} (HTTP ${status})`, hint }
}

function behindProxy(status: number): (text: string) => Verdict {
  const hint = 'Try again later, or see whether the server runs.'
  return (text) => {
    const words = `is out of order, or its proxy does not reach it (HTTP ${status}${text})`
    return { fate: 'lost', words, hint, transient: true, over: true }
  }
}

/** What the body says for people: the message of a JSON-RPC error, or a line of plain text. */
function spoken(body: string): string {
  try {
    const { error } = JSON.parse(body)
    return String(error.message ?? error)
  } catch {
    return body.includes('<') ? '' : (body.trim().split('\n')[0] ?? '')
  }
}
