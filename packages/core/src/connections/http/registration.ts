import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'

/** Sees whether an authorization server lets a client be registered. */
export class Registration {
  readonly fetch: FetchLike
  #isRefused = false

  constructor(fetch: FetchLike) {
    this.fetch = async (url, init) => {
      const response = await fetch(url, init)
      // Nothing else is sent to one as JSON.
      const isRegistration = init?.method === 'POST' && typeOf(init.headers) === 'application/json'
      if (isRegistration && response.status >= 400 && response.status < 500) this.#isRefused = true
      return response
    }
  }

  /** Whether that is why nobody signed in: it was refused, or there is no place for it. */
  isRefused({ message }: Error): boolean {
    return this.#isRefused || /does not support dynamic client registration/.test(message)
  }
}

function typeOf(headers: RequestInit['headers']): string | null {
  return new Headers(headers).get('content-type')
}
