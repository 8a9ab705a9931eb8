import { asError, storeError } from '../../errors.ts'
import type { AuthOption, AuthProvider, AuthQuestion } from '../auth-provider.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Who signs in to a service: nobody where its config has credentials of its own.
 * @throws `auth_required` when the host fails to say, `usage` when what it says is no provider
 */
export async function providerOf(
  question: AuthQuestion,
  endpoint: Endpoint,
  auth: AuthOption | undefined,
): Promise<AuthProvider | undefined> {
  const isSigned = Object.keys(endpoint.headers).some((name) => name.toLowerCase() === 'authorization')
  if (!auth || isSigned) return undefined
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
