/** Keeps the end of a text that may be endless. */
export class Tail {
  readonly #limit: number
  #text = ''

  /** `limit` is in characters. */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-this.#limit)
  }

  get text(): string {
    return this.#text.trim()
  }
}
