import { isDeepStrictEqual } from 'node:util'
import { serviceWords } from '../config/shell-words.ts'
import type { AuthClient, AuthQuestion, AuthTokens, OAuthProvider } from '../connections/auth-provider.ts'
import type { GivenClient } from './sign-in-client.ts'
import type { TokenFile } from './token-file.ts'

const NOWHERE = 'http://127.0.0.1/callback'

/** Signs in with tokens that a user got before, and renews them; where he has to sign in again, nobody does. */
export class KeptProvider implements OAuthProvider {
  readonly redirectUrl: string = NOWHERE
  readonly clientMetadata: OAuthProvider['clientMetadata'] = { redirect_uris: [NOWHERE] }
  readonly hint: string
  readonly #file: TokenFile
  /** The one of the tokens that were read last: needed when they are void, and the file is gone. */
  #client: AuthClient | undefined
  #given: GivenClient | undefined
  /** Those that are being renewed. */
  #old: AuthTokens | undefined

  constructor(file: TokenFile, { name, scope }: AuthQuestion) {
    this.#file = file
    this.hint = `Sign in: mcpstore login ${serviceWords(name, scope)} (signIn)`
  }

  tokens(): AuthTokens | undefined {
    const kept = this.#file.read()
    this.#client = kept?.client ?? this.#client
    this.#given = kept?.given ?? this.#given
    return kept?.tokens
  }

  async saveTokens(tokens: AuthTokens): Promise<void> {
    const given = this.#given
    const kept = { tokens, client: this.clientInformation(), ...(given && { given }) }
    await this.#file.writeOver(this.#old, kept)
  }

  clientInformation(): AuthClient {
    if (!this.#client) throw new Error('nobody is signed in')
    return this.#client
  }

  saveClientInformation(client: AuthClient): void {
    this.#client = client
  }

  saveCodeVerifier(): void {}

  codeVerifier(): never {
    throw new Error('nobody is signing in')
  }

  redirectToAuthorization(): void {}

  /**
   * Who is stopped for long loses the lock, and what he did not see: that the user signed in anew, or out. So nothing is changed in the
   * place of other tokens than those that were renewed.
   */
  alone(renew: () => Promise<void>): Promise<void> {
    return this.#file.alone(() => {
      this.#old = this.#file.glimpse()?.tokens
      return renew()
    })
  }

  /** Told where the authorization server refused them for good. */
  async invalidateCredentials(what: string): Promise<void> {
    const isStill = isDeepStrictEqual(this.#file.glimpse()?.tokens, this.#old)
    if (isStill && (what === 'tokens' || what === 'all')) await this.#file.removeTokens()
  }
}
