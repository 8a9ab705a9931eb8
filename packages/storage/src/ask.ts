import { StorageError } from './errors.ts'
import { asBackendError } from './health.ts'
import type { Parts } from './parts.ts'

/** Asks the backend something that cannot wait in the outbox. @throws `unavailable` when it does not answer now. */
export async function ask<Answer>(
  { backend, health, patience }: Parts,
  question: () => Promise<Answer>,
): Promise<Answer> {
  try {
    if (!health.hopeful) throw health.error
    return await patience.ask(question)
  } catch (thrown) {
    const { message, hint, cause } = asBackendError(thrown)
    throw new StorageError('unavailable', `${backend.kind} cannot decide this now: ${message}`, {
      hint,
      cause,
    })
  }
}
