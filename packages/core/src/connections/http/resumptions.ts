import { Answer } from './answer.ts'
import { LOST, lossEvent, OVER } from './answered.ts'

/** How many streams that broke off are remembered: most of them had their answer, which nobody looks for here. */
const MOST = 256
/** The SDK resumes a stream twice at most; the second failure is the last. */
const ATTEMPTS = 2

/** A request whose stream broke off, and how often its resumption has failed. */
interface Interrupted {
  request: string
  failures: number
}

/**
 * What resumed streams are about. The SDK resumes a stream whose events have ids by a GET with the last of them, and tells
 * nobody when that fails: the request would wait until its time is up.
 */
export class Resumptions {
  readonly #interrupted = new Map<string, Interrupted>()

  /** A stream that was to answer `request` broke off after these events. */
  note(request: string, events: readonly string[]): void {
    for (const event of events) this.#keep(event, { request, failures: 0 })
  }

  /** What a GET with this `Last-Event-ID` is about; `undefined` for what is no resumption of a stream that is known. */
  find(event: string | undefined): Resumption | undefined {
    const interrupted = event === undefined ? undefined : this.#interrupted.get(event)
    if (event === undefined || !interrupted) return undefined
    this.#interrupted.delete(event)
    return new Resumption(interrupted.request, () => {
      const failures = interrupted.failures + 1
      if (failures < ATTEMPTS) this.#keep(event, { ...interrupted, failures })
      return failures < ATTEMPTS
    })
  }

  #keep(event: string, interrupted: Interrupted): void {
    this.#interrupted.set(event, interrupted)
    if (this.#interrupted.size <= MOST) return
    const [oldest] = this.#interrupted.keys()
    this.#interrupted.delete(oldest!)
  }
}

/** One attempt to resume a stream. */
export class Resumption {
  readonly request: string
  /** Says that it failed in passing. Returns whether there will be another one. */
  readonly failed: () => boolean

  constructor(request: string, failed: () => boolean) {
    this.request = request
    this.failed = failed
  }

  /** The stream in place of one that nobody will resume: it says so to whoever waits. */
  lost(): Response {
    const event = new TextEncoder().encode(lossEvent(this.request, LOST))
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(event)
        controller.close()
      },
    })
    return new Answer({ headers: {}, statusCode: 200, statusMessage: '' }, body).asResponse()
  }
}

/** What the SDK gets that would resume even a stream that ended with an error of our own. */
export function nothingMore(event: string | undefined): Response | undefined {
  if (event !== OVER) return undefined
  return new Answer({ headers: {}, statusCode: 405, statusMessage: '' }, '').asResponse()
}
