import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { fields } from '../facts.ts'
import { type Redact, reason } from './oauth-refusal.ts'

/** What an authorization server says of itself. */
interface Issuer {
  name: string
  /** It names itself wherever it sends a user back. */
  isNamedWithCodes: boolean
}

const metadataPath = /^(.*)\/\.well-known\/(?:oauth-authorization-server|openid-configuration)(.*)$/

/**
 * Holds authorization servers to their names: what one says of another is not believed (RFC 8414, 3.3), and a code goes
 * only to the one that gave it (RFC 9207). The SDK's sign-in compares neither. One for each time that somebody signs in.
 */
export class IssuerCheck {
  readonly #cameBack: string | URL | undefined
  readonly #redact: Redact
  /** The service has said who its authorization server is. One of 2025-03 does not: it may be anywhere at the same host. */
  #isSentThere = false
  #issuer: Issuer | undefined

  /** `cameBack`: the code that the user came back with, or the address. */
  constructor(cameBack: string | URL | undefined, redact: Redact) {
    this.#cameBack = cameBack
    this.#redact = redact
  }

  /** @throws when the user came back without one */
  get code(): string | undefined {
    if (!(this.#cameBack instanceof URL)) return this.#cameBack
    const query = this.#cameBack.searchParams
    const code = query.get('code')
    if (code) return code
    const why = reason(query.get('error'), query.get('error_description'), this.#redact)
    throw new Error(`the user came back without a code${why}`)
  }

  /** A `fetch` that rejects where a name is not the one that it should be. */
  watch(fetch: FetchLike): FetchLike {
    return async (url, init) => {
      const isPost = init?.method === 'POST'
      if (isPost && isExchange(init.body)) this.#checkSender()
      const response = await fetch(url, init)
      if (isPost || !response.ok) return response
      const said: unknown = await response
        .clone()
        .json()
        .catch(() => undefined)
      this.#hear(new URL(url), fields(said))
      return response
    }
  }

  #hear(url: URL, said: Record<string, unknown>): void {
    this.#isSentThere ||= Array.isArray(said['authorization_servers'])
    const asked = askedFor(url)
    const name = said['issuer']
    // What has no name is no metadata; the SDK says so.
    if (asked === undefined || typeof name !== 'string') return
    const isItself = withoutSlash(name) === asked || (!this.#isSentThere && isAt(url, name))
    if (!isItself) throw new Error(`the authorization server ${asked} says that it is ${withoutSlash(name)}`)
    this.#issuer = { name, isNamedWithCodes: said['authorization_response_iss_parameter_supported'] === true }
  }

  /** Character by character, as the RFC wants it. */
  #checkSender(): void {
    if (!this.#issuer) return
    const { name, isNamedWithCodes } = this.#issuer
    const came = this.#cameBack
    const sender = came instanceof URL ? came.searchParams.get('iss') : null
    if (sender === name || (sender === null && !isNamedWithCodes)) return
    if (sender !== null) throw new Error(`the code that the user came back with is not from ${name}`)
    const why = came instanceof URL ? 'which does not stand there' : 'which authorizationCode() did not give'
    throw new Error(`${name} names itself in the address that the user comes back to, ${why}`)
  }
}

/** Which authorization server this is the address of the metadata of, if of any. */
function askedFor({ origin, pathname }: URL): string | undefined {
  const [, before, after] = metadataPath.exec(pathname) ?? []
  return before === undefined ? undefined : withoutSlash(`${origin}${before}${after}`)
}

/** In the one spelling, if it is an address; whether there is a slash at its end is not told by where its metadata are. */
function withoutSlash(name: string): string {
  const spelled = URL.canParse(name) ? new URL(name).href : name
  return spelled.endsWith('/') ? spelled.slice(0, -1) : spelled
}

function isAt({ origin }: URL, name: string): boolean {
  return URL.canParse(name) && new URL(name).origin === origin
}

function isExchange(body: unknown): boolean {
  return new URLSearchParams(String(body)).get('grant_type') === 'authorization_code'
}
