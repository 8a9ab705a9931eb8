import { createHash } from 'node:crypto'
import { join } from 'node:path'

const MAX_NAME = 120
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/

/**
 * A text as a file name that is safe everywhere: lower-case ASCII, so that a file system that ignores case keeps
 * `A` and `a` apart, no name that Windows reserves, and a hash in place of what would be too long.
 */
function fileSegment(text: string): string {
  const bytes = Array.from(Buffer.from(text))
  const plain = (byte: number) => /[a-z0-9_~-]/.test(String.fromCharCode(byte))
  const escaped = (byte: number) => `%${byte.toString(16).padStart(2, '0')}`
  const name = bytes.map((byte) => (plain(byte) ? String.fromCharCode(byte) : escaped(byte))).join('')
  if (name.length > MAX_NAME) {
    return `${name.slice(0, MAX_NAME - 33)}~${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
  }
  return RESERVED.test(name) ? `%${bytes[0]!.toString(16)}${name.slice(1)}` : name
}

/** The file of a local dataspace below `home`. */
export function localFile(home: string, namespace: string, dataspace: string): string {
  return join(home, 'local', fileSegment(namespace), `${fileSegment(dataspace)}.db`)
}

/** The file of a mirror below `home`: of one dataspace on the Redis that `target` (see `targetHash`) stands for. */
export function mirrorFile(home: string, target: string, namespace: string, dataspace: string): string {
  return join(home, 'redis', target, fileSegment(namespace), `${fileSegment(dataspace)}.db`)
}
