import type { RequestOptions } from '../../connections/connector.ts'
import { Deadline } from '../../connections/deadline.ts'
import type { Service } from '../../services/registry.ts'

interface Queue {
  /** How many have a turn. */
  active: number
  /** Those who wait, in order; each is told when it is its turn. */
  readonly waiting: Set<() => void>
}

/** Lets a number of calls of each service run at a time, and the others in the order they came. */
export class Turns {
  readonly #limit: number
  readonly #queues = new Map<string, Queue>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Resolves when it is one's turn, with what ends it. Who gives up leaves the queue, and never has a turn.
   * @throws `timeout`, `aborted`
   */
  async take({ id, name }: Pick<Service, 'id' | 'name'>, bounds: RequestOptions): Promise<() => void> {
    const queue = this.#queues.get(id) ?? { active: 0, waiting: new Set() }
    this.#queues.set(id, queue)
    if (queue.active < this.#limit) queue.active++
    else await waitIn(queue, bounds, `the wait for ${this.#limit} other calls of service "${name}"`)
    return () => this.#end(id, queue)
  }

  /** Hands the turn on, so that nobody who comes now overtakes who waits. */
  #end(id: string, queue: Queue): void {
    const [next] = queue.waiting
    if (next) next()
    else if (--queue.active === 0) this.#queues.delete(id)
  }
}

async function waitIn(queue: Queue, bounds: RequestOptions, what: string): Promise<void> {
  const deadline = new Deadline(bounds)
  let takeTurn = (): void => {}
  const turn = new Promise<void>((resolve) => {
    takeTurn = () => {
      queue.waiting.delete(takeTurn)
      resolve()
    }
  })
  queue.waiting.add(takeTurn)
  try {
    await deadline.race(turn)
  } catch (error) {
    // Who was given a turn has it to hand on, also if he gave up in that very moment.
    if (queue.waiting.delete(takeTurn)) throw deadline.failure(what) ?? error
  } finally {
    deadline.clear()
  }
}
