import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'

/** Sees whether there is an authorization server, and whether it lets a client be registered. */
export class Registration {
  readonly fetch: FetchLike
  #status: number | undefined
  #isDescribed = false

  constructor(fetch: FetchLike) {
    this.fetch = async (url, init) => {
      const response = await fetch(url, init)
      if (response.ok && init?.method !== 'POST') this.#isDescribed = true
      // Nothing else is sent to one as JSON.
      const isRegistration = init?.method === 'POST' && typeOf(init.headers) === 'application/json'
      if (isRegistration && response.status >= 400 && response.status < 500) this.#status = response.status
      return response
    }
  }

  /** Whether anything says who signs people in. Where nothing does, it is tried at the address of the service. */
  get isDescribed(): boolean {
    return this.#isDescribed
  }

  /** Whether that is why nobody signed in: it was refused, or there is no place for it. */
  isRefused(error: Error): boolean {
    return this.#status !== undefined || saysNoPlace(error)
  }

  /** Whether nobody could be registered there: there is no place for it, or nothing at that place. */
  isMissing(error: Error): boolean {
    return saysNoPlace(error) || this.#status === 404 || this.#status === 405
  }
}

function saysNoPlace({ message }: Error): boolean {
  return /does not support dynamic client registration/.test(message)
}

function typeOf(headers: RequestInit['headers']): string | null {
  return new Headers(headers).get('content-type')
}
