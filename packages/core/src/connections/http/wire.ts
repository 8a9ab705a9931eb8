import { setMaxListeners } from 'node:events'
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { urlToHttpOptions } from 'node:url'
import { UnderWay } from '../under-way.ts'
import type { Frontier } from './frontier.ts'

/** How long a connection that nobody uses is kept, in ms: where its server says nothing, and at most. */
const REST_MS = 4000
const LONGEST_REST_MS = 60_000
/** So much sooner than its server would, a connection is closed, in ms: what is sent to one being closed is lost. */
const MARGIN_MS = 1000
const DEFAULT_OPENING_MS = 10_000
/** After a rest of this length, in ms, the end of a connection may have gone unnoticed until now. */
const SHORT_REST_MS = 20

export interface WireRequest {
  method: string
  headers: Record<string, string>
  body?: string | undefined
  signal?: AbortSignal | null | undefined
  /** By which it can be given up. */
  name?: number | undefined
}

export interface WireOptions {
  /** How long a connection may take to come about, in ms. Default: 10,000. */
  openingMs?: number
  /** Which addresses may be reached. Default: all. */
  frontier?: Frontier | undefined
}

interface Rest {
  /** How long the socket may rest. */
  mayLast: number
  /** When its last rest began. */
  since: number
}

/**
 * Connections that are kept open between requests. Each request is sent once, whatever becomes of it: what is written to
 * a connection that breaks may have been read. So one that its server may be about to close is not used again.
 */
export class Wire {
  readonly #http: HttpAgent
  readonly #https: HttpsAgent
  readonly #named = new UnderWay<(reason: Error) => void>()
  readonly #rests = new WeakMap<Duplex, Rest>()
  #target: { href: string; options: RequestOptions } | undefined

  readonly #openingMs: number
  readonly #frontier: Frontier | undefined

  constructor({ openingMs = DEFAULT_OPENING_MS, frontier }: WireOptions = {}) {
    this.#openingMs = openingMs
    this.#frontier = frontier
    const kept = {
      keepAlive: true,
      scheduling: 'fifo',
      ...(frontier && { lookup: frontier.lookup }),
    } as const
    this.#http = new HttpAgent(kept)
    this.#https = new HttpsAgent(kept)
    for (const agent of [this.#http, this.#https]) {
      // The agent closes a socket that comes to its timeout at rest, and one that this refuses. Node's own way depends on
      // its version.
      agent.keepSocketAlive = (socket) => this.#beginRest(socket as Socket)
    }
  }

  /** How many connections are open. */
  get size(): number {
    return [this.#http, this.#https]
      .flatMap(({ sockets, freeSockets }) => [...Object.values(sockets), ...Object.values(freeSockets)])
      .reduce((sum, list) => sum + (list?.length ?? 0), 0)
  }

  /**
   * Resolves with the beginning of the answer; its body ends, or fails, as it was sent. Rejects as `node:http` does, and with
   * `ForbiddenAddress`.
   */
  async send(url: URL, { signal, body, name, ...request }: WireRequest): Promise<IncomingMessage> {
    // An address is not looked up.
    this.#frontier?.check(url)
    const isTls = url.protocol === 'https:'
    const agent = isTls ? this.#https : this.#http
    if (this.#mayHaveEnded(agent)) await readWhatHasCome()
    this.#dropStale(agent)
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw signal.reason
      let response: IncomingMessage | undefined
      const sent = (isTls ? httpsRequest : httpRequest)({ ...this.#targetOf(url), ...request, agent })
      const end = (reason?: Error): void => void (response ?? sent).destroy(reason)
      const abort = (): void => end(signal?.reason)
      const release = (): void => {
        signal?.removeEventListener('abort', abort)
        if (name !== undefined && this.#named.get(name) === end) this.#named.take(name)
        // An answer that wants to go on in another protocol is none.
        if (!response) reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }))
      }
      if (name !== undefined) this.#named.add(name, end)
      // All requests of a transport share it: no leak to warn of.
      if (signal) setMaxListeners(0, signal)
      signal?.addEventListener('abort', abort, { once: true })
      sent.on('close', release).on('error', reject)
      sent.on('socket', (socket) => {
        if (sent.reusedSocket) return
        const timer = setTimeout(() => sent.destroy(unopened()), this.#openingMs)
        const stop = (): void => clearTimeout(timer)
        socket.once(isTls ? 'secureConnect' : 'connect', stop)
        sent.once('close', stop)
      })
      sent.on('response', (answer) => {
        response = answer
        const mayLast = longestRest(answer)
        this.#rests.set(answer.socket, { mayLast, since: Date.now() })
        resolve(answer)
      })
      sent.end(body)
    })
  }

  /** Ends a request for whose answer nobody waits any more. Does nothing where there is none of this name. */
  giveUp(name: number): void {
    this.#named.get(name)?.(new Error('nobody waits for it any more'))
  }

  /** Ends every connection, and what is under way on it. */
  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  #beginRest(socket: Socket): boolean {
    const mayLast = this.#rests.get(socket)?.mayLast ?? 0
    if (mayLast <= 0) return false
    this.#rests.set(socket, { mayLast, since: Date.now() })
    socket.setKeepAlive(true)
    socket.setTimeout(mayLast)
    socket.unref()
    return true
  }

  /** What `node:http` makes of a URL: most of the time that of the last one. */
  #targetOf(url: URL): RequestOptions {
    const { href } = url
    if (this.#target?.href !== href) this.#target = { href, options: urlToHttpOptions(url) }
    return this.#target.options
  }

  /**
   * Closes what must not be used again, as far as the next request could get it: the agent gives what has rested longest.
   * By the clock of the wall, which goes on while the machine sleeps.
   */
  #dropStale({ freeSockets }: HttpAgent): void {
    for (const host in freeSockets) {
      for (const socket of freeSockets[host] ?? []) {
        if (socket.writable && this.#restOf(socket) <= (this.#rests.get(socket)?.mayLast ?? 0)) break
        socket.destroy()
      }
    }
  }

  /** Whether the end of a connection may have gone unnoticed. */
  #mayHaveEnded({ freeSockets }: HttpAgent): boolean {
    for (const host in freeSockets) {
      const sockets = freeSockets[host]
      if (sockets?.[0] && this.#restOf(sockets[0]) > SHORT_REST_MS) return true
    }
    return false
  }

  #restOf(socket: Duplex): number {
    return Date.now() - (this.#rests.get(socket)?.since ?? 0)
  }
}

/** What has come meanwhile is read between the two, wherever in its turn the loop is now. */
async function readWhatHasCome(): Promise<void> {
  await nextTurn()
  await nextTurn()
}

/** How long the connection of an answer may rest, in ms: some less than its server says in `Keep-Alive: timeout=5`. */
function longestRest({ headers }: IncomingMessage): number {
  const said = /timeout=(\d+)/.exec(`${headers['keep-alive'] ?? ''}`)?.[1]
  if (said === undefined) return REST_MS
  return Math.min(Number(said) * 1000 - MARGIN_MS, LONGEST_REST_MS)
}

/** What becomes of a request whose connection does not come about; nothing of it was sent. */
function unopened(): Error {
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT', syscall: 'connect' })
}
