import { join } from 'node:path'
import type { AuthOption, AuthProvider, AuthQuestion } from '../connections/auth-provider.ts'
import { homeFolder } from '../home.ts'
import type { ResolvedOptions } from '../options/store-options.ts'
import { serviceId } from '../services/keys.ts'
import type { Service } from '../services/registry.ts'
import { keepsFiles } from '../trust/approvals-of.ts'
import type { Gate } from '../trust/gate.ts'
import { KeptTokens } from './kept-tokens.ts'

export type SignInsOptions = Pick<ResolvedOptions, 'auth' | 'home' | 'local' | 'env'>

/** Who is signed in to which service: with the host's tokens where it gives some, else with those that the user has. */
export class SignIns {
  readonly #auth: AuthOption | undefined
  readonly #gate: Pick<Gate, 'isTrusted' | 'isOwn'>
  /** Where the user's own are, if they are used. */
  readonly kept: KeptTokens | undefined
  /** The ids of those whose last connection was opened with tokens. */
  readonly #signedIn = new Set<string>()

  constructor({ auth, ...places }: SignInsOptions, gate: Pick<Gate, 'isTrusted' | 'isOwn'>) {
    this.#auth = auth
    const keeps = auth === undefined && keepsFiles(places)
    this.kept = keeps ? new KeptTokens(join(homeFolder(places), 'tokens')) : undefined
    this.#gate = gate
  }

  /** Asks the host who signs in, as a connection is opened to a service that is trusted. */
  async authOf(question: AuthQuestion): Promise<AuthProvider | undefined> {
    const id = serviceId(question)
    const provider = this.#auth ? await this.#auth(question) : this.kept?.providerOf(question)
    if (provider) this.#signedIn.add(id)
    else this.#signedIn.delete(id)
    return provider
  }

  /** Whether it may be connected with tokens of one user, and answer for him alone: that shows only when a connection is opened. */
  mayBe(service: Service): boolean {
    if (service.config.type === 'stdio' || !this.#gate.isTrusted(service)) return false
    // What is in a dataspace of the user's own is for him alone anyway.
    return this.#auth !== undefined || (!this.#gate.isOwn && this.kept?.has(service) === true)
  }

  /** Whether what it answers is for whom the tokens are of. */
  has(service: Service): boolean {
    return this.#signedIn.has(service.id) && this.mayBe(service)
  }
}
