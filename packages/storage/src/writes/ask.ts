import type { Backend } from '../backend.ts'
import { type ErrorDetails, StorageError } from '../errors.ts'
import { asBackendError, BackendError, type Health } from '../link/health.ts'
import type { Link } from '../link/link.ts'
import type { Patience } from '../link/patience.ts'

interface Sending extends Asking {
  link: Pick<Link, 'failed'>
}

interface Asking {
  backend: Backend
  health: Health
  patience: Patience
}

/** Asks the backend something that cannot wait in the outbox. @throws `unavailable` when it does not answer now. */
export function ask<Answer>(parts: Asking, question: () => Promise<Answer>): Promise<Answer> {
  return askIf(parts, parts.health.hopeful, question)
}

/** The same of a question that changes nothing, so that a backend that takes no writes answers it, too. */
export function askToRead<Answer>(parts: Asking, question: () => Promise<Answer>): Promise<Answer> {
  return askIf(parts, parts.health.readable, question)
}

async function askIf<Answer>(
  parts: Asking,
  hasChance: boolean,
  question: () => Promise<Answer>,
): Promise<Answer> {
  try {
    if (!hasChance) throw parts.health.error
    return await parts.patience.ask(question)
  } catch (thrown) {
    throw undecided(parts)(asBackendError(thrown))
  }
}

/** The error of a question that was not answered, or of a write that was certainly not done. */
export function undecided({ backend }: Pick<Asking, 'backend'>): (error: BackendError) => StorageError {
  return (error) => failure('unavailable', `${backend.kind} cannot decide this now: ${error.message}`, error)
}

/**
 * Sends what cannot wait in the outbox and changes something.
 * @throws `outcome_unknown` when one of the attempts got no answer, so that it may have been done, whatever was said of the
 * later ones; else what `undone` makes of the failure.
 */
export async function send<Answer>(
  { backend, health, link, patience }: Sending,
  request: () => Promise<Answer>,
  { undone, hint }: { undone: (error: BackendError) => StorageError; hint: string },
): Promise<Answer> {
  if (!health.hopeful) throw undone(health.error!)
  let unsure: BackendError | undefined
  const attempt = () =>
    request().catch((thrown) => {
      const error = asBackendError(thrown)
      if (error.unsure) unsure = error
      throw thrown
    })
  try {
    return await patience.ask(attempt)
  } catch (thrown) {
    // A defect of what was asked says nothing of the backend.
    if (thrown instanceof BackendError) link.failed(thrown)
    const error = unsure ?? asBackendError(thrown)
    if (!error.unsure) throw undone(error)
    const message = `${backend.kind} may have done it or not: ${error.message}`
    throw failure('outcome_unknown', message, { hint, cause: error })
  }
}

function failure(
  code: 'unavailable' | 'outcome_unknown',
  message: string,
  { hint, cause }: ErrorDetails,
): StorageError {
  return new StorageError(code, message, { hint, cause })
}
