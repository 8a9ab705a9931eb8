import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import type { StdioConfig } from '../../config/service-config.ts'
import { asError } from '../../errors.ts'
import type { ServiceLog } from '../../logs/service-log.ts'
import { settledWithin } from '../deadline.ts'
import { MAX_MESSAGE_BYTES, MessageTooLong, tooLong } from '../message-limit.ts'
import { serverEnvironment } from './environment.ts'
import { LineReader } from './line-reader.ts'
import { ownGroup, ProcessGroup } from './process-group.ts'
import { Tail } from './tail.ts'

/** How much may come that is no message, before a message comes. Servers print banners, and what their tools print. */
const MAX_NOISE = { lines: 100_000, characters: MAX_MESSAGE_BYTES }
const TAIL_CHARACTERS = 16 * 1024
/**
 * Closing stdin is how a server is told to end. The slowest of the published ones measured (server-everything) takes
 * 310 ms to clean up after that, most take under 10; after half a second nobody is expected to go by himself.
 */
const STDIN_GRACE_MS = 500
const TERM_GRACE_MS = 500
/** How long output that was written before the exit may take to arrive, while descendants hold the pipe open. */
const DRAIN_MS = 200

/** How a server's process came to its end: `error` if it never started. */
export interface Ending {
  error?: Error
  code?: number | null
  signal?: NodeJS.Signals | null
}

/** Why a message did not reach the server: no complete line of it was accepted. */
export class NotSent extends Error {}

/**
 * A server's process group as an MCP transport. The process starts in the constructor, so that it boots while the
 * SDK is loaded; what it says on stdout meanwhile waits. Throws what `spawn` throws.
 */
export class StdioTransport implements Transport {
  onmessage?: Transport['onmessage']
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  /** Stderr, and what stdout had besides messages. */
  readonly tail: Tail = new Tail(TAIL_CHARACTERS)
  ending: Ending | undefined
  /** Why the connection was given up, when the server's output was the reason; ends a sentence about the server. */
  offence: string | undefined
  readonly #child: ChildProcessWithoutNullStreams
  readonly #group: ProcessGroup | undefined
  readonly #output: LineReader
  readonly #log: ServiceLog | undefined
  /** No more of stderr comes. */
  readonly #drained: Promise<unknown>
  readonly #noise = { lines: 0, characters: 0 }
  /** It has ended by itself, and what it said has been heard. */
  readonly #gone: Promise<void>
  #takesNoInput = false
  #closed = false
  #closing: Promise<void> | undefined

  /** What it prints goes into `log`, too, if one is given. */
  constructor({ command, args = [], env, cwd }: StdioConfig, log?: ServiceLog) {
    const place = cwd === undefined ? {} : { cwd }
    const child = spawn(command, args, { ...ownGroup, ...place, env: serverEnvironment(env), stdio: 'pipe' })
    this.#child = child
    this.#group = child.pid === undefined ? undefined : new ProcessGroup(child)
    child.on('error', (error) => {
      if (child.pid === undefined) this.#ended({ error })
    })
    this.#gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(this.#exited({ code, signal })))
    })
    this.#output = new LineReader(child.stdout, MAX_MESSAGE_BYTES, {
      onLine: (line) => this.#receive(line),
      onError: (error) => this.#refuse(error instanceof MessageTooLong ? tooLong : asError(error).message),
    })
    child.stdout.once('end', () => void this.#silenced())
    this.#log = log
    log?.began(child.pid)
    this.#drained = new Promise((resolve) => child.stderr.once('close', resolve))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.tail.add(text)
      log?.printed('stderr', text)
    })
    // A broken pipe shows in the callback of the write and in the exit.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {})
  }

  /** Its process has exited, though what it said last may still be on the way, or takes no input any more. */
  get isEnding(): boolean {
    const { exitCode, signalCode } = this.#child
    return this.#closed || this.#takesNoInput || exitCode !== null || signalCode !== null
  }

  async start(): Promise<void> {
    this.#output.start()
    if (this.#closed) throw new NotSent('the server has ended')
  }

  /** Settles when the whole message was accepted by the server's pipe. Rejects with `NotSent`. */
  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new NotSent('the server has ended'))
      this.#child.stdin.write(`${JSON.stringify(message)}\n`, (error) => {
        if (!error) return resolve()
        this.#takesNoInput = true
        reject(new NotSent('the server takes no input', { cause: error }))
      })
    })
  }

  /** Who takes no input has ended, most of the time: resolves when it is known how, and what it said before. */
  async lastHeard(): Promise<void> {
    if (this.#takesNoInput) await settledWithin(2 * DRAIN_MS, this.#gone)
  }

  /** Resolves when nothing of the process group is left. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown(STDIN_GRACE_MS)
    return this.#closing
  }

  async #shutDown(graceMs: number): Promise<void> {
    const byItself = this.ending !== undefined
    this.#output.stop()
    this.#tellClosed()
    this.#child.stdin.end()
    const isKilled = await this.#group?.end(graceMs, TERM_GRACE_MS)
    if (this.#log) {
      await settledWithin(DRAIN_MS, this.#drained)
      this.#log.ended(this.#howItEnded(byItself) ?? (isKilled ? this.#whatWasKilled() : undefined))
    }
    // Whoever left the group may still hold the other ends open.
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy()
  }

  /** For the log; `undefined` where it was asked to end. */
  #howItEnded(byItself: boolean): string | undefined {
    if (this.offence) return `${this.offence}, and was ended`
    if (!byItself || !this.ending) return undefined
    const { error, code, signal } = this.ending
    if (error) return `cannot be started: ${error.message}`
    return signal ? `was killed by ${signal}` : `exited with code ${code}`
  }

  /** Of a server that would not end, or had started something that would not. */
  #whatWasKilled(): string {
    const who = this.#child.signalCode === 'SIGKILL' ? '' : 'what it had started '
    return `${who}did not end when it was asked to, and was killed`
  }

  /** The leader is gone: what it started has lost its purpose and goes too. */
  async #exited(ending: Ending): Promise<void> {
    this.#output.start()
    const drained = once(this.#child, 'close').then(() => this.#output.caughtUp())
    void this.#group?.end(0, TERM_GRACE_MS)
    await settledWithin(DRAIN_MS, drained)
    this.#ended(ending)
  }

  /** No answer can come any more. Most of the time the process ends just then, and how it does says more. */
  async #silenced(): Promise<void> {
    await settledWithin(DRAIN_MS, once(this.#child, 'exit'))
    await this.#output.caughtUp()
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#refuse('closed its stdout')
  }

  #ended(ending: Ending): void {
    this.ending = ending
    void this.close()
  }

  #tellClosed(): void {
    if (this.#closed) return
    this.#closed = true
    this.onclose?.()
  }

  #receive(line: string): void {
    const messages = parse(line)
    if (messages !== undefined) {
      this.#noise.lines = this.#noise.characters = 0
      if (!Array.isArray(messages)) this.#deliver(messages)
      else for (const message of messages) this.#deliver(message)
      return
    }
    this.tail.add(`${line}\n`)
    this.#log?.printed('stdout', `${line}\n`)
    this.#noise.lines++
    this.#noise.characters += line.length
    if (this.#noise.lines > MAX_NOISE.lines || this.#noise.characters > MAX_NOISE.characters) {
      this.#refuse('floods its stdout with lines that are no messages')
    }
  }

  /** Ends a server whose output is of no use. */
  #refuse(offence: string): void {
    this.offence = offence
    this.#closing ??= this.#shutDown(0)
  }

  #deliver(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message)
    } catch (error) {
      this.onerror?.(asError(error))
    }
  }
}

/** The message a line holds, or several, as 2025-03-26 has it; `undefined` for none: servers also print banners. */
function parse(line: string): JSONRPCMessage | JSONRPCMessage[] | undefined {
  // To fail in parsing costs far more than to look first.
  if (line[0] !== '{' && !/^\s*(?:\[\s*)?\{/.test(line)) return undefined
  try {
    const value = JSON.parse(line)
    const isOne = (message: { jsonrpc?: unknown } | null): boolean => message?.jsonrpc === '2.0'
    const isMessage = Array.isArray(value) ? value.every(isOne) : isOne(value)
    return isMessage ? value : undefined
  } catch {
    return undefined
  }
}
