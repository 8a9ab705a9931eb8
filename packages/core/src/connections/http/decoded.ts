import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

/** The body of an answer, unpacked where it was packed, which nobody asked for. It fails as the body does. */
export async function decoded(answer: IncomingMessage): Promise<Readable> {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return answer
  const [{ pipeline }, zlib] = await Promise.all([import('node:stream'), import('node:zlib')])
  // What has come of an event is passed on at once, and an end that is not quite right is one.
  const { Z_SYNC_FLUSH: flush, BROTLI_OPERATION_FLUSH: brotliFlush } = zlib.constants
  const unpack: Record<string, () => NodeJS.ReadWriteStream> = {
    gzip: () => zlib.createGunzip({ flush, finishFlush: flush }),
    'x-gzip': () => zlib.createGunzip({ flush, finishFlush: flush }),
    deflate: () => zlib.createInflate({ flush, finishFlush: flush }),
    br: () => zlib.createBrotliDecompress({ flush: brotliFlush, finishFlush: brotliFlush }),
  }
  const unpacker = Object.hasOwn(unpack, encoding) ? unpack[encoding] : undefined
  if (!unpacker) {
    answer.destroy()
    throw new Error(`its answer is packed as ${encoding}, which was not asked for`)
  }
  return pipeline(answer, unpacker(), () => {}) as unknown as Readable
}
