import type { Parts } from '../parts.ts'
import { NO_STAMP } from '../records/stamp.ts'

/**
 * Whether anybody can know what the dataspace holds: it was read, or what this machine keeps was whole once, or tells of what
 * was removed. What was never read may hold anything.
 */
export function isKnown({ link, mirror, replica }: Pick<Parts, 'link' | 'mirror' | 'replica'>): boolean {
  if (link.confirmed !== undefined) return true
  if (!mirror || mirror.problem) return false
  const wasWhole = mirror.origin.history !== ''
  return wasWhole || replica.cleared !== NO_STAMP || replica.records().some(({ json }) => json === null)
}
