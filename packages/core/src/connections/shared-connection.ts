import type { Time } from '@mcpstore/storage'
import type { Connection } from './connector.ts'
import { LONGEST_TIMER_MS } from './deadline.ts'

/** How long an unused connection may take to say that it is there, in ms. */
const CHECK_PATIENCE_MS = 10_000

export interface SharedOptions {
  /** Opens the connection; aborted when nobody waits for it any more. */
  open: (signal: AbortSignal) => Promise<Connection>
  /** How long it stays open without a user, in ms. */
  idleMs: number
  /** How often it is checked meanwhile, in ms; 0 is never. */
  checkMs: number
  time: Time
  /** Called once, as soon as the connection must not be given to anybody any more. */
  onOver: () => void
  /** Called once, when nothing of it is left. */
  onGone: () => void
}

/** One connection from its opening to its end, and the number of those who use it or wait for it. */
export class SharedConnection {
  /** Rejects like `open`. */
  readonly opened: Promise<Connection>
  readonly #options: SharedOptions
  readonly #abort = new AbortController()
  #connection: Connection | undefined
  #users = 0
  #retired = false
  #kept = false
  #cancelLook: (() => void) | undefined
  /** When its last user left, and when it last gave a sign of life, in ms of the clock that never steps. */
  #idleSince = 0
  #lastSeen = 0
  #ending: Promise<void> | undefined

  constructor(options: SharedOptions) {
    this.#options = options
    this.opened = options.open(this.#abort.signal)
    this.opened.then(
      (connection) => {
        this.#connection = connection
        connection.onClose(() => void this.end())
      },
      () => void this.end(),
    )
  }

  /** Once it is open. */
  get connection(): Connection | undefined {
    return this.#connection
  }

  get isEnding(): boolean {
    return this.#connection?.isEnding ?? false
  }

  enter(): void {
    this.#users++
  }

  leave(): void {
    this.#users--
    if (this.#users > 0 || this.#ending) return
    if (this.#retired || !this.#connection) void this.end()
    else this.#rest()
  }

  /** From now on it stays open without a user. */
  keep(): void {
    this.#kept = true
  }

  #rest(): void {
    this.#idleSince = this.#lastSeen = this.#options.time.monotonic()
    this.#lookIn(this.#idleMs)
  }

  get #idleMs(): number {
    return this.#kept ? Number.POSITIVE_INFINITY : this.#options.idleMs
  }

  /** A timer that runs already is left to itself: one for each use would be a good part of what a call costs. */
  #lookIn(idleMs: number): void {
    const { checkMs, time } = this.#options
    const ms = checkMs === 0 ? idleMs : Math.min(idleMs, this.#lastSeen + checkMs - time.monotonic())
    this.#cancelLook ??= time.after(Math.max(1, Math.ceil(Math.min(ms, LONGEST_TIMER_MS))), () => {
      this.#cancelLook = undefined
      if (this.#users === 0 && !this.#ending) this.#look()
    })
  }

  #look(): void {
    const { checkMs, time } = this.#options
    const left = this.#idleSince + this.#idleMs - time.monotonic()
    if (left <= 0) void this.end()
    else if (checkMs > 0 && this.#lastSeen + checkMs <= time.monotonic()) void this.#check()
    else this.#lookIn(left)
  }

  /** One that does not answer any more is of no use to the next caller. */
  async #check(): Promise<void> {
    const { checkMs, time } = this.#options
    const unused = this.#idleSince
    try {
      await this.#connection?.check({ timeoutMs: Math.min(checkMs, CHECK_PATIENCE_MS) })
    } catch (error) {
      // To be refused is an answer; and who is busy with a call may well be late with everything else.
      const isSilent = (error as { code?: string }).code !== 'server_error'
      if (isSilent && this.#users === 0 && this.#idleSince === unused) return this.end()
    }
    this.#lastSeen = time.monotonic()
    if (this.#users === 0 && !this.#ending) this.#look()
  }

  /** Ends it as soon as its last user has left. */
  retire(): void {
    this.#retired = true
    if (this.#users === 0) void this.end()
  }

  /** Ends it now. Resolves when nothing of it is left; never rejects. */
  end(): Promise<void> {
    this.#ending ??= this.#end()
    return this.#ending
  }

  async #end(): Promise<void> {
    this.#cancelLook?.()
    this.#abort.abort()
    this.#options.onOver()
    const connection = await this.opened.catch(() => undefined)
    await connection?.close()
    this.#options.onGone()
  }
}
