/** Keeps the end of a text that may be endless. */
export class Tail {
  readonly #limit: number
  #text = ''

  /** `limit` is in characters. */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(text: string): void {
    this.#text += text
    // Cut once in a while: to cut each time would copy the whole for each little line.
    if (this.#text.length > 2 * this.#limit) this.#text = this.#text.slice(-this.#limit)
  }

  get text(): string {
    return this.#text.slice(-this.#limit).trim()
  }
}
