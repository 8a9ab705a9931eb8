import type { Check } from '../options/option-checks.ts'

/** The secret that everybody shares who may write a dataspace; `previous` ones, newest first, only open and verify. */
export type SecretOption = string | { current: string; previous?: readonly string[] }

/** Secrets to derive keys from, the current one first. */
export type Secrets = readonly string[]

/** Each that is tried costs a derivation, once. */
const MOST_PREVIOUS = 8
/** What is shorter can be found by trying, by whoever can read the dataspace. */
export const SHORTEST_SAFE = 16

const SHAPE = `a text that is not empty, or { current, previous } with up to ${MOST_PREVIOUS} previous ones`

export const secretCheck: Check = (value) => {
  if (isSecret(value)) return undefined
  if (typeof value !== 'object' || value === null) return SHAPE
  const { current, previous = [], ...rest } = value as Record<string, unknown>
  const isSound =
    isSecret(current) &&
    Array.isArray(previous) &&
    previous.length <= MOST_PREVIOUS &&
    previous.every(isSecret) &&
    Object.keys(rest).length === 0
  return isSound ? undefined : SHAPE
}

/** What was given, checked before, as a list; what comes to the same key, however its letters are composed, once. */
export function secretsOf(option: SecretOption | undefined): Secrets {
  if (option === undefined) return []
  const given = typeof option === 'string' ? [option] : [option.current, ...(option.previous ?? [])]
  return [...new Set(given.map((secret) => secret.normalize('NFC')))]
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
