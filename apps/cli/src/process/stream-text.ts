import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { usageError } from '../failures/cli-error.ts'

/** As much as a config file may have; a stream without an end must not fill the memory. */
const MAX_INPUT_BYTES = 16 * 1024 * 1024

/** All of a stream as UTF-8 text. Throws `usage`, naming it, when there is more than 16 MiB. */
export async function readAll(stream: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  return (await readBytes(stream, name)).toString('utf8')
}

/** All of a stream. Throws `usage`, naming it, when there is more than 16 MiB. */
export async function readBytes(stream: AsyncIterable<Uint8Array>, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > MAX_INPUT_BYTES)
      throw usageError(`there is more than 16 MiB on ${name}`, 'Give it less, or a file.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * All of what is written into a named pipe. It is not read as a file: that keeps a thread, which would wait for a
 * writer even when the program is to end.
 */
export async function readPipe(path: string, name: string): Promise<string> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return readAll(new Socket({ fd, readable: true, writable: false }), name)
}
