import { randomBytes } from 'node:crypto'
import type { AuthClient, AuthTokens, OAuthProvider } from '../connections/auth-provider.ts'
import type { Loopback } from './loopback.ts'
import type { SignInClient } from './sign-in-client.ts'
import type { Credentials } from './token-file.ts'

/** Takes the user to where he signs in. `take` is for an address that he brings back himself; it says whether it fits. */
export type Opener = (url: string, take: (address: string) => boolean) => void | Promise<void>

interface LoginOptions {
  open: Opener
  /** Rejects when the user is waited for no longer. */
  ended: Promise<never>
  client?: SignInClient | undefined
  /** The same client as it signed in before. It names its authorization server, and no other one is told its secret. */
  known?: AuthClient | undefined
}

/** Signs a user in, with a client that is known there, or one that is registered for this once. Keeps nothing. */
export class LoginProvider implements OAuthProvider {
  readonly redirectUrl: string
  readonly clientMetadata: OAuthProvider['clientMetadata']
  readonly clientMetadataUrl?: string
  readonly #back: Loopback
  readonly #open: Opener
  readonly #ended: Promise<never>
  #tokens: AuthTokens | undefined
  #client: AuthClient | undefined
  #verifier = ''
  #state = ''
  #cameBack: URL | undefined

  constructor(back: Loopback, { open, ended, client, known }: LoginOptions) {
    this.#back = back
    this.#open = open
    this.#ended = ended
    if (client && 'id' in client) {
      this.#client = known ?? {
        client_id: client.id,
        ...(client.secret !== undefined && { client_secret: client.secret }),
      }
    } else if (client) this.clientMetadataUrl = client.metadataUrl
    this.redirectUrl = back.url
    this.clientMetadata = {
      client_name: 'mcpstore',
      redirect_uris: [back.url],
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
  }

  /** What signing in brought. */
  get credentials(): Credentials | undefined {
    return this.#tokens && this.#client ? { tokens: this.#tokens, client: this.#client } : undefined
  }

  tokens(): AuthTokens | undefined {
    return this.#tokens
  }

  saveTokens(tokens: AuthTokens): void {
    this.#tokens = tokens
  }

  clientInformation(): AuthClient | undefined {
    return this.#client
  }

  saveClientInformation(client: AuthClient): void {
    if (this.clientMetadataUrl !== undefined && client.client_id !== this.clientMetadataUrl) {
      throw new Error('its authorization server reads no client metadata, and would register another client')
    }
    this.#client = client
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }

  codeVerifier(): string {
    return this.#verifier
  }

  /** A new one each time: it tells this sign-in from what somebody else sends a browser to. */
  state(): string {
    this.#state = randomBytes(32).toString('base64url')
    return this.#state
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    // What opens it could do other things with other addresses.
    if (!/^https?:$/.test(url.protocol)) throw new Error(`one does not sign in at ${url.protocol} addresses`)
    const came = this.#back.expect(this.#state)
    const take = (address: string): boolean => URL.canParse(address) && this.#back.offer(new URL(address))
    await Promise.race([this.#open(url.href, take), this.#ended])
    this.#cameBack = await Promise.race([came, this.#ended])
  }

  authorizationCode(): URL | undefined {
    const address = this.#cameBack
    this.#cameBack = undefined
    return address
  }
}
