import type { RemoteConfig, ServiceConfig } from './config/service-config.ts'
import type { AuthOption, AuthProvider } from './connections/auth-provider.ts'
import type { Service } from './services/registry.ts'
import type { Gate } from './trust/gate.ts'

/** Who is signed in to which service with the host's tokens. */
export class SignIns {
  readonly #auth: AuthOption | undefined
  readonly #gate: Pick<Gate, 'isTrusted'>
  /** Of the expanded configs, whose they are and whether they are trusted. */
  readonly #owners = new WeakMap<ServiceConfig, { service: Service; isTrusted: boolean }>()
  /** The ids of those whose last connection was opened with tokens. */
  readonly #signedIn = new Set<string>()

  constructor(auth: AuthOption | undefined, gate: Pick<Gate, 'isTrusted'>) {
    this.#auth = auth
    this.#gate = gate
  }

  /** Tells whose an expanded config is, before a connection is opened with it. */
  remember(config: ServiceConfig, service: Service, isTrusted: boolean): void {
    this.#owners.set(config, { service, isTrusted })
  }

  /** The host's tokens go to no service that is not trusted: somebody else wrote down where it is. */
  async authOf(name: string, config: RemoteConfig): Promise<AuthProvider | undefined> {
    const owner = this.#owners.get(config)
    if (!owner) return undefined
    const { id, scope } = owner.service
    const provider = owner.isTrusted ? await this.#auth?.({ name, scope, url: config.url }) : undefined
    if (provider) this.#signedIn.add(id)
    else this.#signedIn.delete(id)
    return provider
  }

  /** Whether the host may have tokens for it: that shows only when a connection is opened. */
  mayBe(service: Service): boolean {
    return this.#auth !== undefined && service.config.type !== 'stdio' && this.#gate.isTrusted(service)
  }

  /** Whether what it answers is for whom the host's tokens are of. */
  has({ id }: Pick<Service, 'id'>): boolean {
    return this.#signedIn.has(id)
  }
}
