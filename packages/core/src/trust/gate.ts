import type { Dataspace, Logger, McpStoreError } from '@mcpstore/storage'
import { expandConfig } from '../config/placeholders/placeholders.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { settledWithin, within } from '../connections/deadline.ts'
import type { ErrorCode } from '../errors.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Service } from '../services/registry.ts'
import type { TrustedBy } from '../services/service-info.ts'
import { type Approval, approvalKey, scopeName } from './approval.ts'
import type { Approvals } from './approvals.ts'
import { configHash } from './config-hash.ts'
import { dangerOf, smuggledIn } from './danger.ts'
import { HostsWord, type TrustOption } from './hosts-word.ts'
import { type Doubts, inertReason, untrusted } from './refusal.ts'
import type { SignatureVerdict } from './signature.ts'
import type { Signatures } from './signatures.ts'

export interface GateParts {
  dataspace: Dataspace
  approvals: Approvals
  trust: TrustOption | undefined
  signatures: Signatures
  vault: Vault
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
  readonly #host: HostsWord
  readonly #keys = new WeakMap<ServiceConfig, { id: string; key: string }>()
  /** Of the configs that were sealed, what they say. */
  readonly #opened = new WeakMap<ServiceConfig, ServiceConfig>()
  #told: string | undefined

  constructor(parts: GateParts) {
    this.#parts = parts
    this.#host = new HostsWord(parts.trust, parts.logger)
    const { namespace, dataspace } = parts.dataspace
    this.dataspace = { namespace, dataspace }
    this.isOwn = OWN_KINDS.has(parts.dataspace.status().configured)
  }

  /**
   * Brings what is known up to date: reads the approvals, checks signatures, and asks the host where neither says it. It is
   * waited for only a moment: what it has not decided by then is inert, and says why.
   */
  async consult(services: readonly Service[]): Promise<void> {
    const open = await this.look(services)
    await settledWithin(PATIENCE_MS, this.#host.ask(open))
  }

  /** The same, and waits until the host has decided, however long that takes. */
  async decide(services: readonly Service[]): Promise<void> {
    await this.#host.ask(await this.look(services))
  }

  /** The same without the host. Returns the services that neither approvals nor signatures are about. */
  async look(services: readonly Service[]): Promise<Service[]> {
    if (this.isOwn) return []
    const { approvals, signatures } = this.#parts
    approvals.refresh()
    this.#tell(approvals.problem)
    const open = services.filter((service) => !this.#isApproved(service))
    await signatures.prepare(open)
    return open.filter((service) => this.signatureOf(service) !== 'valid')
  }

  /** Whether this very config is trusted, as of the last `consult` about it. */
  isTrusted(service: Service): boolean {
    return this.trustedBy(service) !== null
  }

  /** By what it is trusted; `null` when it is not. */
  trustedBy(service: Service): TrustedBy | null {
    if (this.isOwn) return 'dataspace'
    if (this.#isApproved(service)) return 'approval'
    if (this.signatureOf(service) === 'valid') return 'signature'
    const isVouchedFor = this.#host.vouchesFor(service) && smuggledIn(service.config) === undefined
    return isVouchedFor ? 'host' : null
  }

  /**
   * Whether it is this user's, or signed; looks at it first. Of a stranger's config nothing is approved or signed by changing it:
   * what he wrote may still be in it, also where the host would let it run here.
   */
  async isOurs(service: Service): Promise<boolean> {
    await this.consult([service])
    const by = this.trustedBy(service)
    return by !== null && by !== 'host'
  }

  /** What its signature is worth, as of the last `consult` about it. */
  signatureOf(service: Service): SignatureVerdict | null {
    return this.#parts.signatures.verdict(service)
  }

  /** Why a service is inert, as of the last `consult` about it; `null` when it may be connected. */
  whyInert(service: Service): string | null {
    const danger = this.#danger(service)
    return danger === undefined ? null : inertReason(danger, this.#doubts(service))
  }

  /** Whether it may not be connected, as of the last `consult` about it. */
  isInert(service: Service): boolean {
    return this.#danger(service) !== undefined
  }

  /** The same as an error. */
  refusal(service: Service): McpStoreError<ErrorCode> | undefined {
    const danger = this.#danger(service)
    return danger === undefined ? undefined : untrusted(service, danger, this.#doubts(service))
  }

  /** Whether there is nothing to decide and nothing to get ready: who is in a hurry need not wait for `admit`. */
  isOpen({ config }: Service): boolean {
    return this.isOwn && !this.#parts.vault.isWaiting(config)
  }

  /** What `admit` does with it, as of the last `look` at it; `undefined` where it has to wait for that. */
  decision(service: Service): { refusal: McpStoreError | undefined } | undefined {
    if (this.#host.isToDecide(service) && !this.isTrusted(service)) return undefined
    const refusal = this.refusal(service)
    return refusal || !this.#parts.vault.isWaiting(service.config) ? { refusal } : undefined
  }

  /** Passes when the service may be connected. @throws `untrusted`; `timeout`, `aborted` while the host decides */
  async admit(service: Service, bounds: AdmitOptions): Promise<void> {
    if (this.isOpen(service)) return
    await within(bounds, `the decision whether to trust service "${service.name}"`, this.decide([service]))
    const refusal = this.refusal(service)
    if (refusal) throw refusal
    await this.#parts.vault.prepare(service.config)
  }

  /**
   * The config opened and with its placeholders filled in, of a service that may be connected as of the last `admit` of it.
   * @throws `untrusted`, `sealed`, `bad_config`
   */
  expand(service: Service): ServiceConfig {
    const refusal = this.refusal(service)
    if (refusal) throw refusal
    const { env, vault } = this.#parts
    const opened = this.#opened.get(service.config) ?? vault.open(service, service.config)
    this.#opened.set(service.config, opened)
    return expandConfig(service.name, opened, env)
  }

  /**
   * What a hash that others can read is made with, of what `expand` returned: of values that were sealed none may be found out by
   * trying.
   */
  hashingKey({ config }: Service): string | Uint8Array {
    const { vault } = this.#parts
    const [sealedBy] = vault.sealedBy(config)
    const key = sealedBy === undefined ? undefined : vault.keys.get(sealedBy)
    return key?.signing ?? `${this.dataspace.namespace}:${this.dataspace.dataspace}`
  }

  /** What an approval of this config is about. */
  placeOf({ scope, name, config }: Pick<Service, 'scope' | 'name' | 'config'>): Omit<Approval, 'id'> {
    return { ...this.dataspace, scope: scopeName(scope), service: name, sha256: configHash(config) }
  }

  #isApproved(service: Service): boolean {
    return this.#parts.approvals.get(this.#keyOf(service)) !== undefined
  }

  /** Made once for each config: a listing asks for those of all services, several times. */
  #keyOf(service: Service): string {
    const { config, id } = service
    const known = this.#keys.get(config)
    if (known?.id === id) return known.key
    const key = approvalKey(this.placeOf(service))
    // What is not frozen may still change.
    if (Object.isFrozen(config)) this.#keys.set(config, { id, key })
    return key
  }

  #danger(service: Service): string | undefined {
    if (this.isOwn || this.#isApproved(service)) return undefined
    if (this.signatureOf(service) === 'valid') return undefined
    if (this.#host.vouchesFor(service)) return smuggledIn(service.config)
    const danger = dangerOf(service.config)
    return danger && this.#host.isDeciding(service) ? `${danger}; the host has not decided yet` : danger
  }

  #doubts(service: Service): Doubts {
    const { approvals, vault } = this.#parts
    const { signature } = service
    const verdict = this.signatureOf(service)
    const signed = signature && verdict ? { keyId: signature.key, verdict } : undefined
    return { problem: approvals.problem, hasSecret: vault.keys.hasSecret, signed }
  }

  /** Once for each problem. */
  #tell(problem: McpStoreError | undefined): void {
    if (problem && problem.message !== this.#told) this.#parts.logger.warn(problem.message)
    this.#told = problem?.message
  }
}
