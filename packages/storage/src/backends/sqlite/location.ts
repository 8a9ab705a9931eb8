import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const MAX_NAME = 120
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/

/**
 * A text as a file name that is safe everywhere: lower-case ASCII, so that a file system that ignores case keeps
 * `A` and `a` apart, no name that Windows reserves, and a hash in place of what would be too long.
 */
export function fileSegment(text: string): string {
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

/**
 * The files of the local dataspaces of a namespace; the name of one is `undefined` that was too long to be told.
 * @throws what the file system says, where there may be some
 */
export async function localFiles(
  home: string,
  namespace: string,
): Promise<{ file: string; name: string | undefined }[]> {
  const folder = dirname(localFile(home, namespace, 'x'))
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const segments = files.flatMap((file) => (file.endsWith('.db') ? [file.slice(0, -'.db'.length)] : []))
  return segments.map((segment) => ({ file: join(folder, `${segment}.db`), name: textOf(segment) }))
}

/** The text behind a file name, or `undefined` where it cannot be told. */
function textOf(segment: string): string | undefined {
  try {
    const text = decodeURIComponent(segment)
    return fileSegment(text) === segment ? text : undefined
  } catch {
    return undefined
  }
}

/** The file of a mirror below `home`: of one dataspace on the Redis that `target` (see `targetHash`) stands for. */
export function mirrorFile(home: string, target: string, namespace: string, dataspace: string): string {
  return join(home, 'redis', target, fileSegment(namespace), `${fileSegment(dataspace)}.db`)
}
