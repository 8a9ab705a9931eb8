import type { Scope } from '@mcpstore/storage'

/** Tokens as an authorization server gives them; unknown fields are kept. */
export interface AuthTokens {
  access_token: string
  token_type?: string | undefined
  refresh_token?: string | undefined
  /** Seconds. */
  expires_in?: number | undefined
  scope?: string | undefined
  [field: string]: unknown
}

/** A client as an authorization server knows it; unknown fields are kept. */
export interface AuthClient {
  client_id: string
  client_secret?: string | undefined
  [field: string]: unknown
}

type Now<T> = T | Promise<T>

/** Gives the tokens for one service. Alone it is for a host that keeps them fresh itself. */
export interface TokenProvider {
  /** Asked for each request, and once more where the server refuses what it gave. `undefined` is none. */
  tokens(): Now<AuthTokens | undefined>
  /** What errors tell the user to do when there are none. Default: to sign in in the program that gives them. */
  readonly hint?: string
}

/**
 * Signs in to one service with OAuth 2.1: finds its authorization server, registers, refreshes tokens. It has the
 * shape of the `OAuthClientProvider` of the MCP SDK, so every one of those will do. What a `save` method is given has to
 * be given back unchanged.
 */
export interface OAuthProvider extends TokenProvider {
  saveTokens(tokens: AuthTokens): Now<void>
  /** Where the user comes back to. Without one nobody signs in: the client has credentials of its own. */
  readonly redirectUrl: string | URL | undefined
  /** What the client says about itself when it registers. */
  readonly clientMetadata: { redirect_uris: string[]; [field: string]: unknown }
  readonly clientMetadataUrl?: string
  clientInformation(): Now<AuthClient | undefined>
  saveClientInformation?(client: AuthClient): Now<void>
  state?(): Now<string>
  saveCodeVerifier(codeVerifier: string): Now<void>
  codeVerifier(): Now<string>
  /** The user has to sign in there. Called at each attempt to connect until there are tokens. */
  redirectToAuthorization(url: URL): Now<void>
  /**
   * The address that the user came back to, or the code in it alone, which will not do where the authorization server says
   * in that address who it is. Asked before, and after `redirectToAuthorization`, which may wait for the user. Each is to be
   * given once.
   */
  authorizationCode?(): Now<string | URL | undefined>
  /** Runs `renew` while no other process that shares these tokens does: it asks `tokens()` again before it renews them. */
  alone?(renew: () => Promise<void>): Promise<void>
  invalidateCredentials?(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): Now<void>
}

export type AuthProvider = TokenProvider | OAuthProvider

/** The service that tokens are asked for. Look at the URL, not only at the name: it is where they are sent. */
export interface AuthQuestion {
  readonly name: string
  /** Whose it is: the store and each agent may have one of this name. */
  readonly scope: Scope
  /** Placeholders filled in. */
  readonly url: string
}

/** The host's answer to who signs in to a remote service, if anybody. */
export type AuthOption = (service: AuthQuestion) => Now<AuthProvider | undefined>
