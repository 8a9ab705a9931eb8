import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from '@mcpstore/storage'
import { asError } from '../errors.ts'
import { Elicitations } from './elicitations.ts'
import type { Asking, HostHandlers, LogLevel, Root, ServerLog } from './handlers.ts'
import { answered, METHOD_NOT_FOUND, rpcError } from './replies.ts'

type Params = Record<string, unknown>
type Answer = Record<string, unknown>

export const logLevels: readonly LogLevel[] = [
  ...(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const),
]

/** What the host does for servers, as the protocol has it. */
export class Host {
  /** What servers are told that they may ask for. */
  readonly capabilities: Readonly<Record<string, object>>
  /** What servers are asked to report; `undefined` leaves it to them. */
  readonly logLevel: LogLevel | undefined
  readonly #handlers: HostHandlers
  readonly #elicitations: Elicitations | undefined
  readonly #logger: Pick<Logger, 'warn'>

  constructor(handlers: HostHandlers, logger: Pick<Logger, 'warn'>) {
    this.#handlers = handlers
    this.#logger = logger
    const { sampling, elicitation, roots, logging } = handlers
    this.#elicitations = elicitation && new Elicitations(elicitation, logger)
    this.capabilities = {
      ...(sampling && { sampling: {} }),
      ...(this.#elicitations && { elicitation: this.#elicitations.modes }),
      ...(roots && { roots: {} }),
    }
    this.logLevel = typeof logging === 'object' ? logging.level : undefined
  }

  /** What is left of it for services that somebody else added: they may report, and ask for nothing. */
  forStrangers(): Host {
    const { logging } = this.#handlers
    return new Host(logging ? { logging } : {}, this.#logger)
  }

  /** The answer to what a server asks. Rejects with an error that has a JSON-RPC `code`, or with what a handler throws. */
  async answer(method: string, params: Params, asking: Asking): Promise<Answer> {
    const { sampling, roots } = this.#handlers
    if (method === 'sampling/createMessage' && sampling) {
      return answered(method, await sampling(params as never, asking))
    }
    if (method === 'elicitation/create' && this.#elicitations) {
      return this.#elicitations.answer(method, params, asking)
    }
    if (method === 'roots/list' && roots) {
      const list = typeof roots === 'function' ? await roots(asking) : roots
      return { roots: list.map(rootOf) }
    }
    throw rpcError(METHOD_NOT_FOUND, 'Method not found')
  }

  /** Passes on that the user is done at an address that a server asked to be opened. Never throws. */
  async elicitationDone(params: Params, asked: Pick<Asking, 'service' | 'scope'>): Promise<void> {
    await this.#elicitations?.done(params, asked)
  }

  /** Passes on what a server reports, if it is as serious as was asked for. Never throws. */
  async hear(log: ServerLog): Promise<void> {
    const { logging } = this.#handlers
    if (this.logLevel && logLevels.indexOf(log.level) < logLevels.indexOf(this.logLevel)) return
    const handler = typeof logging === 'object' ? logging.handler : logging
    try {
      await handler?.(log)
    } catch (error) {
      this.#logger.warn(`the handler of "logging" failed: ${asError(error).message}`)
    }
  }
}

/** A root as the protocol has it. */
export function rootOf(root: Root): { uri: string; name?: string } {
  if (typeof root !== 'string') return root
  return { uri: isAbsolute(root) ? pathToFileURL(root).href : root }
}
