import { setMaxListeners } from 'node:events'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { MAX_MESSAGE_BYTES, MessageTooLong } from '../message-limit.ts'
import { answered, requestId } from './answered.ts'

/** Of an answer that says no nobody needs more. */
const MAX_FAILURE_BYTES = 64 * 1024

/** An HTTP answer that says no. */
export class HttpFailure extends Error {
  readonly status: number
  readonly body: string

  constructor(status: number, body: string) {
    super(`HTTP ${status}`)
    this.status = status
    this.body = body
  }
}

/**
 * The `fetch` given to the SDK. Each request has an abort signal of its own, let go when its answer is read: the SDK
 * would add a listener to its one signal per request and never take it away. A POST answered with 4xx or 5xx throws
 * `HttpFailure`; a body, or an event of a stream, of more than a message may have fails with `MessageTooLong`.
 * `onGetError` hears why a GET failed, since an `EventSource` keeps that to itself.
 */
export function createFetch(onGetError: (error: unknown) => void): FetchLike {
  return async (url, init = {}) => {
    const isPost = init.method === 'POST'
    const controller = new AbortController()
    const outer = init.signal
    const abort = (): void => controller.abort(outer?.reason)
    const release = (): void => outer?.removeEventListener('abort', abort)
    if (outer) setMaxListeners(0, outer)
    outer?.addEventListener('abort', abort, { once: true })
    if (outer?.aborted) abort()
    try {
      const response = await fetch(url, { ...init, signal: controller.signal })
      const failed = isPost && response.status >= 400
      if (!failed && response.body && isEventStream(response)) {
        const id = isPost ? requestId(init.body) : undefined
        const onEnd = (error?: MessageTooLong): void => {
          release()
          if (error && !isPost) onGetError(error)
        }
        return new Response(answered(response.body, { id, onEnd }), response)
      }
      const body = await textOf(response)
      release()
      if (failed) throw new HttpFailure(response.status, body)
      return new Response(body === '' ? null : body, response)
    } catch (error) {
      release()
      if (!isPost) onGetError(error)
      throw error
    }
  }
}

/** The body; of an answer that says no only its beginning. Throws `MessageTooLong`. */
async function textOf({ status, body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (status >= 400 && length > MAX_FAILURE_BYTES) break
    if (length > MAX_MESSAGE_BYTES) throw new MessageTooLong()
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
