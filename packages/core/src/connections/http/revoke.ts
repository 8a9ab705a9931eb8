import { asError } from '../../errors.ts'
import type { AuthClient, AuthTokens } from '../auth-provider.ts'
import { IssuerCheck } from './issuer.ts'
import { createPlainFetch } from './plain-fetch.ts'
import { Wire } from './wire.ts'

/** What became of tokens at the server that gave them. `not_offered`: it takes none back. */
export type Revocation = { status: 'revoked' } | { status: 'not_offered' } | { status: 'failed'; why: string }

/** Takes tokens back at their authorization server, where it offers that (RFC 7009). Never throws. */
export async function revoke(tokens: AuthTokens, client: AuthClient): Promise<Revocation> {
  const { issuer } = tokens
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return { status: 'not_offered' }
  const wire = new Wire()
  try {
    const { discoverAuthorizationServerMetadata } = await import('@modelcontextprotocol/sdk/client/auth.js')
    const fetch = createPlainFetch(wire)
    const fetchFn = new IssuerCheck(undefined, (text) => text).watch(fetch)
    const found = await discoverAuthorizationServerMetadata(new URL(issuer), { fetchFn })
    const endpoint = Object(found)['revocation_endpoint'] as unknown
    if (typeof endpoint !== 'string' || !isSafe(endpoint, issuer)) return { status: 'not_offered' }
    for (const kind of ['refresh_token', 'access_token'] as const) {
      const token = tokens[kind]
      if (token === undefined) continue
      const { status } = await fetch(endpoint, { method: 'POST', ...request(token, kind, client) })
      if (status !== 200)
        return { status: 'failed', why: `${new URL(endpoint).host} answered HTTP ${status}` }
    }
    return { status: 'revoked' }
  } catch (thrown) {
    return { status: 'failed', why: asError(thrown).message }
  } finally {
    wire.close()
  }
}

/** A token is shown to nobody on the way. */
function isSafe(endpoint: string, issuer: string): boolean {
  if (!URL.canParse(endpoint)) return false
  const { protocol, origin } = new URL(endpoint)
  return protocol === 'https:' || origin === new URL(issuer).origin
}

function request(
  token: string,
  kind: string,
  { client_id, client_secret }: AuthClient,
): { headers: Record<string, string>; body: string } {
  const form = new URLSearchParams({ token, token_type_hint: kind })
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
  if (client_secret === undefined) form.set('client_id', client_id)
  else {
    const basic = [client_id, client_secret].map(encodeURIComponent).join(':')
    headers['authorization'] = `Basic ${Buffer.from(basic).toString('base64')}`
  }
  return { headers, body: form.toString() }
}
