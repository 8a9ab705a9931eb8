import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage, McpError } from '@modelcontextprotocol/sdk/types.js'
import { isObject, kindOf } from '../config/problem.ts'
import type { RawRequest } from './dialect.ts'
import { refusalOf } from './tidied.ts'
import { UnderWay } from './under-way.ts'

/** What may give a request up: an `AbortSignal`, or a deadline, which costs less. */
export interface GiveUp {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
}

export type Answer = Record<string, unknown>

interface Open {
  resolve(answer: Answer): void
  reject(error: unknown): void
}

const CONNECTION_CLOSED = -32000
const GIVEN_UP = -32001

/** A server answered a request with what is neither a result nor an error. */
export class NoAnswer extends Error {}

/**
 * The requests of this side, matched with their answers, which are passed on as they came. The SDK does that too, and checks
 * each answer four times by its schema, which takes longer than all else on the way of a call.
 */
export class Requests {
  readonly #open = new UnderWay<Open>()
  readonly #McpError: typeof McpError
  #lastId = -1

  constructor({ McpError: Refusal }: { McpError: typeof McpError }) {
    this.#McpError = Refusal
  }

  /** Sends a request, once. Rejects with `McpError` for what the server refuses, and what `send` of the transport rejects with. */
  send(transport: Transport | undefined, request: RawRequest, giveUp?: GiveUp): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!transport) throw new Error('Not connected')
      if (giveUp?.aborted) throw new Error(String(giveUp.reason))
      const id = ++this.#lastId
      this.#open.add(id, { resolve, reject })
      giveUp?.addEventListener('abort', () => this.#cancel(transport, id, giveUp.reason))
      transport
        .send({ method: request.method, params: request.params, jsonrpc: '2.0', id })
        .catch((error: unknown) => this.#open.take(id)?.reject(error))
    })
  }

  /** Tells whether a message is the answer to one of them, which has it now. */
  answer(message: JSONRPCMessage): boolean {
    if (!('id' in message) || 'method' in message) return false
    // There are servers that make a string of it.
    const id = Number(message.id)
    const open = this.#open.take(id)
    if (!open) return false
    const { result, error } = message as { result?: unknown; error?: unknown }
    if (isObject(result)) open.resolve(result)
    else if (error !== undefined && error !== null) {
      const { code, message: text, data } = refusalOf(error)
      open.reject(this.#McpError.fromError(code, text, data))
    }
    // Another answer will not come.
    else open.reject(new NoAnswer(`its result is ${kindOf(result)}`))
    return true
  }

  /** The connection is over. */
  end(): void {
    const error = this.#McpError.fromError(CONNECTION_CLOSED, 'Connection closed')
    for (const { reject } of this.#open.takeAll()) reject(error)
  }

  #cancel(transport: Transport, requestId: number, why: unknown): void {
    const open = this.#open.take(requestId)
    if (!open) return
    const params = { requestId, reason: String(why) }
    transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => {})
    open.reject(new this.#McpError(GIVEN_UP, String(why)))
  }
}
