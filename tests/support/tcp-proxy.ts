import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-port.ts'
import { Conversation } from './proxy-conversation.ts'
import type { Conditions } from './proxy-lane.ts'
import { fairRules, type ProxyCounts, type ProxyRules, type SeenCommand, zeroCounts } from './proxy-rules.ts'

/** Requests go to the server, replies come from it. */
export type Direction = 'request' | 'reply' | 'both'

/** How many commands are remembered, the newest ones. */
const MEMORY = 1000

/**
 * A TCP proxy on 127.0.0.1 in front of a Redis server, for faults of the network. It understands the protocol, version 2;
 * a conversation that is something else (TLS, replication) is passed on as it is, without its commands being seen.
 * Faults add up until `pass` ends them. A target that does not listen looks like a reset connection.
 */
export class TcpProxy implements AsyncDisposable {
  readonly port: number
  /** Port of the server that new connections are led to: changed, it is a failover behind one address. */
  target: number
  counts: ProxyCounts = zeroCounts()
  /** The last commands that clients sent, oldest first. */
  readonly commands: SeenCommand[] = []
  readonly #rules: ProxyRules = fairRules()
  readonly #conversations = new Set<Conversation>()
  #server: Server | undefined
  #accepted = 0

  constructor(port: number, target: number) {
    this.port = port
    this.target = target
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** How many conversations there are now. */
  get open(): number {
    return this.#conversations.size
  }

  /** Ends every fault. What was held goes on; a conversation that has lost bytes is cut, as TCP never skips any. */
  async pass(): Promise<void> {
    const { request, reply, ...others } = fairRules()
    Object.assign(this.#rules, others)
    Object.assign(this.#rules.request, request)
    Object.assign(this.#rules.reply, reply)
    for (const conversation of this.#conversations) {
      if (conversation.isLossy) this.#cut(conversation, 'reset')
      else conversation.move()
    }
    if (!this.#server) await this.#listen()
  }

  /** Closes the port and resets every connection: ECONNREFUSED for whoever comes. */
  async refuse(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.cut('reset')
    if (server) await once(server.close(), 'close')
  }

  /** Accepts new connections and resets them at once. */
  hangUp(): void {
    this.#rules.hangUp = true
  }

  /** Ends every connection: `reset` so that the client has an ECONNRESET, else as if the server had closed it. */
  cut(how: 'close' | 'reset' = 'close'): void {
    for (const conversation of this.#conversations) this.#cut(conversation, how)
  }

  /** Half open: bytes of the direction vanish, the connections stay, new ones are accepted. */
  blackhole(direction: Direction): void {
    this.#set(direction, { swallow: true })
  }

  /** A partition that heals: bytes of the direction wait for `pass`, and arrive late, even from a client that has gone. */
  hold(direction: Direction): void {
    this.#set(direction, { hold: true })
  }

  /** Every byte of the direction takes this much longer. */
  delay(ms: number, direction: Direction = 'both'): void {
    this.#set(direction, { delayMs: ms })
  }

  /** Every byte comes as a chunk of its own. */
  splitBytes(direction: Direction = 'both'): void {
    this.#set(direction, { split: true })
  }

  /** Cuts the connection before such a command reaches the server: it provably never ran. */
  dropRequests(times: number, { to = () => true }: { to?: (command: SeenCommand) => boolean } = {}): void {
    this.#rules.dropRequests = { left: times, to }
  }

  /** Lets the server execute such a command, and cuts the connection before its reply. */
  dropReplies(times: number, { to = () => true }: { to?: (command: SeenCommand) => boolean } = {}): void {
    this.#rules.dropReplies = { left: times, to }
  }

  /** Swallows messages of subscriptions, and nothing else. */
  dropMessages(times: number = Number.POSITIVE_INFINITY): void {
    this.#rules.dropMessages = { left: times }
  }

  /** Forgets commands and counts so far, not the faults. */
  forget(): void {
    const { request, reply, ...others } = zeroCounts()
    Object.assign(this.counts, others)
    Object.assign(this.counts.request, request)
    Object.assign(this.counts.reply, reply)
    this.commands.length = 0
  }

  /** Closes the port and every connection. May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse()
  }

  #set(direction: Direction, change: Partial<Conditions>): void {
    if (direction !== 'reply') Object.assign(this.#rules.request, change)
    if (direction !== 'request') Object.assign(this.#rules.reply, change)
  }

  #cut(conversation: Conversation, how: 'close' | 'reset'): void {
    this.#conversations.delete(conversation)
    conversation.cut(how)
    this.counts.cuts++
  }

  async #listen(): Promise<void> {
    const server = createServer((client) => this.#accept(client))
    this.#server = server
    await once(server.listen(this.port, '127.0.0.1'), 'listening')
  }

  #accept(client: Socket): void {
    this.counts.connections++
    if (this.#rules.hangUp) {
      this.counts.hungUp++
      client.resetAndDestroy()
      return
    }
    const server = createConnection({ host: '127.0.0.1', port: this.target })
    const conversation = new Conversation(client, server, {
      number: ++this.#accepted,
      rules: this.#rules,
      counts: this.counts,
      onCommand: (command) => {
        this.commands.push(command)
        if (this.commands.length > MEMORY) this.commands.shift()
      },
      onClose: () => this.#conversations.delete(conversation),
    })
    this.#conversations.add(conversation)
  }
}

/** Starts a proxy in front of a port of 127.0.0.1. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const proxy = new TcpProxy(await freePort(), target)
  await proxy.pass()
  return proxy
}
