import type { Socket } from 'node:net'
import type { Cluster, Redis } from 'ioredis'
import type { HintListener } from '../../backend.ts'
import type { BackendError } from '../../link/health.ts'
import type { Time } from '../../time.ts'
import { Answers } from './answers.ts'
import { type Clients, makeClients } from './clients.ts'
import { classify, doneInPart, refusal } from './errors.ts'
import { hear, NO_NEWS } from './hints.ts'
import type { Script } from './scripts.ts'
import { signIn } from './sign-in.ts'
import type { RedisTarget } from './target.ts'

export interface SessionOptions {
  target: RedisTarget
  /** How long connecting, or the answer to a command, may take, in ms. */
  timeoutMs: number
  /** What the server lists these connections as. */
  name: string
  /** Where the hints are published, and who hears them, and of the end of the session; whoever only looks needs none. */
  hints?: { channel: string; onHint: HintListener }
  time: Time
}

/** One run of a script. */
export interface ScriptCall {
  keys: readonly string[]
  args: readonly (string | number)[]
}

type Pipeline = ReturnType<Redis['pipeline']>
type Result = [error: Error | null, reply: unknown]

/** What a run returned, or why it was refused for its own sake. */
export interface ScriptReply {
  reply?: unknown
  refused?: string
  /** The key that holds something foreign, where that is why, and it was looked for. */
  foreign?: string
}

/** One unbroken connection to Redis. It ends once and for all; what comes after it is another one. */
export class RedisSession {
  readonly #options: SessionOptions
  readonly #clients: Clients
  readonly #missing: string[] = []
  #lastError: unknown
  readonly #answers: Answers
  #ended: BackendError | undefined
  #started = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.#clients = makeClients(options.target, options)
    const { commands } = this.#clients
    this.#answers = new Answers(commands, { time: options.time, label: options.target.label })
  }

  /** What this user may not do and what is worse for it, for people. */
  get missing(): readonly string[] {
    return this.#missing
  }

  /** Connects, signs in and subscribes; `close` ends that too. @throws `BackendError` */
  async start(): Promise<void> {
    try {
      await this.#connect()
    } catch (thrown) {
      this.close()
      throw thrown
    }
  }

  async #connect(): Promise<void> {
    const { target, timeoutMs } = this.#options
    const { commands, hints } = this.#clients
    const clients = this.#options.hints ? [...new Set([commands, hints])] : [commands]
    for (const client of clients) {
      client.on('error', (error: Error) => {
        this.#lastError = error
        // ioredis hears one error of a socket. TLS has a second one, which nobody may have to hear.
        ;(client as { stream?: Socket }).stream?.on('error', () => {})
      })
      client.on('end', () => this.#end(this.#lastError ?? new Error('the connection was closed')))
    }
    const connected = Promise.all(clients.map((client) => client.connect().then(() => this.#signIn(client))))
    await this.#answers
      .within(
        timeoutMs,
        connected.then(() => this.#subscribe()),
      )
      .catch((thrown) => {
        // What the server said tells more than how the connection ended after it.
        const answered = (thrown as Error).name === 'ReplyError'
        throw classify(answered ? thrown : (this.#lastError ?? thrown), target.label)
      })
    this.#answers.heard()
    this.#started = true
  }

  async #signIn(client: Redis | Cluster): Promise<void> {
    const { target, name } = this.#options
    if (client.isCluster) return
    const own = client as Redis
    if (target.kind === 'single' && target.password !== undefined) await signIn(own, target)
    if (target.db !== 0) await own.select(target.db)
    await this.#optional(own.client('SETNAME', name))
  }

  async #subscribe(): Promise<void> {
    if (!this.#options.hints) return
    const { channel, onHint } = this.#options.hints
    const { hints } = this.#clients
    hear(hints, { onHint, time: this.#options.time })
    await this.#optional(hints.subscribe(channel), `SUBSCRIBE to ${channel}: changes are seen later`)
    const published = (this.#clients.commands as Redis).publish(channel, NO_NEWS)
    await this.#optional(published, `PUBLISH to ${channel}: others see changes of this process later`)
  }

  /** Waits for what can be done without: if it is forbidden, `without` tells people what is missed. */
  async #optional(done: Promise<unknown>, without?: string): Promise<void> {
    await done.catch((error: Error) => {
      if (classify(error, this.#options.target.label).state !== 'auth') throw error
      if (without !== undefined) this.#missing.push(without)
    })
  }

  /** Asks one thing. @throws `BackendError` */
  async ask<Answer>(question: (client: Redis) => Promise<Answer>): Promise<Answer> {
    if (this.#ended) throw this.#ended
    const { target, timeoutMs } = this.#options
    // A cluster has the same commands.
    const client = this.#clients.commands as Redis
    try {
      return await this.#answers.to(question(client), timeoutMs)
    } catch (thrown) {
      const error = this.#ended ?? classify(thrown, target.label)
      if (error.state === 'down') this.#end(error)
      throw error
    }
  }

  /**
   * Asks several things in one round trip, each of which may be refused for its own sake.
   * @throws `BackendError` if one of them failed otherwise.
   */
  async askEach(build: (pipeline: Pipeline) => void): Promise<ScriptReply[]> {
    return (await this.#pipelined(build)).map((result) => this.#judge(result))
  }

  /** Runs a script as often as there are calls, in order and in one round trip. @throws `BackendError` */
  async run(script: Script, calls: readonly ScriptCall[]): Promise<ScriptReply[]> {
    const first = await this.#runBy('evalsha', script.sha, calls)
    const unknown = first.findIndex(([error]) => error?.message.startsWith('NOSCRIPT'))
    const done = unknown < 0 ? first : first.slice(0, unknown)
    const rest =
      unknown < 0
        ? []
        : await this.#runBy('eval', script.text, calls.slice(unknown)).catch((thrown) => {
            throw done.some(([error]) => !error) ? doneInPart(thrown) : thrown
          })
    const results = [...done, ...rest]
    const isDone = results.some(([error]) => !error)
    return results.map((result) => this.#judge(result, isDone))
  }

  #runBy(command: 'eval' | 'evalsha', script: string, calls: readonly ScriptCall[]): Promise<Result[]> {
    const { keys, args } = calls[0]!
    // A pipeline of one takes ioredis half as long again as the command alone.
    if (calls.length === 1) {
      return this.ask((client) =>
        client[command](script, keys.length, ...keys, ...args).then(
          (reply): Result[] => [[null, reply]],
          (error): Result[] => [[error, undefined]],
        ),
      )
    }
    return this.#pipelined((pipeline) => {
      for (const { keys, args } of calls) pipeline[command](script, keys.length, ...keys, ...args)
    })
  }

  async #pipelined(build: (pipeline: Pipeline) => void): Promise<Result[]> {
    const results = await this.ask((client) => {
      const pipeline = client.pipeline()
      build(pipeline)
      return pipeline.exec()
    })
    return results!
  }

  /** `inPart`: whether others that it went with were done. */
  #judge([error, reply]: Result, inPart = false): ScriptReply {
    if (!error) return { reply }
    const refused = refusal(error.message)
    if (refused === undefined) {
      const failure = classify(error, this.#options.target.label)
      throw inPart ? doneInPart(failure) : failure
    }
    return { refused }
  }

  /** Ends the session; never throws. */
  close(): void {
    this.#ended ??= classify(new Error('it was closed'), this.#options.target.label)
    // ioredis says goodbye first, and waits for a server that may say nothing.
    this.#answers.end(this.#ended)
    this.#clients.commands.disconnect()
    this.#clients.hints.disconnect()
  }

  #end(reason: unknown): void {
    if (this.#ended) return
    this.#ended = classify(reason, this.#options.target.label)
    this.close()
    if (this.#started) this.#options.hints?.onHint()
  }
}
