import type { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js'
import { fields } from '../facts.ts'
import { HttpFailure } from '../http/fetch.ts'
import { addresseeOf, rpcErrorIn } from '../http/rpc-error.ts'
import type { MirroredArguments } from './mirrored-arguments.ts'

type Message = Parameters<StreamableHTTPClientTransport['send']>[0]

/** Streamable HTTP without sessions: each request has its own stream, and to close it is to cancel the request. */
export class ModernHttpTransport implements Transport {
  onmessage?: Transport['onmessage']
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  readonly #http: StreamableHTTPClientTransport
  readonly #mirrored: MirroredArguments
  readonly #open = new Map<RequestId, AbortController>()

  constructor(http: StreamableHTTPClientTransport, mirrored: MirroredArguments) {
    this.#http = http
    this.#mirrored = mirrored
    http.onmessage = (message) => this.#deliver(message as JSONRPCMessage)
    http.onclose = () => this.onclose?.()
    http.onerror = (error) => this.onerror?.(error)
  }

  start(): Promise<void> {
    return this.#http.start()
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message)) return
    const { method, params } = message
    if (method === 'notifications/cancelled') return this.#cancel(fields(params)['requestId'] as RequestId)
    if (!('id' in message)) return this.#http.send(message as Message)
    const { id } = message
    const controller = new AbortController()
    this.#open.set(id, controller)
    try {
      // The id stands last, as whoever reads the body on its way expects.
      await this.#http.send({ jsonrpc: '2.0', method, params, id } as Message, {
        requestSignal: controller.signal,
        headers: method === 'tools/call' ? this.#headersOf(fields(params)) : {},
      })
    } catch (error) {
      this.#open.delete(id)
      if (controller.signal.aborted) return
      if (!(error instanceof HttpFailure)) throw plainError(error)
      const refusal = rpcErrorIn(error.body)
      if (!refusal || isOlder(refusal.code)) throw error
      const isAnswer = addresseeOf(error.body, String(id)) === 'request'
      if (method === 'tools/call' && !isAnswer && !isOfHeaders(refusal.code)) throw error
      this.onmessage?.({ jsonrpc: '2.0', id, error: refusal })
    }
  }

  close(): Promise<void> {
    for (const controller of this.#open.values()) controller.abort()
    this.#open.clear()
    return this.#http.close()
  }

  #headersOf(params: Record<string, unknown>): Record<string, string> {
    return this.#mirrored.headersOf(String(params['name']), params['arguments'])
  }

  #cancel(id: RequestId): void {
    this.#open.get(id)?.abort()
    this.#open.delete(id)
  }

  #deliver(message: JSONRPCMessage): void {
    if (!('method' in message) && message.id !== undefined) this.#open.delete(message.id)
    this.onmessage?.(message)
  }
}

/** Codes with which servers with sessions turn down what comes without one. */
function isOlder(code: number): boolean {
  return code === -32000 || code === -32001
}

/** Codes of the protocol for what is looked at before anything runs. */
function isOfHeaders(code: number): boolean {
  return code <= -32020 && code >= -32022
}

/** What the other SDK says, in the way this one does: with the HTTP status as code, or -1 for what is no MCP. */
function plainError(error: unknown): unknown {
  const { status, code, message } = fields(error) as { status?: unknown; code?: unknown; message?: unknown }
  const number =
    typeof status === 'number' ? status : code === 'CLIENT_HTTP_UNEXPECTED_CONTENT' ? -1 : undefined
  return number === undefined ? error : Object.assign(new Error(String(message)), { code: number })
}
