import { fstatSync, writeSync } from 'node:fs'

/** What the program uses of a stream that it writes to. */
export interface TextStream {
  readonly writable: boolean
  readonly isTTY: boolean
  readonly columns: number
  /** Calls `done` when the text has left the process, or cannot any more. */
  write(text: string, done?: () => void): unknown
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

/** As much as an idle pipe takes without waiting for its reader, on Linux and on macOS. */
const AT_ONCE_BYTES = 16_384

/**
 * A standard stream that Node opens only for what needs it, a terminal or much text: that loads the network modules,
 * which takes 3 ms. A little text for a file or a pipe is written as it is.
 */
export function standardStream(fd: number, open: () => NodeJS.WriteStream): TextStream {
  const listeners: ((error: NodeJS.ErrnoException) => void)[] = []
  let room = takesText(fd) ? AT_ONCE_BYTES : 0
  let closed = false
  let opened: NodeJS.WriteStream | undefined

  const stream = (): NodeJS.WriteStream => {
    if (opened) return opened
    opened = open()
    for (const listener of listeners) opened.on('error', listener)
    return opened
  }
  const plain = room > 0

  /** Answers how many bytes need not be written any more. */
  function writeNow(bytes: Uint8Array): number {
    if (closed) return bytes.length
    try {
      return writeSync(fd, bytes)
    } catch (thrown) {
      const error = thrown as NodeJS.ErrnoException
      // Somebody else made the pipe one that does not wait, and it is full.
      if (error.code === 'EAGAIN') return 0
      closed = true
      for (const listener of listeners) listener(error)
      return bytes.length
    }
  }

  return {
    get writable() {
      return opened ? opened.writable : !closed
    },
    get isTTY() {
      return plain ? false : stream().isTTY
    },
    get columns() {
      return stream().columns
    },
    write(text, done = () => {}) {
      const bytes = Buffer.from(text)
      const written = !opened && bytes.length <= room ? writeNow(bytes) : 0
      room -= written
      if (plain && !opened && written === bytes.length) done()
      else stream().write(bytes.subarray(written), done)
    },
    on(event, listener) {
      listeners.push(listener)
      opened?.on(event, listener)
    },
  }
}

function takesText(fd: number): boolean {
  if (process.platform === 'win32') return false
  // As bigints: Node keeps the other figures of its last question, and where they were of a pipe it resolves no symbolic
  // link any more, so that packages are not found.
  const kind = fstatSync(fd, { bigint: true })
  return kind.isFile() || kind.isFIFO() || kind.isSocket()
}
