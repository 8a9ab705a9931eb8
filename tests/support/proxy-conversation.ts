import type { Socket } from 'node:net'
import { Lane } from './proxy-lane.ts'
import { meets, type ProxyCounts, type ProxyRules, type SeenCommand } from './proxy-rules.ts'
import { type Frame, RespParser } from './resp.ts'

/** After these the stream is no longer one reply for one command. */
const OTHER_PROTOCOL = new Set(['PSYNC', 'SYNC', 'MONITOR'])
const SUBSCRIBING = /^[PS]?(UN)?SUBSCRIBE$/
const MESSAGE = /^[ps]?message$/

/** What a conversation needs of its proxy. */
export interface ConversationOptions {
  number: number
  rules: ProxyRules
  counts: ProxyCounts
  onCommand: (command: SeenCommand) => void
  onClose: () => void
}

/** `cut` ends the conversation before the frame; what came before it still arrives. */
type Verdict = 'pass' | 'skip' | 'cut'

/** A client's connection and the one to the server that belongs to it. */
export class Conversation {
  readonly #client: Socket
  readonly #server: Socket
  readonly #options: ConversationOptions
  readonly #requests: Lane
  readonly #replies: Lane
  readonly #requestParser = new RespParser()
  readonly #replyParser = new RespParser()
  readonly #unanswered: SeenCommand[] = []
  #subscribed = false
  #opaque = false
  #over = false

  constructor(client: Socket, server: Socket, options: ConversationOptions) {
    const { rules, counts } = options
    this.#client = client
    this.#server = server
    this.#options = options
    this.#requests = new Lane(server, rules.request, counts.request)
    this.#replies = new Lane(client, rules.reply, counts.reply)
    let serverFailed = false
    for (const socket of [client, server]) socket.setNoDelay(true)
    client.on('error', () => {})
    client.on('data', (chunk: Buffer) => {
      this.#read(chunk, this.#requestParser, this.#requests, (frame) => this.#judgeRequest(frame))
    })
    client.on('close', () => this.#closed(this.#requests))
    server.on('error', () => {
      serverFailed = true
    })
    server.on('data', (chunk: Buffer) => {
      this.#read(chunk, this.#replyParser, this.#replies, (frame) => this.#judgeReply(frame))
    })
    server.on('close', () => {
      if (serverFailed && !rules.reply.swallow && !rules.reply.hold) client.resetAndDestroy()
      this.#closed(this.#replies)
    })
  }

  /** Whether bytes are missing in it, so that it must not go on. */
  get isLossy(): boolean {
    return this.#requests.isLossy || this.#replies.isLossy
  }

  /** Goes on, where the rules allow it now. */
  move(): void {
    this.#requests.move()
    this.#replies.move()
  }

  /** Ends both connections: `reset` so that the client has an ECONNRESET, else as if the server had closed. */
  cut(how: 'close' | 'reset'): void {
    this.#over = true
    if (how === 'reset') this.#client.resetAndDestroy()
    else this.#client.destroy()
    this.#server.destroy()
  }

  #closed(lane: Lane): void {
    lane.end()
    if (this.#client.destroyed && this.#server.destroyed) this.#options.onClose()
  }

  #read(chunk: Buffer, parser: RespParser, lane: Lane, judge: (frame: Frame) => Verdict): void {
    if (this.#over) return
    if (this.#opaque) {
      lane.send(Buffer.concat([parser.take(), chunk]))
      return
    }
    try {
      const passed: Buffer[] = []
      for (const frame of parser.push(chunk)) {
        const verdict = judge(frame)
        if (verdict === 'pass') passed.push(frame.bytes)
        this.#over = verdict === 'cut'
        if (this.#over) break
      }
      if (passed.length > 0) lane.send(Buffer.concat(passed))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      this.#opaque = true
    }
    if (this.#opaque) lane.send(parser.take())
  }

  #judgeRequest({ value }: Frame): Verdict {
    const { rules, counts, number, onCommand } = this.#options
    const [name = '', ...args] = Array.isArray(value) ? value.map(String) : [String(value)]
    if (this.#unanswered.length === 0) counts.batches++
    counts.commands++
    const command = { connection: number, batch: counts.batches, name: name.toUpperCase(), args }
    onCommand(command)
    if (meets(rules.dropRequests, command)) {
      counts.requestsDropped++
      this.#client.destroy()
      return 'cut'
    }
    if (SUBSCRIBING.test(command.name)) this.#subscribed = true
    const replies = SUBSCRIBING.test(command.name) ? Math.max(1, args.length) : 1
    for (let reply = 0; reply < replies; reply++) this.#unanswered.push(command)
    if (OTHER_PROTOCOL.has(command.name)) this.#opaque = true
    return 'pass'
  }

  #judgeReply({ value }: Frame): Verdict {
    const { rules, counts } = this.#options
    if (this.#subscribed && Array.isArray(value) && MESSAGE.test(String(value[0]))) {
      if (rules.dropMessages.left === 0) return 'pass'
      rules.dropMessages.left--
      counts.messagesDropped++
      return 'skip'
    }
    if (!meets(rules.dropReplies, this.#unanswered.shift())) return 'pass'
    counts.repliesDropped++
    this.#server.destroy()
    return 'cut'
  }
}
