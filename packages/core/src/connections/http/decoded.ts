import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

/** The body of an answer, unpacked where it was packed, which nobody asked for. It fails as the body does. */
export async function decoded(answer: IncomingMessage): Promise<Readable> {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return answer
  const [{ pipeline }, zlib] = await Promise.all([import('node:stream'), import('node:zlib')])
  // What stands at the end of a packet is passed on at once: it may be an event that somebody waits for.
  const unpack: Record<string, () => NodeJS.ReadWriteStream> = {
    gzip: zlib.createGunzip,
    'x-gzip': zlib.createGunzip,
    deflate: zlib.createInflate,
    br: zlib.createBrotliDecompress,
  }
  const unpacker = Object.hasOwn(unpack, encoding) ? unpack[encoding] : undefined
  if (!unpacker) {
    answer.destroy()
    throw new Error(`its answer is packed as ${encoding}, which was not asked for`)
  }
  return pipeline(answer, unpacker(), () => {}) as unknown as Readable
}
