import type { Absence } from './absence.ts'
import { fileContents, fileIdentity, type OpenFile, type OpenOptions, openFile } from './database.ts'
import { classify, vanished } from './errors.ts'
import { Statements } from './statements.ts'

export interface WriteOptions {
  passing?: boolean
}

/**
 * A file that others may have open too: short transactions that never wait. Every method throws `BackendError`, also when
 * the file is not the one any more that was opened: then nothing is told to be in it.
 */
export class SqliteFile<Tables> {
  readonly path: string
  readonly #options: OpenOptions
  readonly #tablesOf: (statements: Statements) => Tables
  #open: (OpenFile & { statements: Statements; tables: Tables }) | undefined
  #wrote = false

  constructor(path: string, options: OpenOptions, tablesOf: (statements: Statements) => Tables) {
    this.path = path
    this.#options = options
    this.#tablesOf = tablesOf
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Whether what is open can only be read. */
  get isFrozen(): boolean {
    return this.#open?.frozen !== undefined
  }

  /** Why there is nothing, if so. */
  get absent(): Absence | undefined {
    return this.#open?.absent
  }

  /** Whether there was nothing when it was opened, or what could only be read as it was, and there is something else now. */
  get isOutdated(): boolean {
    const { absent, contents, identity } = this.#open ?? {}
    if (contents !== undefined) return fileContents(this.path) !== contents
    return absent !== undefined && fileIdentity(this.path) !== identity
  }

  /** Opens the file, anew if it is open, and makes it where there is none, unless `make` is `false`. */
  async open({ make = true }: { make?: boolean } = {}): Promise<void> {
    // While nothing is there, nothing can be read, also where it cannot be made at once.
    if (!this.absent) this.close()
    try {
      const opened = await openFile(this.path, { ...this.#options, make })
      this.close()
      const statements = new Statements(opened.db)
      this.#open = { ...opened, statements, tables: this.#tablesOf(statements) }
    } catch (thrown) {
      throw classify(thrown, this.path)
    }
  }

  /** Changes with every commit of another connection; `undefined` when something is wrong, which the next read tells. */
  version(): number | undefined {
    try {
      if (!this.#open || this.isOutdated || fileIdentity(this.path) !== this.#open.identity) return undefined
      return this.#open.statements.rows<{ data_version: number }>('PRAGMA data_version')[0]?.data_version
    } catch {
      return undefined
    }
  }

  read<Result>(task: (tables: Tables) => Result): Result {
    return this.#transact('BEGIN', task)
  }

  /** With `passing` it does not wait for the disk: for what means nothing after the machine has gone down. */
  write<Result>(task: (tables: Tables) => Result, { passing = false }: WriteOptions = {}): Result {
    const result = this.#transact('BEGIN IMMEDIATE', task, passing)
    this.#wrote = true
    return result
  }

  /** Folds the log into the file: libsql closes only once its statements are collected. */
  fold(): void {
    try {
      if (this.#wrote) this.#open?.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // What was committed is in the file or its log; there is nothing left to save.
    }
  }

  close(): void {
    this.#open?.db.close()
    this.#open = undefined
  }

  /** Whether the file is another one than was opened. Where there was none, one that is made meanwhile replaces nothing. */
  #isReplaced({ absent, identity }: OpenFile): boolean {
    return absent === undefined && fileIdentity(this.path) !== identity
  }

  /** Runs `task` in one transaction; nothing of it stays if it throws or the file is not the one opened. */
  #transact<Result>(
    begin: 'BEGIN' | 'BEGIN IMMEDIATE',
    task: (tables: Tables) => Result,
    passing = false,
  ): Result {
    try {
      const open = this.#open
      if (!open || this.#isReplaced(open)) throw vanished(this.path)
      const { db, frozen, tables } = open
      if (frozen && begin === 'BEGIN IMMEDIATE') throw frozen
      if (passing) db.exec('PRAGMA synchronous = NORMAL')
      try {
        db.exec(begin)
        const result = task(tables)
        db.exec('COMMIT')
        if (this.#isReplaced(open)) throw vanished(this.path)
        return result
      } finally {
        try {
          if (db.inTransaction) db.exec('ROLLBACK')
        } finally {
          // Whatever came of it: what is written next has to be on the disk when it is told.
          if (passing) db.exec('PRAGMA synchronous = FULL')
        }
      }
    } catch (thrown) {
      throw classify(thrown, this.path)
    }
  }
}
