import type { Projection } from '../../records/projection.ts'
import type { Time } from '../../time.ts'
import type { Visit } from './place.ts'
import { scripts } from './scripts.ts'

/** How long the lookup keys of a dataspace that stays live without being written again, in ms. */
const PROJECTION_MS = 7 * 24 * 3_600_000
/** How many of them are written by one run of the script. */
const PROJECTED_AT_ONCE = 500

/** The keys that are not in the index of their dataspace, and those of a dataspace that ends with its process. */
export class Lifetime {
  readonly #ms: number | undefined
  readonly #time: Time
  readonly #projected = new Set<string>()
  /** When all were renewed, on both clocks: one of them stands still while the machine sleeps. */
  #renewed: { monotonic: number; wall: number }

  /** `ms`: how long keys live that nobody renews; `undefined` for a dataspace that stays. */
  constructor(ms: number | undefined, time: Time) {
    this.#ms = ms
    this.#time = time
    this.#renewed = this.#now()
  }

  /** Whether keys may have ended because nobody has renewed them for so long. */
  get mayBeOver(): boolean {
    return this.#ms !== undefined && this.#passed() >= this.#ms
  }

  /** Writes lookup fields, which end by themselves. */
  async project({ session, place }: Visit, fields: readonly Projection[]): Promise<void> {
    const ms = Math.min(PROJECTION_MS, this.#ms ?? PROJECTION_MS)
    for (let at = 0; at < fields.length; at += PROJECTED_AT_ONCE) {
      const some = fields.slice(at, at + PROJECTED_AT_ONCE)
      const keys = some.map(({ key }) => place.key(key))
      await session.run(scripts.project, [
        { keys, args: [ms, ...some.flatMap(({ field, json }) => [field, json])] },
      ])
      if (this.#ms !== undefined) for (const key of keys) this.#projected.add(key)
    }
  }

  /** Renews all keys in one batch when a third of their time has passed; `node` is who counts here. */
  async renew(visit: Visit, node: string): Promise<void> {
    const ms = this.#ms
    const began = this.#now()
    if (ms === undefined || this.#passed() < ms / 3) return
    const keys = await this.#keys(visit, node)
    await visit.session.askEach((pipeline) => {
      for (const key of keys) pipeline.pexpire(key, ms)
    })
    this.#renewed = began
  }

  /** Removes a dataspace that ends with its process; one that stays is left alone. */
  async end(visit: Visit, node: string): Promise<void> {
    if (this.#ms === undefined) return
    const keys = await this.#keys(visit, node)
    await visit.session.askEach((pipeline) => {
      for (const key of keys) pipeline.del(key)
    })
  }

  #now(): { monotonic: number; wall: number } {
    return { monotonic: this.#time.monotonic(), wall: this.#time.now() }
  }

  /** How long it is since all were renewed, in ms. */
  #passed(): number {
    const now = this.#now()
    return Math.max(now.monotonic - this.#renewed.monotonic, now.wall - this.#renewed.wall)
  }

  async #keys({ session, place }: Visit, node: string): Promise<string[]> {
    const members = await session.ask((client) => client.zrange(place.index, 0, -1))
    const own = [place.index, place.meta, place.conflicts, place.nodes, place.shares(node)]
    return [...members.map(place.key), ...own, ...this.#projected]
  }
}
