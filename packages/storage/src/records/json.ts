import { StorageError } from '../errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** The largest value a record may hold, in bytes of its JSON. */
export const MAX_VALUE_BYTES: number = 16 * 1024 * 1024

/** The largest head a record may have, in bytes of its JSON; a value with a larger one goes without. */
export const MAX_HEAD_BYTES: number = 256 * 1024

/** A head as the text it is stored as, or `undefined` for one that is too large or is not JSON. */
export function encodeHead(head: Json): string | undefined {
  const text = textOf(head)
  return text === undefined || Buffer.byteLength(text) > MAX_HEAD_BYTES ? undefined : text
}

/**
 * A value as the text it is stored as.
 * @throws `usage` when it is not JSON or larger than `MAX_VALUE_BYTES`; the message names `key`.
 */
export function encodeValue(key: string, value: Json): string {
  const text = textOf(value)
  if (text === undefined) throw new StorageError('usage', `the value of ${key} is not JSON`)
  // A character has three bytes at most.
  if (text.length * 3 <= MAX_VALUE_BYTES) return text
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_VALUE_BYTES) {
    throw new StorageError(
      'usage',
      `the value of ${key} has ${bytes} bytes, more than the ${MAX_VALUE_BYTES} allowed`,
      {
        hint: 'Store less under this name.',
      },
    )
  }
  return text
}

function textOf(value: Json): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    // A BigInt, or a value that holds itself.
    return undefined
  }
}

/** The value behind a stored text, frozen through and through. @throws SyntaxError */
export function decodeValue(text: string): Json {
  return freeze(JSON.parse(text))
}

function freeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  // Several times as fast as over a copy of all parts.
  if (Array.isArray(value)) for (const part of value) freeze(part)
  else for (const name of Object.keys(value)) freeze((value as { [name: string]: Json })[name]!)
  return Object.freeze(value)
}
