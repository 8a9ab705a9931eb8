import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { asideOf } from './log-file.ts'

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** A log that others append to and put aside, read from its beginning and then again for what is new. */
export class GrowingFile {
  readonly #path: string
  /** The file that was read last, and how far, in bytes. */
  #read: { identity: number; offset: number } | undefined
  /** A line whose end is not there yet. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: string) {
    this.#path = path
  }

  /** The whole lines that were not read yet. @throws what the file system says, but for a file that is not there */
  async newLines(): Promise<string[]> {
    const current = await opened(this.#path)
    if (!current) return []
    try {
      const { ino, size } = await current.stat()
      const bytes: Buffer[] = []
      if (this.#read?.identity !== ino) {
        bytes.push(await this.#older(ino))
        this.#read = { identity: ino, offset: 0 }
      } else if (size < this.#read.offset) {
        // Another file: of a service that was removed and added again. A file system gives the same number out again.
        this.#read.offset = 0
        this.#rest = Buffer.alloc(0)
      }
      const { offset } = this.#read
      bytes.push(await piece(current, offset, size))
      this.#read.offset = Math.max(offset, size)
      return this.#linesOf(Buffer.concat([this.#rest, ...bytes]))
    } finally {
      await current.close()
    }
  }

  /** What is left of the file that was put aside, or all of it at first. */
  async #older(current: number): Promise<Buffer> {
    const aside = await opened(asideOf(this.#path))
    if (!aside) return Buffer.alloc(0)
    try {
      const { ino, size } = await aside.stat()
      if (ino === current) return Buffer.alloc(0)
      return await piece(aside, this.#read?.identity === ino ? this.#read.offset : 0, size)
    } finally {
      await aside.close()
    }
  }

  #linesOf(bytes: Buffer): string[] {
    const end = bytes.lastIndexOf(10) + 1
    this.#rest = bytes.subarray(end)
    const text = bytes.toString('utf8', 0, end)
    return text.split('\n').filter((line) => line !== '')
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
}

async function piece(file: FileHandle, from: number, to: number): Promise<Buffer> {
  if (to <= from) return Buffer.alloc(0)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(to - from), 0, to - from, from)
  return buffer.subarray(0, bytesRead)
}
