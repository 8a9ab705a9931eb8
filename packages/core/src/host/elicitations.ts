import type { Logger } from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import { asError } from '../errors.ts'
import { withDefaults } from './defaults.ts'
import type { Asking, ElicitationHandler } from './handlers.ts'
import { answered, INVALID_PARAMS, rpcError } from './replies.ts'

type Params = Record<string, unknown>
type Asked = Pick<Asking, 'service' | 'scope'>

/** How many addresses are remembered at which users may still be. */
const MOST = 1000

/** Asks the user for servers: by forms, and by addresses to open. */
export class Elicitations {
  readonly #handlers: Exclude<ElicitationHandler, (...args: never[]) => unknown>
  readonly #logger: Pick<Logger, 'warn'>
  /** The addresses that were accepted, or may be, by who asked and the server's id. */
  readonly #open = new Set<string>()

  constructor(handler: ElicitationHandler, logger: Pick<Logger, 'warn'>) {
    this.#handlers = typeof handler === 'function' ? { form: handler } : handler
    this.#logger = logger
  }

  /** What servers are told of it. */
  get modes(): Record<string, object> {
    const { form, url } = this.#handlers
    return { ...(form && { form: {} }), ...(url && { url: {} }) }
  }

  /** Rejects with an error that has a JSON-RPC `code`, or with what the handler throws. */
  async answer(method: string, params: Params, asking: Asking): Promise<Params> {
    const { mode = 'form' } = params
    const { form, url } = this.#handlers
    if (mode === 'form' && form) {
      const schema = params['requestedSchema']
      if (!isObject(schema) || !isObject(schema['properties'])) {
        throw rpcError(INVALID_PARAMS, 'requestedSchema has no properties')
      }
      return withDefaults(answered(method, await form(params as never, asking)), schema)
    }
    if (mode === 'url' && url) {
      return this.#opened(keyOf(params, asking), async () =>
        answered(method, await url(params as never, asking)),
      )
    }
    throw rpcError(INVALID_PARAMS, `mode ${JSON.stringify(mode)} was not declared`)
  }

  /** Passes on, once, that the user is done at an address. Never throws. */
  async done(params: Params, { service, scope }: Asked): Promise<void> {
    const { urlDone } = this.#handlers
    const { elicitationId } = params
    if (typeof elicitationId !== 'string' || !this.#open.delete(keyOf(params, { service, scope }))) return
    try {
      await urlDone?.({ elicitationId }, { service, scope })
    } catch (error) {
      this.#logger.warn(`the handler of "elicitation.urlDone" failed: ${asError(error).message}`)
    }
  }

  /** Remembers an address from when the user is asked, for as long as he may be there. */
  async #opened(key: string, ask: () => Promise<Params>): Promise<Params> {
    this.#open.add(key)
    const [oldest] = this.#open
    if (this.#open.size > MOST) this.#open.delete(oldest!)
    let isAccepted = false
    try {
      const answer = await ask()
      isAccepted = answer['action'] === 'accept'
      return answer
    } finally {
      if (!isAccepted) this.#open.delete(key)
    }
  }
}

function keyOf({ elicitationId }: Params, { service, scope }: Asked): string {
  return JSON.stringify([scope, service, elicitationId])
}
