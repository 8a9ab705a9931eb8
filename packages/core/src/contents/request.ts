import { countdown, within } from '../connections/deadline.ts'
import type { House } from '../house.ts'
import type { Bounds } from '../services/ask-all.ts'
import type { Service } from '../services/registry.ts'

export interface RequestOptions {
  /** How long finding the service, connecting and the answer may take, in ms. Default: the store's `callTimeoutMs`. */
  timeout?: number | undefined
  /** Gives it up. */
  signal?: AbortSignal | undefined
}

export interface Request {
  capability: string
  method: string
  params: Record<string, unknown>
}

/** The time that one question to a service has, whatever has to be found out for it. */
export class Budget {
  readonly #house: House
  readonly #left: () => Bounds

  constructor(house: House, { timeout, signal }: RequestOptions) {
    this.#house = house
    this.#left = countdown({ timeoutMs: timeout ?? house.options.callTimeoutMs, signal })
  }

  /** What a listing may take: as options of a method. */
  get options(): { timeout: number; signal?: AbortSignal } {
    const { timeoutMs: timeout, signal } = this.#connecting
    return { timeout, ...(signal && { signal }) }
  }

  /** Settles like `search`, but in time. @throws `timeout`, `aborted` */
  spend<Found>(search: Promise<Found>): Promise<Found> {
    return within(this.#left(), 'the search for it', search)
  }

  /** The server's answer, whole; `undefined` from one without the capability, which is not asked. */
  request<Answer>(service: Service, { capability, method, params }: Request): Promise<Answer | undefined> {
    return this.#house.reach.use(service, this.#connecting, async (connection) => {
      if (!connection.server.capabilities[capability]) return undefined
      return (await connection.request(method, params, this.#left())) as Answer
    })
  }

  get #connecting(): Bounds {
    const left = this.#left()
    const { connectTimeoutMs } = this.#house.options
    return left.timeoutMs < connectTimeoutMs ? left : { timeoutMs: connectTimeoutMs, signal: left.signal }
  }
}
