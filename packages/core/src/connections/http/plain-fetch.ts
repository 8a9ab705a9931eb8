import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { decoded } from './decoded.ts'
import { bodyText, plain } from './fetch.ts'
import type { Wire } from './wire.ts'

/** How long an authorization server may take for one answer, in ms. */
const PATIENCE_MS = 30_000

/** The `fetch` for authorization servers: nothing is signed, a whole `Response` answers, and no redirect is followed. */
export function createPlainFetch(wire: Wire): FetchLike {
  return async (url, { method = 'GET', headers, body } = {}) => {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const sent = { method, headers: plain(headers), body: body?.toString(), signal }
    const answer = await wire.send(new URL(url), sent)
    const { statusCode: status = 0, statusMessage: statusText = '' } = answer
    const text = await bodyText(await decoded(answer), status)
    const kept = ['content-type', 'location'].flatMap((name) => {
      const value = answer.headers[name]
      return typeof value === 'string' ? [[name, value] as [string, string]] : []
    })
    return new Response(text === '' ? null : text, { status, statusText, headers: kept })
  }
}
