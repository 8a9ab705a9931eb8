import type { IncomingMessage } from 'node:http'
import type { RemoteConfig } from '../../config/service-config.ts'
import { serviceWords } from '../../config/shell-words.ts'
import { asError, storeError } from '../../errors.ts'
import type { AuthQuestion, OAuthProvider } from '../auth-provider.ts'
import { redacted } from '../redacted.ts'
import { endpointOf } from './endpoint.ts'
import { networkVerdict } from './network.ts'
import { createPlainFetch } from './plain-fetch.ts'
import { hasAuthorization } from './provider.ts'
import { Registration } from './registration.ts'
import { NoToken, Signer } from './signer.ts'
import { Wire } from './wire.ts'

const TURNED_AWAY = new Set([401, 403])
const OWN_CREDENTIALS = `Put what its provider gives its users into "headers" of its config, for example "Authorization": "Bearer \${TOKEN}".`

/**
 * Asks a service for nothing, so that it says who signs in to it, and signs in as it says; the provider has the tokens
 * then, if the service wants any.
 * @throws `usage` where the config has credentials of its own, `auth_required`, `unreachable`, `bad_config`
 */
export async function signInTo(
  { name: service, scope }: Pick<AuthQuestion, 'name' | 'scope'>,
  config: RemoteConfig,
  provider: OAuthProvider,
): Promise<void> {
  const endpoint = endpointOf(service, config)
  const { url, headers } = endpoint
  if (hasAuthorization(endpoint)) {
    throw storeError('usage', `the config of service "${service}" has credentials of its own`, {
      hint: 'They are used instead of tokens. To sign in, remove "Authorization" from its "headers".',
    })
  }
  const wire = new Wire()
  const registration = new Registration(createPlainFetch(wire))
  const signer = new Signer({ provider, url, fetch: registration.fetch })
  // A notification opens no session, and gets no answer that would have to be waited for.
  const request =
    config.type === 'sse'
      ? { method: 'GET', body: undefined }
      : { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }) }
  const send = (token: string | undefined): Promise<IncomingMessage> =>
    wire.send(url, {
      ...request,
      headers: {
        'user-agent': 'mcpstore',
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    })
  try {
    const answer = await signer.sign(send)
    answer.destroy()
    if (!TURNED_AWAY.has(answer.statusCode ?? 0)) return
    throw storeError(
      'auth_required',
      `service "${service}" refuses the token that signing in brought (HTTP ${answer.statusCode})`,
      { hint: 'Sign in as somebody who may use it.' },
    )
  } catch (thrown) {
    if (!(thrown instanceof NoToken)) throw failed(thrown, service, config, url)
    const text = redacted(thrown.message, config)
    if (thrown.why === 'passing') {
      throw storeError('unreachable', `signing in to service "${service}" failed: ${text}`, {
        hint: 'Try again later, or see whether its authorization server runs.',
        cause: thrown,
      })
    }
    if (registration.isRefused(thrown)) {
      if (!registration.isDescribed) {
        const message = `service "${service}" wants credentials, and names nobody to sign in to`
        throw storeError('auth_required', message, { hint: OWN_CREDENTIALS, cause: thrown })
      }
      const reads = provider.clientMetadataUrl === undefined ? '' : ' and reads no client metadata'
      const refuses = registration.isMissing(thrown)
        ? 'registers no clients'
        : `refused to register a client: ${text}`
      const message = `nobody signed in to service "${service}": its authorization server ${refuses}${reads}`
      throw storeError('auth_required', message, {
        hint: `Register one there yourself, with the redirect address http://127.0.0.1/callback, and give its id: mcpstore login ${serviceWords(service, scope)} --client-id ID (signIn with client)`,
        cause: thrown,
      })
    }
    throw storeError('auth_required', `nobody signed in to service "${service}": ${text}`, {
      hint: 'Try again; or give it the credentials that its provider names, in "headers" of its config.',
    })
  } finally {
    wire.close()
  }
}

function failed(thrown: unknown, service: string, config: RemoteConfig, { host }: URL): Error {
  const error = asError(thrown)
  if ('hint' in error) return error
  const { words, hint } = networkVerdict(error, host)
  return storeError('unreachable', `service "${service}" ${redacted(words, config)}`, { hint })
}
