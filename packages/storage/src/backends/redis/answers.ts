import type { Socket } from 'node:net'
import type { Cluster, Redis } from 'ioredis'
import type { Time } from '../../time.ts'
import { silent } from './errors.ts'

/** After one command without an answer the next ones get this long, in ms, before it is an outage. */
const SECOND_CHANCE_MS = 500

/** Waits for what one connection answers, as long as there is progress, and not beyond its end. */
export class Answers {
  readonly #client: Redis | Cluster
  readonly #time: Time
  readonly #label: string
  readonly #waiting = new Set<(reason: unknown) => void>()
  /** Whether what was asked last was not answered, or nothing was yet: then silence is an outage. */
  #silent = true

  constructor(client: Redis | Cluster, { time, label }: { time: Time; label: string }) {
    this.#client = client
    this.#time = time
    this.#label = label
  }

  /** It has answered: the next silence may be one of a moment. */
  heard(): void {
    this.#silent = false
  }

  /** What a command is answered within `timeoutMs`, or within less where the one before was not. @throws `BackendError` */
  async to<Answer>(asked: Promise<Answer>, timeoutMs: number): Promise<Answer> {
    const answer = await this.within(this.#silent ? Math.min(SECOND_CHANCE_MS, timeoutMs) : timeoutMs, asked)
    this.heard()
    return answer
  }

  /** Waits for `promise` as long as there is progress, or `ms` without any. @throws `BackendError` */
  within<Answer>(ms: number, promise: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let traffic = this.#traffic()
      let cancel = () => {}
      const over = () => {
        cancel()
        this.#waiting.delete(giveUp)
      }
      const giveUp = (reason: unknown) => {
        over()
        reject(reason)
      }
      const check = () => {
        const now = this.#traffic()
        if (now <= traffic) {
          const again = this.#silent
          this.#silent = true
          giveUp(silent(this.#label, ms, { again }))
          return
        }
        traffic = now
        cancel = this.#time.after(ms, check)
      }
      cancel = this.#time.after(ms, check)
      this.#waiting.add(giveUp)
      promise.then((answer) => {
        over()
        resolve(answer)
      }, giveUp)
    })
  }

  /** Nobody waits any longer. */
  end(reason: unknown): void {
    for (const giveUp of this.#waiting) giveUp(reason)
  }

  /** Rises while bytes are received, and while what waits to be sent becomes less. */
  #traffic(): number {
    const { stream } = this.#client as { stream?: Socket }
    return stream ? stream.bytesRead - stream.writableLength : 0
  }
}
