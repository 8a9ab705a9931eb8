import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { MAX_MESSAGE_BYTES, MessageTooLong } from '../message-limit.ts'
import { Answer } from './answer.ts'
import { answered, cancelledId, requestId } from './answered.ts'
import { decoded } from './decoded.ts'
import { firstEvent } from './first-event.ts'
import { isFollowed, placeOf } from './redirect.ts'
import { nothingMore, Resumptions } from './resumptions.ts'
import type { Signer } from './signer.ts'
import type { Wire } from './wire.ts'

const decoder = new TextDecoder()

/** Of an answer that says no nobody needs more. */
const MAX_FAILURE_BYTES = 64 * 1024

/** An HTTP answer that says no. */
export class HttpFailure extends Error {
  readonly status: number
  readonly body: string
  /** The id of the request that it answers. */
  readonly request: string | undefined
  /** Where it redirects to, for people. */
  readonly place: string | undefined
  /** How long the server asks to be left alone, in ms. */
  readonly retryAfterMs: number | undefined

  constructor(answer: IncomingMessage, body: string, { id, url }: { id: string | undefined; url: URL }) {
    const { statusCode = 0, headers } = answer
    super(`HTTP ${statusCode}`)
    this.status = statusCode
    this.body = body
    this.request = id
    this.place = placeOf(answer, url)
    this.retryAfterMs = delayOf(headers['retry-after'])
  }
}

/** What an answer that says no tells. */
export type Failure = Pick<HttpFailure, 'status' | 'body'> &
  Partial<Pick<HttpFailure, 'request' | 'place' | 'retryAfterMs'>>

/** `Retry-After` in ms: it is a number of seconds or a date. */
function delayOf(header = ''): number | undefined {
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** The code with which the SDK says that an answer is of no use; `createFetch` says it of a GET. */
export const NO_MCP = -1

/** What a GET says no with that may be over in a moment. */
const BUSY = new Set([429, 503])

export interface FetchParts {
  wire: Wire
  /** Where the service is; nothing is sent anywhere else. */
  home: URL
  /** Puts the host's tokens on requests. */
  signer?: Signer | undefined
  /** Hears why a GET failed, since an `EventSource` keeps that to itself. */
  onGetError: (error: unknown) => void
}

/**
 * The `fetch` given to the SDK's transports. It stays with the service's own host, which gets the credentials. A POST
 * answered with 4xx or 5xx, or a redirect that is not followed, or a GET with 429 or 503, throws
 * `HttpFailure`; a body, or an event of a stream, of more than a message may have fails with `MessageTooLong`.
 */
export function createFetch({ wire, home, signer, onGetError }: FetchParts): FetchLike {
  const resumptions = new Resumptions()
  return async (given, { method = 'GET', headers, body, signal } = {}) => {
    const isPost = method === 'POST'
    const wanted = plain(headers)
    const lastEvent = isPost ? undefined : wanted['last-event-id']
    const nothing = nothingMore(lastEvent)
    if (nothing) return nothing
    const resumption = resumptions.find(lastEvent)
    try {
      const url = given instanceof URL ? given : new URL(given)
      if (!isWithin(home, url)) throw new Error(`it points to another host, ${url.origin}`)
      const send = (token?: string): Promise<IncomingMessage> => {
        const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
        const sent = { ...wanted, ...authorization }
        return wire.send(url, { method, headers: sent, body: body?.toString(), signal, name })
      }
      const id = isPost ? requestId(body) : resumption?.request
      const name = id === undefined ? undefined : Number(id)
      const answer = await (signer ? signer.sign(send) : send())
      const status = answer.statusCode ?? 0
      const isMoved = status >= 300 && isFollowed(answer, url, (target) => isWithin(home, target))
      const failed = isPost ? status >= 300 && !isMoved : BUSY.has(status)
      const content = await decoded(answer)
      if (!failed && isEventStream(answer)) {
        const onEnd = (error?: MessageTooLong): void => {
          if (error && !isPost) onGetError(error)
        }
        const first = id === undefined || !isPost ? { stream: content } : await firstEvent(content, id)
        if ('message' in first) return new Answer(answer, first).asResponse()
        const onPause = (events: readonly string[]): void => {
          if (id !== undefined) resumptions.note(id, events)
        }
        return new Answer(answer, answered(first.stream, { id, onEnd, onPause })).asResponse()
      }
      if (resumption && !failed) {
        content.destroy()
        return resumption.lost()
      }
      const text = await bodyText(content, status)
      // After it was told so, a server may never answer: the connection is not kept for that.
      const cancelled = isPost ? cancelledId(body) : undefined
      if (cancelled !== undefined) wire.giveUp(Number(cancelled))
      if (failed) throw new HttpFailure(answer, signer?.hide(text) ?? text, { id, url })
      if (!isPost && status === 200 && wanted['accept'] === 'text/event-stream') {
        const type = answer.headers['content-type']
        throw Object.assign(new Error(`Unexpected content type: ${type}`), { code: NO_MCP })
      }
      return new Answer(answer, text).asResponse()
    } catch (error) {
      if (resumption && !resumption.failed()) return resumption.lost()
      if (!isPost) onGetError(error)
      throw error
    }
  }
}

/** Whether `url` is on the host of `home`, or is its https form with both on their usual ports. */
function isWithin(home: URL, url: URL): boolean {
  if (url.origin === home.origin) return true
  return url.hostname === home.hostname && url.protocol === 'https:' && !url.port && !home.port
}

/** Headers as `node:http` takes them. */
export function plain(headers: RequestInit['headers']): Record<string, string> {
  return {
    'user-agent': 'mcpstore',
    ...Object.fromEntries(headers instanceof Headers ? headers : new Headers(headers)),
  }
}

/** The body; of an answer that says no only its beginning. Rejects with `MessageTooLong`, and as the body fails. */
export function bodyText(body: Readable, status: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve, reject) => {
    const finish = (): void =>
      resolve(decoder.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (status >= 400 && length > MAX_FAILURE_BYTES) {
        finish()
        body.destroy()
      } else if (length > MAX_MESSAGE_BYTES) body.destroy(new MessageTooLong())
    })
    body.on('end', finish).on('error', reject)
    body.on('close', () => {
      if (!body.readableEnded) reject(Object.assign(new Error('the answer was cut'), { code: 'ECONNRESET' }))
    })
  })
}

function isEventStream({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('text/event-stream') ?? false
}
