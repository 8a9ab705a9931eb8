import type { IncomingMessage } from 'node:http'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { redactText } from '../../config/redaction/secrets.ts'
import { asError } from '../../errors.ts'
import type { AuthClient, AuthProvider, OAuthProvider } from '../auth-provider.ts'
import { Answer } from './answer.ts'
import { IssuerCheck } from './issuer.ts'
import { type Redact, refusalOf } from './oauth-refusal.ts'

/** A request was turned away for want of a token. */
export class NoToken extends Error {
  /** `sign-in`: somebody has to help. `passing`: the authorization server is out of order. `failed`: it said no. */
  readonly why: 'sign-in' | 'passing' | 'failed'

  constructor(why: NoToken['why'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.why = why
  }
}

export interface SignerOptions {
  provider: AuthProvider
  /** Of the service. */
  url: URL
  /** Reaches the authorization server. */
  fetch: FetchLike
}

/** What is being done about a token that was refused. */
interface Flight {
  refused: string | undefined
  server: string
  done: Promise<void>
}

/** Where tokens are being renewed. An authorization server may take it for theft if a refresh token is used twice. */
const flights = new WeakMap<AuthProvider, Flight>()

/** Puts the tokens of a host's provider on requests to one service, and gets others where they are refused. */
export class Signer {
  readonly #provider: AuthProvider
  readonly #url: URL
  readonly #fetch: FetchLike
  /** Must not be shown. */
  #secrets: string[] = []

  /** What its user does where somebody has to sign in. */
  get hint(): string | undefined {
    return this.#provider.hint
  }

  constructor({ provider, url, fetch }: SignerOptions) {
    this.#provider = provider
    this.#url = url
    this.#fetch = fetch
  }

  /**
   * Sends a request with a token, and where that is refused, which proves that nothing ran, once more with another.
   * @throws `NoToken`, and what `send` throws
   */
  async sign(send: (token: string | undefined) => Promise<IncomingMessage>): Promise<IncomingMessage> {
    let token = await this.#token()
    let answer = await send(token)
    // A token may be too old, and the next one be good for too little.
    for (const isRefusal of [isDenial, wantsMore]) {
      if (!isRefusal(answer)) continue
      answer.destroy()
      await this.#renewed(token, answer)
      token = await this.#token()
      answer = await send(token)
    }
    return answer
  }

  /** A text that came from outside without the tokens it may repeat. */
  hide(text: string): string {
    return redactText(text, this.#secrets)
  }

  async #token(): Promise<string | undefined> {
    try {
      const tokens = await this.#provider.tokens()
      this.#secrets = [tokens?.access_token, tokens?.refresh_token].filter((secret) => secret !== undefined)
      return tokens?.access_token
    } catch (error) {
      throw new NoToken('failed', asError(error).message, { cause: error })
    }
  }

  /** Resolves when there may be another token than the one that was refused; once for all who wait for it. */
  async #renewed(refused: string | undefined, answer: IncomingMessage): Promise<void> {
    const server = this.#url.href
    for (;;) {
      const running = flights.get(this.#provider)
      if (running?.refused === refused && running?.server === server) return running.done
      if (!running) break
      await running.done.catch(() => {})
    }
    const done = this.#renewAlone(refused, answer).finally(() => flights.delete(this.#provider))
    flights.set(this.#provider, { refused, server, done })
    return done
  }

  /** Keeps out those in other processes who share the tokens, where the provider knows how. */
  async #renewAlone(refused: string | undefined, answer: IncomingMessage): Promise<void> {
    const renew = (): Promise<void> => this.#renew(refused, answer)
    const provider = this.#provider
    if (!isOAuth(provider) || !provider.alone) return renew()
    try {
      await provider.alone(renew)
    } catch (error) {
      throw error instanceof NoToken
        ? error
        : new NoToken('passing', asError(error).message, { cause: error })
    }
  }

  async #renew(refused: string | undefined, answer: IncomingMessage): Promise<void> {
    // Somebody else, in another process perhaps, may have done it.
    if ((await this.#token()) !== refused) return
    if (!isOAuth(this.#provider)) throw new NoToken('sign-in', 'there is no other token')
    if (!(await this.#signIn(this.#provider, answer))) throw new NoToken('sign-in', 'nobody signed in')
  }

  /** Whether there is another token now. */
  async #signIn(provider: OAuthProvider, turnedAway: IncomingMessage): Promise<boolean> {
    const { auth, extractWWWAuthenticateParams } = await import('@modelcontextprotocol/sdk/client/auth.js')
    const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(
      new Answer(turnedAway, '').asResponse(),
    )
    let outage: Error | undefined
    let refusal: string | undefined
    const instead: Partial<OAuthProvider> & { discoveryState: undefined } = {
      // What was found once is not believed again: a code is worth as much as the server that it is sent to.
      discoveryState: undefined,
      async redirectToAuthorization(url) {
        // The SDK asks for a new sign-in also where a refresh failed in passing: no reason to bother somebody.
        if (outage) throw outage
        await provider.redirectToAuthorization(url)
      },
      // Refreshed, a token is good for no more than it was.
      ...(wantsMore(turnedAway) && { tokens: () => undefined }),
    }
    const ask = async (cameBack: string | URL | undefined): Promise<boolean> => {
      const check = new IssuerCheck(cameBack, await this.#redaction(provider))
      const { code } = check
      const found = await auth(withThese(provider, instead), {
        serverUrl: this.#url,
        fetchFn: check.watch(
          noting(this.#fetch, {
            outage: (error) => {
              outage = error
            },
            refusal: (words) => {
              refusal = words
            },
            redaction: () => this.#redaction(provider),
          }),
        ),
        ...(resourceMetadataUrl && { resourceMetadataUrl }),
        ...(scope !== undefined && { scope }),
        ...(code !== undefined && { authorizationCode: code }),
      })
      return found === 'AUTHORIZED'
    }
    try {
      if (await ask(await provider.authorizationCode?.())) return true
      const cameBack = await provider.authorizationCode?.()
      return cameBack !== undefined && (await ask(cameBack))
    } catch (error) {
      // What the SDK makes of a refusal is its description alone, if it has one.
      const words = refusal !== undefined && 'errorCode' in asError(error) ? refusal : asError(error).message
      const message = (await this.#redaction(provider))(words)
      const cause = message === asError(error).message ? error : undefined
      throw new NoToken(outage ? 'passing' : 'failed', message, { cause })
    }
  }

  /** Hides the secret of the client, too. */
  async #redaction(provider: OAuthProvider): Promise<Redact> {
    const { client_secret } = Object(await clientOf(provider)) as Partial<AuthClient>
    const secrets = client_secret === undefined ? [] : [client_secret]
    return (text) => redactText(this.hide(text), secrets)
  }
}

function isOAuth(provider: AuthProvider): provider is OAuthProvider {
  return 'clientMetadata' in provider
}

/** The client, if there is one. */
async function clientOf(provider: OAuthProvider): Promise<AuthClient | undefined> {
  try {
    return await provider.clientInformation()
  } catch {
    return undefined
  }
}

function isDenial({ statusCode }: IncomingMessage): boolean {
  return statusCode === 401
}

function wantsMore({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 403 && /\binsufficient_scope\b/.test(headers['www-authenticate'] ?? '')
}

/** The provider, as the SDK asks it, with other members in place of some. */
function withThese(provider: OAuthProvider, members: Partial<OAuthProvider>): OAuthClientProvider {
  const get = (target: OAuthProvider, name: string | symbol): unknown => {
    if (Object.hasOwn(members, name)) return Reflect.get(members, name)
    const value: unknown = Reflect.get(target, name)
    return typeof value === 'function' ? value.bind(target) : value
  }
  return new Proxy(provider, { get }) as unknown as OAuthClientProvider
}

/** A `fetch` that tells why a POST got no answer of use: what was said, and whether that may pass. */
function noting(
  fetch: FetchLike,
  tell: { outage(error: Error): void; refusal(words: string): void; redaction(): Promise<Redact> },
): FetchLike {
  return async (url, init) => {
    const isPost = init?.method === 'POST'
    try {
      const response = await fetch(url, init)
      if (!isPost || response.ok) return response
      const words = await refusalOf(url, response, await tell.redaction())
      tell.refusal(words)
      if (response.status >= 500) tell.outage(new Error(words))
      return response
    } catch (error) {
      if (isPost) tell.outage(asError(error))
      throw error
    }
  }
}
