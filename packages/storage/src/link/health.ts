import { StorageError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Time } from '../time.ts'

/**
 * `up`: acknowledged at once · `connecting`: not reached yet · `suspect`: one attempt failed, tried again at once ·
 * `write-degraded`: reads work, writes do not · `down`: nothing does · `auth`: it refuses us · `recovering`: it
 * answers again and what was missed is being sent and compared · `closed`: the dataspace was closed.
 */
export type HealthState =
  | 'connecting'
  | 'up'
  | 'suspect'
  | 'write-degraded'
  | 'down'
  | 'auth'
  | 'recovering'
  | 'closed'

export interface BackendErrorDetails {
  hint: string
  cause?: unknown
  broken?: boolean
  replaced?: boolean
  unsure?: boolean
}

/** A failed attempt, with the state that this class of failure means. */
export class BackendError extends StorageError {
  readonly state: HealthState
  /** Whether the connection is of no more use, whatever the state. */
  readonly broken: boolean
  /** Whether somebody else may have taken its place, so that only another connection can tell. */
  readonly replaced: boolean
  /** Whether what was asked may have been done all the same: there was no answer. */
  readonly unsure: boolean

  constructor(
    state: HealthState,
    message: string,
    { broken = false, replaced = false, unsure = false, ...details }: BackendErrorDetails,
  ) {
    super('storage', message, details)
    this.state = state
    this.broken = broken
    this.replaced = replaced
    this.unsure = unsure
  }
}

/** What was thrown by a backend, as a `BackendError`; what it did not classify means `down`. */
export function asBackendError(thrown: unknown): BackendError {
  if (thrown instanceof BackendError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new BackendError('down', message, {
    cause: thrown,
    hint: 'Run the command again with --debug to see more.',
    unsure: true,
  })
}

/** No answer in time. `also` is what else to look at, as the end of a sentence. */
export function unanswered(
  where: string,
  ms: number,
  { state, also = '' }: { state: HealthState; also?: string },
): BackendError {
  return new BackendError(state, `${where} did not answer within ${ms} ms`, {
    hint: `Check that it runs and is not overloaded${also}.`,
    unsure: true,
  })
}

const HOPELESS: ReadonlySet<HealthState> = new Set(['down', 'write-degraded', 'auth', 'closed'])

/** More falls than this within the window, and the backend is `recovering` until it has held for a while. */
const MAX_FALLS = 3
const FLAP_WINDOW_MS = 60_000
const PROBATION_MS = 10_000

export interface HealthOptions {
  /** What the log lines call the backend. */
  name: string
  time: Time
  logger: Logger
  /** How many writes wait, for the log lines. */
  backlog: () => number
  /** How long a `suspect` backend may go on failing, in ms, before the trouble gets its name. */
  suspectMs: number
  /** Told of each change of the state. */
  onState?: (state: HealthState, before: HealthState) => void
}

/** Whether the backend answers, since when, and why not. */
export class Health {
  readonly #options: HealthOptions
  #state: HealthState = 'connecting'
  #error: BackendError | undefined
  #since: number
  /** The same moment on the clock that never steps. */
  #entered: number
  /** When `up` ended, of late, on the clock that never steps. */
  #falls: number[] = []
  /** The trouble that was told, so that its end has to be told too. */
  #announced: HealthState | undefined

  constructor(options: HealthOptions) {
    this.#options = options
    this.#since = options.time.now()
    this.#entered = options.time.monotonic()
  }

  get state(): HealthState {
    return this.#state
  }

  /** When the state began, ms since 1970. */
  get since(): number {
    return this.#since
  }

  /** What the state comes from; `undefined` while it is a good one. */
  get error(): BackendError | undefined {
    return this.#error
  }

  /** Whether nothing is known to be wrong. */
  get good(): boolean {
    return this.#state === 'up'
  }

  /** Whether what is shown is known to be what it has. */
  get answers(): boolean {
    return this.#state === 'up' || this.#state === 'suspect' || this.#state === 'write-degraded'
  }

  /** Whether a write sent now has a chance to be acknowledged soon. */
  get hopeful(): boolean {
    return !HOPELESS.has(this.#state)
  }

  /** Whether a question that changes nothing has a chance to be answered soon. */
  get readable(): boolean {
    return this.hopeful || this.answers
  }

  succeeded(): void {
    this.#enter(this.#isFlapping() ? 'recovering' : 'up', undefined)
  }

  /** Whoever waited for the first answer waited in vain for so long, in ms. */
  overdue(where: string, ms: number): void {
    if (this.#state !== 'connecting' || this.#error) return
    this.#enter(this.#state, unanswered(where, ms, { state: 'suspect' }))
  }

  /** From now on nothing is found out any more; what the state came from stays. */
  closed(): void {
    this.#enter('closed', this.#error)
  }

  /** Whether it fell so often of late that it has to prove itself first. */
  #isFlapping(): boolean {
    const now = this.#options.time.monotonic()
    this.#falls = this.#falls.filter((at) => now - at < FLAP_WINDOW_MS)
    const last = this.#falls.at(-1)
    return this.#falls.length > MAX_FALLS && last !== undefined && now - last < PROBATION_MS
  }

  /** Somebody has waited for an answer in vain: until there is one nobody else does. */
  doubted(): void {
    const { name, suspectMs } = this.#options
    const message = `${name} did not answer within ${suspectMs} ms`
    if (this.good)
      this.#enter('suspect', new BackendError('suspect', message, { hint: 'It is asked again.' }))
  }

  recovering(): void {
    if (this.#state !== 'connecting') this.#enter('recovering', this.#error)
  }

  /** `readable`: whether reads were working all the same. */
  failed(error: BackendError, readable: boolean): void {
    this.#enter(error.state === 'suspect' ? this.#stateOfSuspect(readable) : error.state, error)
  }

  #stateOfSuspect(readable: boolean): HealthState {
    if (!this.hopeful) return this.#state
    const overdue =
      this.#state === 'suspect' && this.#options.time.monotonic() - this.#entered > this.#options.suspectMs
    if (!overdue) return 'suspect'
    return readable ? 'write-degraded' : 'down'
  }

  #enter(state: HealthState, error: BackendError | undefined): void {
    const before = this.#state
    if (before === 'closed') return
    this.#error = error
    if (state === before) return
    const { name, time, logger, backlog } = this.#options
    if (before === 'up') this.#falls.push(time.monotonic())
    const lasted = Math.round(time.monotonic() - this.#entered)
    this.#state = state
    this.#since = time.now()
    this.#entered = time.monotonic()
    const line = `storage: ${name} is ${state}, was ${before} for ${lasted} ms, ${backlog()} writes waiting`
    // A short recovery in between is not the end of a trouble.
    if (state !== 'closed' && !this.hopeful && this.#announced !== state) {
      this.#announced = state
      logger.warn(`${line}: ${error?.message}`)
    } else if (state === 'up' && this.#announced) {
      this.#announced = undefined
      logger.info(line)
    } else {
      logger.debug(line)
    }
    this.#options.onState?.(state, before)
  }
}
