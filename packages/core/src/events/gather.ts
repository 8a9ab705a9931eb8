/** How long to gather what happens before it is looked at, in ms. */
const GATHER_MS = 20

/** Gathers what is noted for a moment, each thing once, and hands it over together: thousands of changes are one look. */
export class Gather<Thing> {
  readonly #look: (things: Thing[]) => void
  readonly #due = new Set<Thing>()
  #timer: NodeJS.Timeout | undefined

  constructor(look: (things: Thing[]) => void) {
    this.#look = look
  }

  note(thing: Thing): void {
    this.#due.add(thing)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const things = [...this.#due]
      this.#due.clear()
      this.#look(things)
    }, GATHER_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#due.clear()
  }
}
