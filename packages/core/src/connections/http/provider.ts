import { asError, storeError } from '../../errors.ts'
import type { AuthOption, AuthProvider, AuthQuestion } from '../auth-provider.ts'
import type { Endpoint } from './endpoint.ts'

/** Whether the config has credentials of its own. */
export function hasAuthorization({ headers }: Endpoint): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
}

/**
 * Who signs in to a service: nobody where its config has credentials of its own.
 * @throws `auth_required` when the host fails to say, `usage` when what it says is no provider
 */
export async function providerOf(
  question: AuthQuestion,
  endpoint: Endpoint,
  auth: AuthOption | undefined,
): Promise<AuthProvider | undefined> {
  if (!auth || hasAuthorization(endpoint)) return undefined
  let provider: AuthProvider | undefined
  try {
    provider = await auth(question)
  } catch (error) {
    const message = `the option auth failed for service "${question.name}": ${asError(error).message}`
    throw storeError('auth_required', message, { cause: error })
  }
  if (provider === undefined || typeof provider?.tokens === 'function') return provider
  throw storeError(
    'usage',
    `the option auth gave something without tokens() for service "${question.name}"`,
    {
      hint: 'Give a provider, or undefined for none.',
    },
  )
}
