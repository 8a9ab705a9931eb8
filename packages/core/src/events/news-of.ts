import type { ServiceNews } from './service-news.ts'

/** The news of the service of one `id`, one at a time. */
export class NewsOf {
  #isNew = false
  #isStopped = false
  readonly #unlisten: () => void
  #wake: () => void = () => {}

  constructor(news: ServiceNews, wanted: string) {
    this.#unlisten = news.on((id) => {
      if (id !== null && id !== wanted) return
      this.#isNew = true
      this.#wake()
    })
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Ends it: who waits for `next` then waits for ever. */
  stop(): void {
    this.#isStopped = true
    this.#unlisten()
  }

  /** Resolves at the next news, at once if there was some since it last did. */
  async next(): Promise<void> {
    if (!this.#isNew) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#isNew = false
  }

  /** Waits for `ms`, or until there is news and then `isEnough`. */
  async within(ms: number, isEnough: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<'over'>((resolve) => {
      timer = setTimeout(resolve, ms, 'over')
    })
    let ended: unknown
    while (ended !== 'over' && !isEnough()) ended = await Promise.race([over, this.next()])
    clearTimeout(timer)
  }
}
