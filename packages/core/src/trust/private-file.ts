import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { McpStoreError, makeFolder } from '@mcpstore/storage'
import { asError, storeError } from '../errors.ts'
import { underLock } from './file-lock.ts'

const OTHERS_MAY_WRITE = 0o022

/** What a private file holds, and what is said of one that cannot be used. */
export interface PrivateFormat<Entry> {
  /** @throws Error that says what is wrong */
  read(text: string): Map<string, Entry>
  /** The same entries give the same text. */
  write(entries: Map<string, Entry>): string
  /** What becomes of a file that must not be believed: ends the sentence that begins with its path. */
  disbelieved: string
  /** What to do about one with something else in it. */
  remedy: string
  /** Why it could not be changed: begins the sentence that ends with its path. */
  unkept: string
}

/** Entries of a user, in a file that nobody else may change, shared by his processes. */
export class PrivateFile<Entry> {
  readonly path: string
  readonly #format: PrivateFormat<Entry>
  #seen: { identity: string; entries: Map<string, Entry> } | undefined

  constructor(path: string, format: PrivateFormat<Entry>) {
    this.path = path
    this.#format = format
  }

  /**
   * What the file says now, the same object as long as it is the same file; nothing where there is none.
   * @throws `storage` for a file that must not be believed
   */
  read(): Map<string, Entry> {
    const identity = identityOf(this.path)
    if (this.#seen?.identity !== identity) this.#seen = { identity, entries: load(this.path, this.#format) }
    return this.#seen.entries
  }

  /** Changes the file as a whole, after what others wrote. @throws `storage`; then nothing was changed. */
  async change(edit: (entries: Map<string, Entry>) => void): Promise<Map<string, Entry>> {
    const token = randomUUID()
    const { unkept, write } = this.#format
    try {
      makeFolder(dirname(this.path))
      return await underLock(this.path, token, (isOurs) => {
        const before = load(this.path, this.#format)
        const after = new Map(before)
        edit(after)
        const text = write(after)
        if (text === write(before)) return after
        return replace(this.path, text, `${this.path}.${token}`, isOurs) ? after : undefined
      })
    } catch (thrown) {
      if (thrown instanceof McpStoreError) throw thrown
      throw storeError('storage', `${unkept} ${this.path}: ${asError(thrown).message}`, {
        hint: 'Make its folder one that you may write to.',
        cause: thrown,
      })
    }
  }
}

function identityOf(path: string): string {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : ''
}

function load<Entry>(path: string, format: PrivateFormat<Entry>): Map<string, Entry> {
  const refused = (why: string, hint: string) => refusal(path, `${format.disbelieved}: ${why}`, hint)
  let opened: number
  try {
    // Neither a link to what somebody else chose, nor a pipe that never ends.
    opened = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (thrown) {
    const { code, message } = asError(thrown) as NodeJS.ErrnoException
    if (code === 'ENOENT') return new Map()
    throw refused(code === 'ELOOP' ? 'it is a link' : message, 'Make it a file of yours.')
  }
  try {
    refuseForeign(path, opened, refused)
    return format.read(readFileSync(opened, 'utf8'))
  } catch (thrown) {
    if (thrown instanceof McpStoreError) throw thrown
    throw refused(asError(thrown).message, format.remedy)
  } finally {
    closeSync(opened)
  }
}

type Refused = (why: string, hint: string) => McpStoreError

function refuseForeign(path: string, opened: number, refused: Refused): void {
  const stat = fstatSync(opened)
  if (!stat.isFile()) throw refused('it is no file', 'Remove it.')
  const me = process.getuid?.()
  if (me === undefined) return
  if (stat.uid !== me) throw refused('it belongs to another user', 'Remove it, or use another home.')
  if (stat.mode & OTHERS_MAY_WRITE) {
    throw refused('others may write to it', `If nobody did: chmod 600 ${path}. Otherwise remove it.`)
  }
}

function refusal(path: string, why: string, hint: string): McpStoreError {
  return storeError('storage', `${path} ${why}`, { hint })
}

/** Puts the text in place of the file at once, or not at all when the lock was lost. */
function replace(path: string, text: string, draft: string, isOurs: () => boolean): boolean {
  try {
    const opened = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(opened, text)
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
    if (!isOurs()) return false
    renameSync(draft, path)
    return true
  } finally {
    rmSync(draft, { force: true })
  }
}
