import { StorageError } from '../errors.ts'
import type { Parts } from '../parts.ts'

/** Takes what the mirror holds for a part of the dataspace; see `Dataspace.adopt`. */
export async function adoptMirror({ health, link, mirror }: Parts): Promise<void> {
  if (!mirror) {
    throw new StorageError('usage', 'this dataspace keeps no mirror, so there is nothing to adopt', {
      hint: 'A dataspace in Redis that has a name, and a home folder, keeps one.',
    })
  }
  await link.know(mirror.origin.ids)
  const problem = health.error ?? mirror.problem
  if (!problem) return
  const { message, hint, cause } = problem
  throw new StorageError('unavailable', `the mirror was not adopted: ${message}`, { hint, cause })
}
