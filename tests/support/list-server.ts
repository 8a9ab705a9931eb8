import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What one question for tools is answered with: their names, an error, or nothing at all. */
export type ListAnswer = readonly string[] | { error: string } | 'nothing'

/** A service of the server; a change goes for the next question. */
export interface ListService {
  url: string
  /** How often it was asked for its tools. */
  asked: number
  /** How many of its requests were given up before they were answered. */
  abandoned: number
  /** The `Authorization` headers that came with it. */
  credentials: (string | undefined)[]
  version: string
  /** Answers question number `asked`, the first is 1; one page, or with a cursor for more the pages after it. */
  answer(asked: number, page: number): ListAnswer | Promise<ListAnswer>
  pages: number
  cacheScope?: string
}

/**
 * MCP services over HTTP in the test's own process, which counts what they are asked for and decides when they answer:
 * `service('a')` is there as soon as somebody wants it.
 */
export class ListServer implements AsyncDisposable {
  readonly #services = new Map<string, ListService>()
  readonly #waiting = new Map<string, { count: number; tell(): void }[]>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #origin = ''

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  service(name: string, change: Partial<ListService> = {}): ListService {
    const known = this.#services.get(name) ?? {
      url: `${this.#origin}/${name}`,
      asked: 0,
      abandoned: 0,
      credentials: [],
      version: '1',
      pages: 1,
      answer: () => [`tool-of-${name}`],
    }
    this.#services.set(name, Object.assign(known, change))
    return known
  }

  /** Resolves when the service has been asked for its tools so many times. */
  async asked(name: string, count: number): Promise<void> {
    if (this.service(name).asked >= count) return
    await new Promise<void>((tell) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), { count, tell }])
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    let body = ''
    for await (const chunk of request) body += chunk
    const { id, method, params } = JSON.parse(body)
    if (id === undefined) return void response.writeHead(202).end()
    const name = request.url!.slice(1)
    response.on('close', () => {
      if (!response.writableEnded) this.service(name).abandoned++
    })
    const result = await this.#result(name, method, params, request.headers.authorization)
    if (result === 'nothing') return
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...result }))
  }

  async #result(
    name: string,
    method: string,
    params: Record<string, string> = {},
    credentials?: string,
  ): Promise<object | 'nothing'> {
    const service = this.service(name)
    if (method === 'initialize') {
      const { protocolVersion } = params
      const serverInfo = { name, version: service.version }
      return { result: { protocolVersion, capabilities: { tools: {} }, serverInfo } }
    }
    if (method === 'ping') return { result: {} }
    if (method !== 'tools/list') return { error: { code: -32601, message: `no ${method} here` } }
    const page = Number(params['cursor'] ?? 0)
    if (page === 0) {
      service.asked++
      service.credentials.push(credentials)
      const waiting = this.#waiting.get(name) ?? []
      for (const { count, tell } of waiting) if (service.asked >= count) tell()
    }
    const answer = await service.answer(service.asked, page)
    if (answer === 'nothing') return answer
    if ('error' in answer) return { error: { code: -32000, message: answer.error } }
    const tools = answer.map((tool) => ({ name: tool, inputSchema: { type: 'object' } }))
    const more = page + 1 < service.pages ? { nextCursor: String(page + 1) } : {}
    const { cacheScope } = service
    return { result: { tools, ...more, ...(cacheScope && { cacheScope }) } }
  }
}

/** A promise that the test settles. */
export function later<Value>(): { promise: Promise<Value>; resolve(value: Value): void } {
  let resolve!: (value: Value) => void
  const promise = new Promise<Value>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
