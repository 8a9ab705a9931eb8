import type { AuthClient, AuthProvider, AuthTokens, OAuthProvider } from '../src/connections/auth-provider.ts'
import { type Connection, createConnector } from '../src/connections/index.ts'
import { later, type Remote, remoteConfig } from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }

/** A host with one user, who signs in when he is told where, unless he `isAway`. */
export class Host implements OAuthProvider {
  readonly redirectUrl = 'http://127.0.0.1:1/back'
  readonly clientMetadata = {
    redirect_uris: ['http://127.0.0.1:1/back'],
    scope: undefined as string | undefined,
  }
  isAway = false
  /** Tells only the code of the address that the user came back to. */
  tellsCodeOnly = false
  redirects = 0
  kept: AuthTokens | undefined
  #client: AuthClient | undefined
  #verifier = ''
  #cameBack: URL | undefined

  tokens = (): AuthTokens | undefined => this.kept
  saveTokens(tokens: AuthTokens): void {
    this.kept = tokens
  }
  clientInformation = (): AuthClient | undefined => this.#client
  saveClientInformation(client: AuthClient): void {
    this.#client = client
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }
  codeVerifier = (): string => this.#verifier
  async redirectToAuthorization(url: URL): Promise<void> {
    this.redirects++
    if (this.isAway) return
    const { headers } = await fetch(url, { redirect: 'manual' })
    this.#cameBack = new URL(headers.get('location') ?? '')
  }
  authorizationCode(): string | URL | undefined {
    const address = this.#cameBack
    this.#cameBack = undefined
    return this.tellsCodeOnly ? (address?.searchParams.get('code') ?? undefined) : address
  }
  invalidateCredentials(scope: string): void {
    if (scope === 'all' || scope === 'tokens') this.kept = undefined
    if (scope === 'all' || scope === 'client') this.#client = undefined
  }
}

/** A connection to a server, as whoever the provider signs in. It is closed after the test. */
export async function connectAs(
  provider: AuthProvider | undefined,
  remote: Remote,
  type: 'http' | 'sse' = 'http',
): Promise<Connection> {
  const connector = createConnector({ auth: async () => provider })
  const connection = await connector.connect('demo', remoteConfig(remote.url, { type }), patient)
  later(() => connection.close())
  return connection
}
