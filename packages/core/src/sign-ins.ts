import type { AuthOption, AuthProvider, AuthQuestion } from './connections/auth-provider.ts'
import { serviceId } from './services/keys.ts'
import type { Service } from './services/registry.ts'
import type { Gate } from './trust/gate.ts'

/** Who is signed in to which service with the host's tokens. */
export class SignIns {
  readonly #auth: AuthOption | undefined
  readonly #gate: Pick<Gate, 'isTrusted'>
  /** The ids of those whose last connection was opened with tokens. */
  readonly #signedIn = new Set<string>()

  constructor(auth: AuthOption | undefined, gate: Pick<Gate, 'isTrusted'>) {
    this.#auth = auth
    this.#gate = gate
  }

  /** Asks the host who signs in, as a connection is opened to a service that is trusted. */
  async authOf(question: AuthQuestion): Promise<AuthProvider | undefined> {
    const id = serviceId(question)
    const provider = await this.#auth?.(question)
    if (provider) this.#signedIn.add(id)
    else this.#signedIn.delete(id)
    return provider
  }

  /** Whether the host may have tokens for it: that shows only when a connection is opened. */
  mayBe(service: Service): boolean {
    return this.#auth !== undefined && service.config.type !== 'stdio' && this.#gate.isTrusted(service)
  }

  /** Whether what it answers is for whom the host's tokens are of. */
  has(service: Service): boolean {
    return this.#signedIn.has(service.id) && this.mayBe(service)
  }
}
