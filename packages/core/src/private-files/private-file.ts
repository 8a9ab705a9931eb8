import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { draftOf, McpStoreError, makeFolder } from '@mcpstore/storage'
import { asError, storeError } from '../errors.ts'
import { underLock } from './file-lock.ts'
import { type Disbelief, identityOf, type PrivateText, readPrivate } from './private-text.ts'
import { writeRemedy } from './write-remedy.ts'

/** What a private file holds, and what is said of one that cannot be used. */
export interface PrivateFormat<Entry> extends Disbelief {
  /** @throws Error that says what is wrong */
  read(text: PrivateText): Map<string, Entry>
  write(entries: Map<string, Entry>): string
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
    const identity = identityOf(this.path, this.#format)
    if (this.#seen?.identity !== identity) this.#seen = { identity, entries: load(this.path, this.#format) }
    return this.#seen.entries
  }

  /** Changes the file as a whole, after what others wrote. @throws `storage`; then nothing was changed. */
  async change(edit: (entries: Map<string, Entry>) => void): Promise<Map<string, Entry>> {
    const { unkept, write } = this.#format
    try {
      makeFolder(dirname(this.path))
      return await underLock(this.path, (isOurs) => {
        const before = load(this.path, this.#format)
        const after = new Map(before)
        edit(after)
        if (isSame(before, after)) return after
        return replace(this.path, write(after), isOurs) ? after : undefined
      })
    } catch (thrown) {
      if (thrown instanceof McpStoreError) throw thrown
      throw storeError('storage', `${unkept} ${this.path}: ${asError(thrown).message}`, {
        hint: writeRemedy(thrown),
        cause: thrown,
      })
    }
  }
}

function load<Entry>(path: string, format: PrivateFormat<Entry>): Map<string, Entry> {
  return readPrivate(path, (text) => format.read(text), format) ?? new Map()
}

function isSame<Entry>(a: Map<string, Entry>, b: Map<string, Entry>): boolean {
  return a.size === b.size && [...a].every(([key, entry]) => b.get(key) === entry)
}

/** Puts the text in place of the file at once, or not at all when the lock was lost. */
function replace(path: string, text: string, isOurs: () => boolean): boolean {
  const draft = draftOf(path)
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
