import { setMaxListeners } from 'node:events'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { answered, requestId } from './answered.ts'

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
 * `HttpFailure`. `onGetError` hears why a GET failed, since an `EventSource` keeps that to itself.
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
        return new Response(answered(response.body, { id, onEnd: release }), response)
      }
      const body = await response.text()
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

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
