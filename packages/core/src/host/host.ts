import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from '@mcpstore/storage'
import { isObject } from '../config/problem.ts'
import { asError } from '../errors.ts'
import { withDefaults } from './defaults.ts'
import type { Asking, ElicitationHandler, HostHandlers, LogLevel, Root, ServerLog } from './handlers.ts'

type Params = Record<string, unknown>
type Answer = Record<string, unknown>

/** The JSON-RPC codes for a request that is unknown, and for one that cannot be. */
const METHOD_NOT_FOUND = -32601
const INVALID_PARAMS = -32602

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
  readonly #logger: Pick<Logger, 'warn'>

  constructor(handlers: HostHandlers, logger: Pick<Logger, 'warn'>) {
    this.#handlers = handlers
    this.#logger = logger
    const { sampling, elicitation, roots, logging } = handlers
    this.capabilities = {
      ...(sampling && { sampling: {} }),
      ...(elicitation && { elicitation: modesOf(elicitation) }),
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
    const { sampling, elicitation, roots } = this.#handlers
    if (method === 'sampling/createMessage' && sampling) {
      return answered(method, await sampling(params as never, asking))
    }
    if (method === 'elicitation/create' && elicitation) {
      const { mode = 'form' } = params
      const { form, url = undefined } =
        typeof elicitation === 'function' ? { form: elicitation } : elicitation
      const ask = mode === 'form' ? form : mode === 'url' ? url : undefined
      if (!ask) throw rpcError(INVALID_PARAMS, `mode ${JSON.stringify(mode)} was not declared`)
      return withDefaults(answered(method, await ask(params as never, asking)), params['requestedSchema'])
    }
    if (method === 'roots/list' && roots) {
      const list = typeof roots === 'function' ? await roots(asking) : roots
      return { roots: list.map(rootOf) }
    }
    throw rpcError(METHOD_NOT_FOUND, 'Method not found')
  }

  /** Passes on what a server reports. Never throws. */
  hear(log: ServerLog): void {
    const { logging } = this.#handlers
    const handler = typeof logging === 'object' ? logging.handler : logging
    try {
      handler?.(log)
    } catch (error) {
      this.#logger.warn(`the handler of "logging" failed: ${asError(error).message}`)
    }
  }
}

function modesOf(elicitation: ElicitationHandler): Record<string, object> {
  if (typeof elicitation === 'function') return { form: {} }
  return { ...(elicitation.form && { form: {} }), ...(elicitation.url && { url: {} }) }
}

function answered(method: string, answer: unknown): Answer {
  if (isObject(answer)) return answer
  throw new Error(`the host's handler of "${method}" gave no answer`)
}

function rpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/** A root as the protocol has it. */
export function rootOf(root: Root): { uri: string; name?: string } {
  if (typeof root !== 'string') return root
  return { uri: isAbsolute(root) ? pathToFileURL(root).href : root }
}
