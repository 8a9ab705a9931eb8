import type { Dataspace, Logger, McpStoreError, Scope } from '@mcpstore/storage'
import { expandConfig } from '../config/placeholders.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { settledWithin, within } from '../connections/deadline.ts'
import { asError, type ErrorCode } from '../errors.ts'
import type { Service } from '../services/registry.ts'
import { type Approval, approvalKey, scopeName } from './approval.ts'
import type { Approvals } from './approvals.ts'
import { configHash } from './config-hash.ts'
import { dangerOf, smuggledIn } from './danger.ts'
import { inertReason, untrusted } from './refusal.ts'

/** What the host is asked about: one service, and its config exactly as it is stored. Frozen. */
export interface TrustQuestion {
  readonly name: string
  readonly scope: Scope
  readonly config: Readonly<ServiceConfig>
}

/** The host's word: everything in the dataspace, or what a function says `true` to. An exception means no. */
export type TrustOption = 'dataspace' | ((service: TrustQuestion) => boolean | Promise<boolean>)

export interface GateParts {
  dataspace: Dataspace
  approvals: Approvals
  trust: TrustOption | undefined
  /** What placeholders are expanded from. */
  env: Record<string, string | undefined>
  logger: Logger
}

export interface AdmitOptions {
  /** How long the host may take to decide, in ms. */
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** How long whoever only looks waits for the host to decide, in ms. */
const PATIENCE_MS = 1000

/** Whoever can write to one of these could run programs as this user anyway. */
const OWN_KINDS = new Set(['sqlite', 'memory'])

/**
 * Decides which services may be started and connected, and is the only way to a config whose placeholders are filled
 * in. It decides by what is stored, not by where it was read: from a mirror or a cache, a config is as foreign as ever.
 */
export class Gate {
  /** Whether all that is stored is this user's own, so that there is nothing to approve. */
  readonly isOwn: boolean
  readonly dataspace: Pick<Dataspace, 'namespace' | 'dataspace'>
  readonly #parts: GateParts
  /** What the host said, for each config. */
  readonly #answers = new WeakMap<ServiceConfig, Promise<boolean>>()
  readonly #admitted = new WeakSet<ServiceConfig>()
  /** What it has not answered yet. */
  readonly #undecided = new WeakSet<ServiceConfig>()
  #told: string | undefined

  constructor(parts: GateParts) {
    this.#parts = parts
    const { namespace, dataspace } = parts.dataspace
    this.dataspace = { namespace, dataspace }
    this.isOwn = OWN_KINDS.has(parts.dataspace.status().configured)
  }

  /**
   * Brings what is known up to date: reads the approvals, and asks the host where they do not say. It is waited for only a
   * moment: what it has not decided by then is inert, and says why.
   */
  async consult(services: readonly Service[]): Promise<void> {
    const decided = this.decide(services)
    if (!this.isOwn) await settledWithin(PATIENCE_MS, decided)
  }

  /** The same, and waits until the host has decided, however long that takes. */
  async decide(services: readonly Service[]): Promise<void> {
    if (this.isOwn) return
    const { approvals, trust } = this.#parts
    approvals.refresh()
    this.#tell(approvals.problem)
    if (typeof trust !== 'function') return
    const open = services.filter((service) => !this.#isApproved(service))
    await Promise.all(open.map((service) => this.#ask(service, trust)))
  }

  /** Whether this very config is trusted, as of the last `consult` about it. */
  isTrusted(service: Service): boolean {
    if (this.isOwn || this.#parts.trust === 'dataspace') return true
    return this.#isApproved(service) || this.#admitted.has(service.config)
  }

  /** Why a service is inert, as of the last `consult` about it; `null` when it may be connected. */
  whyInert(service: Service): string | null {
    const danger = this.#danger(service)
    return danger === undefined ? null : inertReason(danger, this.#parts.approvals.problem)
  }

  /** The same as an error. */
  refusal(service: Service): McpStoreError<ErrorCode> | undefined {
    const danger = this.#danger(service)
    return danger === undefined ? undefined : untrusted(service, danger, this.#parts.approvals.problem)
  }

  /** Passes when the service may be connected. @throws `untrusted`; `timeout`, `aborted` while the host decides */
  async admit(service: Service, bounds: AdmitOptions): Promise<void> {
    if (this.isOwn) return
    await within(bounds, `the decision whether to trust service "${service.name}"`, this.decide([service]))
    const refusal = this.refusal(service)
    if (refusal) throw refusal
  }

  /**
   * The config with its placeholders filled in, of a service that may be connected as of the last `consult` about it.
   * @throws `untrusted`, `bad_config`
   */
  expand(service: Service): ServiceConfig {
    const refusal = this.refusal(service)
    if (refusal) throw refusal
    return expandConfig(service.name, service.config, this.#parts.env)
  }

  /** What an approval of this config is about. */
  placeOf({ scope, name, config }: Pick<Service, 'scope' | 'name' | 'config'>): Omit<Approval, 'id'> {
    return { ...this.dataspace, scope: scopeName(scope), service: name, sha256: configHash(config) }
  }

  #isApproved(service: Service): boolean {
    return this.#parts.approvals.get(approvalKey(this.placeOf(service))) !== undefined
  }

  #danger(service: Service): string | undefined {
    if (this.isOwn || this.#isApproved(service)) return undefined
    if (this.isTrusted(service)) return smuggledIn(service.config)
    const danger = dangerOf(service.config)
    return danger && this.#undecided.has(service.config) ? `${danger}; the host has not decided yet` : danger
  }

  /** Once for each config; what failed is asked again. */
  async #ask({ scope, name, config }: Service, trust: Exclude<TrustOption, string>): Promise<void> {
    const question = Object.freeze({ name, scope, config })
    this.#undecided.add(config)
    const asked = this.#answers.get(config) ?? Promise.resolve(question).then(trust)
    this.#answers.set(config, asked)
    try {
      if ((await asked) === true) this.#admitted.add(config)
    } catch (thrown) {
      this.#answers.delete(config)
      this.#parts.logger.warn(`the trust function failed for "${name}": ${asError(thrown).message}`)
    }
    this.#undecided.delete(config)
  }

  /** Once for each problem. */
  #tell(problem: McpStoreError | undefined): void {
    if (problem && problem.message !== this.#told) this.#parts.logger.warn(problem.message)
    this.#told = problem?.message
  }
}
