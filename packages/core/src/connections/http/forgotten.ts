import type { Failure } from './fetch.ts'
import { addresseeOf, rpcErrorIn } from './rpc-error.ts'

/** What Python's SDK says in plain text, with HTTP 400. */
const PLAIN = 'Bad Request: No valid session ID provided'

/** What a server without the session speaks of. */
const OF_SESSION = /session|not initialized/i

/** Whether an answer to a request of a session may mean that its server does not know that any more. */
export function mayBeForgotten({ status, body }: Failure): boolean {
  return status === 404 || (status === 400 && OF_SESSION.test(body))
}

/**
 * Whether it proves it, so that nothing ran: a JSON-RPC error that is nobody's answer and names the session; HTTP 404, with
 * which the protocol says it, unless its body is one of an application, which may have run something before it wrote that.
 */
export function isForgotten(failure: Failure): boolean {
  if (!mayBeForgotten(failure)) return false
  const { status, body, request } = failure
  const error = rpcErrorIn(body)
  if (error) return addresseeOf(body, request) === 'nobody' && OF_SESSION.test(error.message)
  return status === 404 ? isPlain(body) : body.trim() === PLAIN
}

/** Neither JSON, nor a page, nor an event. */
function isPlain(body: string): boolean {
  return !/^\s*(?:[[{"<]|(?:event|data|id):)/.test(body)
}
