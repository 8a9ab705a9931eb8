import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { McpStoreError } from '@mcpstore/storage'
import { asError, storeError } from '../errors.ts'

const OTHERS_MAY_WRITE = 0o022
/** What to do where the way to a file leads nowhere. */
export const REACH =
  'Make its folder one that you may enter, or use another with --home or MCPSTORE_HOME (home).'
/** How much is read at once, in bytes, of what is read line by line. */
const CHUNK = 256 * 1024

/** One line, without its end. */
export interface Line {
  /** Where in the file it begins, in bytes. */
  at: number
  /** Good until the next line is read. */
  bytes: Buffer
}

/** Where something stands in a file, in bytes. */
export interface Span {
  at: number
  length: number
}

/** What stands in a private file, as it was when it was opened. */
export interface PrivateText {
  whole(): string
  lines(): Iterable<Line>
  /** Reads what stands in one place of it, later on. @throws `storage` when it is another file by then */
  piece<Content>(place: Span, read: (text: string) => Content): Content
}

/** What is said of a private file that must not be believed. */
export interface Disbelief {
  /** What becomes of it: ends the sentence that begins with its path. */
  disbelieved: string
  /** What to do about one with something else in it. */
  remedy: string
}

/** Which file lies there, and which state of it; empty where there is none. @throws `storage` where nobody can look */
export function identityOf(path: string, { disbelieved }: Pick<Disbelief, 'disbelieved'>): string {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stat ? identity(stat) : ''
  } catch (thrown) {
    throw storeError('storage', `${path} ${disbelieved}: ${asError(thrown).message}`, {
      hint: REACH,
      cause: thrown,
    })
  }
}

/**
 * Reads a file that nobody else may change; `undefined` where there is none.
 * @throws `storage` for one that must not be believed, and where `read` does not understand it
 */
export function readPrivate<Content>(
  path: string,
  read: (text: PrivateText) => Content,
  { disbelieved, remedy }: Disbelief,
): Content | undefined {
  const refused: Refused = (why, hint, cause) =>
    storeError('storage', `${path} ${disbelieved}: ${why}`, { hint, cause })
  const understood = <Found>(found: () => Found): Found => {
    try {
      return found()
    } catch (thrown) {
      if (thrown instanceof McpStoreError) throw thrown
      throw refused(asError(thrown).message, remedy, thrown)
    }
  }
  return opened(path, refused, (file) => {
    const before = identityOfOpened(file)
    const piece: PrivateText['piece'] = ({ at, length }, readPiece) => {
      const text = opened(path, refused, (again) =>
        identityOfOpened(again) === before ? textAt(again, { at, length }) : undefined,
      )
      if (text === undefined) throw refused('it was changed while it was read', 'Try again.')
      return understood(() => readPiece(text))
    }
    const whole = () => readFileSync(file, 'utf8')
    return understood(() => read({ whole, lines: () => linesOf(file), piece }))
  })
}

type Refused = (why: string, hint: string, cause?: unknown) => McpStoreError

function opened<Result>(path: string, refused: Refused, use: (file: number) => Result): Result | undefined {
  let file: number
  try {
    // Neither a link to what somebody else chose, nor a pipe that never ends.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (thrown) {
    const { code, message } = asError(thrown) as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw refused(code === 'ELOOP' ? 'it is a link' : message, 'Make it a file of yours.', thrown)
  }
  try {
    refuseForeign(path, file, refused)
    return use(file)
  } finally {
    closeSync(file)
  }
}

function refuseForeign(path: string, file: number, refused: Refused): void {
  const stat = fstatSync(file)
  if (!stat.isFile()) throw refused('it is no file', 'Remove it.')
  const me = process.getuid?.()
  if (me === undefined) return
  if (stat.uid !== me) throw refused('it belongs to another user', 'Remove it, or use another home.')
  if (stat.mode & OTHERS_MAY_WRITE) {
    throw refused('others may write to it', `If nobody did: chmod 600 ${path}. Otherwise remove it.`)
  }
}

function identityOfOpened(file: number): string {
  return identity(fstatSync(file, { bigint: true }))
}

function identity(stat: {
  dev: bigint
  ino: bigint
  size: bigint
  mtimeNs: bigint
  ctimeNs: bigint
}): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
}

function textAt(file: number, { at, length }: Span): string {
  const buffer = Buffer.alloc(length)
  return buffer.toString('utf8', 0, readSync(file, buffer, 0, length, at))
}

function* linesOf(file: number): Generator<Line> {
  const chunk = Buffer.allocUnsafe(CHUNK)
  let rest = Buffer.alloc(0)
  let at = 0
  for (let place = 0, read = 0; ; place += read) {
    read = readSync(file, chunk, 0, CHUNK, place)
    if (read === 0) break
    let from = 0
    for (let end = endOf(chunk, from, read); end >= 0; end = endOf(chunk, from, read)) {
      const part = chunk.subarray(from, end)
      const bytes = rest.length > 0 ? Buffer.concat([rest, part]) : part
      yield { at, bytes }
      rest = Buffer.alloc(0)
      at += bytes.length + 1
      from = end + 1
    }
    rest = Buffer.concat([rest, chunk.subarray(from, read)])
  }
  if (rest.length > 0) yield { at, bytes: rest }
}

function endOf(chunk: Buffer, from: number, read: number): number {
  const end = chunk.subarray(from, read).indexOf('\n')
  return end < 0 ? end : from + end
}
