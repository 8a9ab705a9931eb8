import type { Logger, Scope } from '@mcpstore/storage'
import type { ServiceConfig } from '../config/service-config.ts'
import { asError } from '../errors.ts'
import type { Service } from '../services/registry.ts'

/** What the host is asked about: one service, and its config exactly as it is stored. Frozen. */
export interface TrustQuestion {
  readonly name: string
  readonly scope: Scope
  readonly config: Readonly<ServiceConfig>
}

/** The host's word: everything in the dataspace, or what a function says `true` to. An exception means no. */
export type TrustOption = 'dataspace' | ((service: TrustQuestion) => boolean | Promise<boolean>)

/** What the host says of services: asked once for each config. */
export class HostsWord {
  readonly #trust: TrustOption | undefined
  readonly #logger: Logger
  readonly #answers = new WeakMap<ServiceConfig, Promise<boolean>>()
  readonly #admitted = new WeakSet<ServiceConfig>()
  /** What it has not answered yet. */
  readonly #undecided = new WeakSet<ServiceConfig>()

  constructor(trust: TrustOption | undefined, logger: Logger) {
    this.#trust = trust
    this.#logger = logger
  }

  /** Resolves when it has decided about all of these, however long that takes. */
  async ask(services: readonly Service[]): Promise<void> {
    const trust = this.#trust
    if (typeof trust === 'function') await Promise.all(services.map((service) => this.#ask(service, trust)))
  }

  /** Whether it answers for this config, as far as it has decided. */
  vouchesFor({ config }: Service): boolean {
    return this.#trust === 'dataspace' || this.#admitted.has(config)
  }

  /** Whether it was asked about this config, and has not answered yet. */
  isDeciding({ config }: Service): boolean {
    return this.#undecided.has(config)
  }

  /** Whether it has a say in this, and has not said it yet. */
  isToDecide({ config }: Service): boolean {
    const isOpen = !this.#answers.has(config) || this.#undecided.has(config)
    return isOpen && typeof this.#trust === 'function'
  }

  /** What failed is asked again. */
  async #ask({ scope, name, config }: Service, trust: Exclude<TrustOption, string>): Promise<void> {
    const question = Object.freeze({ name, scope, config })
    this.#undecided.add(config)
    const asked = this.#answers.get(config) ?? Promise.resolve(question).then(trust)
    this.#answers.set(config, asked)
    try {
      if ((await asked) === true) this.#admitted.add(config)
    } catch (thrown) {
      this.#answers.delete(config)
      this.#logger.warn(`the trust function failed for "${name}": ${asError(thrown).message}`)
    }
    this.#undecided.delete(config)
  }
}
