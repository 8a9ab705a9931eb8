import type { RemoteConfig } from '../../config/service-config.ts'
import { asError, storeError } from '../../errors.ts'
import type { AuthProvider, AuthSource } from '../auth-provider.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Who signs in to a service: nobody where its config has credentials of its own.
 * @throws `auth_required` when the host fails to say, `usage` when what it says is no provider
 */
export async function providerOf(
  service: string,
  { config, endpoint, auth }: { config: RemoteConfig; endpoint: Endpoint; auth: AuthSource | undefined },
): Promise<AuthProvider | undefined> {
  const isSigned = Object.keys(endpoint.headers).some((name) => name.toLowerCase() === 'authorization')
  if (!auth || isSigned) return undefined
  let provider: AuthProvider | undefined
  try {
    provider = await auth(service, config)
  } catch (error) {
    const message = `the option auth failed for service "${service}": ${asError(error).message}`
    throw storeError('auth_required', message, { cause: error })
  }
  if (provider === undefined || typeof provider?.tokens === 'function') return provider
  throw storeError('usage', `the option auth gave something without tokens() for service "${service}"`, {
    hint: 'Give a provider, or undefined for none.',
  })
}
