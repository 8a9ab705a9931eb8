import type { Connection } from './connector.ts'

export interface SharedOptions {
  /** Opens the connection; aborted when nobody waits for it any more. */
  open: (signal: AbortSignal) => Promise<Connection>
  /** How long it stays open without a user, in ms. */
  idleMs: number
  /** Called once, as soon as the connection must not be given to anybody any more. */
  onOver: () => void
  /** Called once, when nothing of it is left. */
  onGone: () => void
}

/** One connection from its opening to its end, and the number of those who use it or wait for it. */
export class SharedConnection {
  /** Rejects like `open`. */
  readonly opened: Promise<Connection>
  readonly #idleMs: number
  readonly #onOver: () => void
  readonly #onGone: () => void
  readonly #abort = new AbortController()
  #isOpen = false
  #users = 0
  #retired = false
  #kept = false
  #idle: NodeJS.Timeout | undefined
  #ending: Promise<void> | undefined

  constructor({ open, idleMs, onOver, onGone }: SharedOptions) {
    this.#idleMs = idleMs
    this.#onOver = onOver
    this.#onGone = onGone
    this.opened = open(this.#abort.signal)
    this.opened.then(
      (connection) => {
        this.#isOpen = true
        connection.onClose(() => void this.end())
      },
      () => void this.end(),
    )
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  enter(): void {
    clearTimeout(this.#idle)
    this.#users++
  }

  leave(): void {
    this.#users--
    if (this.#users > 0 || this.#ending) return
    if (this.#retired || !this.#isOpen) void this.end()
    else if (!this.#kept) this.#idle = setTimeout(() => void this.end(), this.#idleMs).unref()
  }

  /** From now on it stays open without a user. */
  keep(): void {
    this.#kept = true
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
    clearTimeout(this.#idle)
    this.#abort.abort()
    this.#onOver()
    const connection = await this.opened.catch(() => undefined)
    await connection?.close()
    this.#onGone()
  }
}
