import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'

/** Sees whether there is an authorization server, and whether it lets a client be registered. */
export class Registration {
  readonly fetch: FetchLike
  #isRefused = false
  #isDescribed = false

  constructor(fetch: FetchLike) {
    this.fetch = async (url, init) => {
      const response = await fetch(url, init)
      if (response.ok && init?.method !== 'POST') this.#isDescribed = true
      // Nothing else is sent to one as JSON.
      const isRegistration = init?.method === 'POST' && typeOf(init.headers) === 'application/json'
      if (isRegistration && response.status >= 400 && response.status < 500) this.#isRefused = true
      return response
    }
  }

  /** Whether anything says who signs people in. Where nothing does, it is tried at the address of the service. */
  get isDescribed(): boolean {
    return this.#isDescribed
  }

  /** Whether that is why nobody signed in: it was refused, or there is no place for it. */
  isRefused({ message }: Error): boolean {
    return this.#isRefused || /does not support dynamic client registration/.test(message)
  }
}

function typeOf(headers: RequestInit['headers']): string | null {
  return new Headers(headers).get('content-type')
}
