/**
 * What is under way, each under a number of its own that is used once. It is no `Map`: one whose entries come and go is copied
 * again and again, and as soon as one of the copies is old to V8, all later ones are kept with what stood in them, a quarter of
 * all that calls allocate, until the whole heap is looked through.
 */
export class UnderWay<Value> {
  #byNumber: Record<number, Value> = {}

  add(number: number, value: Value): void {
    this.#byNumber[number] = value
  }

  get(number: number): Value | undefined {
    return this.#byNumber[number]
  }

  /** What was under way, which is over. */
  take(number: number): Value | undefined {
    const value = this.#byNumber[number]
    delete this.#byNumber[number]
    return value
  }

  /** The same of all. */
  takeAll(): Value[] {
    const all = this.all()
    this.#byNumber = {}
    return all
  }

  all(): Value[] {
    return Object.values(this.#byNumber)
  }
}
