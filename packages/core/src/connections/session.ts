import { McpStoreError } from '@mcpstore/storage'
import { asError } from '../errors.ts'
import { logLevels } from '../host/host.ts'
import type {
  CallOptions,
  Connection,
  RawTool,
  RequestOptions,
  ServerFacts,
  ToolAnswer,
  ToolResult,
} from './connector.ts'
import { Deadline } from './deadline.ts'
import { type Dialect, FailedLater, type RawRequest } from './dialect.ts'
import { judge } from './judge.ts'
import type { Link } from './link.ts'
import { collectPages, toolListing } from './pages.ts'
import { redactedData } from './redacted.ts'
import type { Peer, Sdk } from './sdk.ts'
import type { Surroundings } from './surroundings.ts'
import { UnderWay } from './under-way.ts'
import {
  hadBegun,
  markUnsent,
  mayHaveRun,
  type Stage,
  type Subject,
  type Verdict,
  verdictError,
} from './verdict.ts'

export interface SessionParts extends Subject, Surroundings {
  sdk: Sdk
  peer: Peer
  link: Link
  server: ServerFacts
  dialect: Dialect
}

type Progress = Parameters<NonNullable<CallOptions['onProgress']>>[0]

const afterEnd: Verdict = {
  fate: 'unsent',
  words: 'is not connected any more',
  hint: 'Try again: that opens another connection.',
  missed: true,
}

/** A connection after its handshake. */
export class Session implements Connection {
  readonly server: ServerFacts
  readonly #parts: SessionParts
  readonly #closeListeners: ((reason: Error | undefined) => void)[] = []
  readonly #toolListeners: (() => void)[] = []
  /** The open calls, by their progress token. */
  readonly #calls = new UnderWay<{ deadline: Deadline; options: CallOptions }>()
  #lastToken = 0
  #asked = false
  #ended = false
  #reason: Error | undefined
  #closing: Promise<void> | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.server = parts.server
    parts.peer.onclose = () => this.#end()
    // The SDK's own handler forgets a call as soon as it is answered, before it has told of progress that came with it.
    parts.peer.removeNotificationHandler('notifications/progress')
    parts.peer.fallbackNotificationHandler = async ({ method, params }) => {
      if (method === 'notifications/progress') await this.#tellProgress(params)
      if (method === 'notifications/message') await this.#passOn(params)
      if (method === 'notifications/tools/list_changed') this.noteToolsChanged()
      if (method === 'notifications/elicitation/complete') {
        const { host, scope, service } = parts
        await host.elicitationDone(params ?? {}, { service, scope })
      }
    }
  }

  async listTools(options: RequestOptions): Promise<ToolAnswer> {
    if (!this.server.capabilities['tools']) return []
    const { dialect, service, warn } = this.#parts
    const deadline = new Deadline(options)
    try {
      const { entries, keyless, ...hints } = await collectPages<RawTool>(service, toolListing, (params) =>
        this.#request('list', { method: toolListing.method, params }, deadline),
      )
      const nameless =
        keyless === 1 ? '1 tool without a name; it is' : `${keyless} tools without a name; they are`
      if (keyless > 0) warn(`service "${service}" lists ${nameless} left out`)
      return Object.assign(dialect.callable(entries), { ...hints, ...(keyless > 0 && { nameless: keyless }) })
    } finally {
      deadline.clear()
    }
  }

  async callTool(tool: string, args: Record<string, unknown>, options: CallOptions): Promise<ToolResult> {
    const { timeoutMs, givenMs, totalTimeoutMs: totalMs, givenTotalMs, signal } = options
    const deadline = new Deadline({ timeoutMs, givenMs, totalMs, givenTotalMs, signal })
    const progressToken = ++this.#lastToken
    this.#calls.add(progressToken, { deadline, options })
    this.#parts.dialect.prepare(tool, options.inputSchema)
    try {
      const params = { name: tool, arguments: args, _meta: { progressToken } }
      return await this.#request('call', { method: 'tools/call', params }, deadline)
    } finally {
      this.#calls.take(progressToken)
      deadline.clear()
    }
  }

  async request(
    method: string,
    params: Record<string, unknown>,
    options: RequestOptions,
  ): Promise<Record<string, unknown>> {
    const deadline = new Deadline(options)
    try {
      return await this.#request('list', { method, params }, deadline)
    } finally {
      deadline.clear()
    }
  }

  async check(options: RequestOptions): Promise<void> {
    await this.request(this.#parts.dialect.health, {}, options)
  }

  /** Answers what the server asks the host. No call that is under way runs out of time meanwhile: one of them needs it. */
  async whileAsked<T>(answer: () => Promise<T>): Promise<T> {
    const held = this.#calls.all()
    for (const { deadline } of held) deadline.hold()
    try {
      return await answer()
    } finally {
      for (const { deadline, options } of held) deadline.release(options.progressTimeoutMs)
    }
  }

  onClose(listener: (reason: Error | undefined) => void): void {
    if (this.#ended) queueMicrotask(() => listener(this.#reason))
    else this.#closeListeners.push(listener)
  }

  onToolsChanged(listener: () => void): void {
    this.#toolListeners.push(listener)
  }

  /** Tells who listens that the tool list changed, or may have. */
  noteToolsChanged(): void {
    for (const listener of this.#toolListeners) listener()
  }

  close(): Promise<void> {
    this.#asked = true
    this.#closing ??= this.#parts.link.close()
    return this.#closing
  }

  /** Sends one request, once, and what the server asks for in between. The deadline is ours: what the SDK says about its own tells nobody who ended it. */
  async #request(stage: Stage, request: RawRequest, deadline: Deadline): Promise<Record<string, unknown>> {
    const { service, sdk, dialect, link } = this.#parts
    if (this.#ended || this.#asked) throw verdictError(this.#parts, stage, afterEnd, this.#reason)
    const what = (): string => `"${request.method}" to service "${service}"`
    if (deadline.aborted) throw markUnsent(deadline.failure(`the sending of ${what()}`)!)
    try {
      return await dialect.exchange(request, deadline)
    } catch (thrown) {
      const isLater = thrown instanceof FailedLater
      const error = isLater ? thrown.cause : thrown
      const late = deadline.failure(what(), '', link.advice)
      if (late) throw stage === 'call' ? mayHaveRun(late) : late
      if (error instanceof McpStoreError) throw error
      const verdict = judge(error, { sdk, link })
      if (verdict.over) this.#giveUp(verdict, error)
      throw verdictError(this.#parts, stage, isLater ? hadBegun(verdict, stage) : verdict, asError(error))
    }
  }

  async #tellProgress(params: Record<string, unknown> = {}): Promise<void> {
    const { progressToken, _meta, ...progress } = params
    if (typeof progress['progress'] !== 'number') return
    const call = this.#calls.get(Number(progressToken))
    if (!call) return
    call.deadline.restart(call.options.progressTimeoutMs)
    try {
      await call.options.onProgress?.(progress as unknown as Progress)
    } catch (error) {
      const { service, warn } = this.#parts
      warn(`onProgress of a call of service "${service}" failed: ${asError(error).message}`)
    }
  }

  async #passOn({ level, logger, data }: Record<string, unknown> = {}): Promise<void> {
    const { config, host, log, scope, service } = this.#parts
    const named = typeof logger === 'string' ? { logger } : {}
    const known = logLevels.find((one) => one === level) ?? 'info'
    const report = { level: known, ...named, data: redactedData(data, config) }
    log?.reported(report)
    await host.hear({ service, scope, ...report })
  }

  get isEnding(): boolean {
    return this.#asked || this.#ended || (this.#parts.link.isEnding ?? false)
  }

  /** Nobody new gets it from now on, however long its farewell takes. */
  #giveUp(verdict: Verdict, cause: unknown): void {
    this.#reason ??= verdictError(this.#parts, 'list', verdict, cause)
    void this.close()
    this.#end()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    if (!this.#asked) this.#reason ??= verdictError(this.#parts, 'list', this.#parts.link.judge(undefined))
    for (const listener of this.#closeListeners) listener(this.#reason)
  }
}
