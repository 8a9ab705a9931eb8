import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Backend,
  Dataspace,
  MemoryTables,
  memoryBackend,
  mirrorFile,
  type StoredRecord,
  systemTime,
  type Write,
} from '@mcpstore/storage'
import Libsql from 'libsql'
import { MirrorFile } from '../../src/mirror/mirror-file.ts'
import { type Faults, faultyBackend } from './faulty-backend.ts'
import { keepingLogger } from './logs.ts'
import { ManualTime } from './manual-time.ts'

/** A process as far as it matters here: a dataspace with its own clock, which stands still once it is killed. */
export interface Process {
  dataspace: Dataspace
  backend: Backend & { faults: Faults }
  time: ManualTime
  logger: ReturnType<typeof keepingLogger>
}

/** A folder with a mirror, and a server far away. */
export class MirrorPlace implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'mirror-'))
  readonly file: string = mirrorFile(this.folder, 'target', 'default', 'workspace1')
  tables: MemoryTables = new MemoryTables()
  readonly #processes: Process[] = []

  /** Starts a process; `down` when the server does not answer it, `slowMs` when its clock is behind the server's. */
  async start({ down = false, file = this.file, slowMs = 0, tables = this.tables } = {}): Promise<Process> {
    const time = new ManualTime(Date.now() - slowMs)
    const serverTime = { ...systemTime, now: () => time.now() + slowMs }
    const logger = keepingLogger()
    const backend = faultyBackend({
      ...memoryBackend({ tables, time: serverTime }),
      kind: 'redis',
      durable: 'redis',
      location: 'redis://far',
    })
    if (down) backend.faults.fail('down')
    const dataspace = new Dataspace({
      backend,
      namespace: 'default',
      dataspace: 'workspace1',
      mirror: file,
      waitMs: 400,
      time,
      logger,
    })
    const process = { dataspace, backend, time, logger }
    this.#processes.push(process)
    await dataspace.open()
    return process
  }

  /** What lies in the file, asked of SQLite itself. */
  query<Row>(sql: string, file: string = this.file): Row[] {
    const db = new Libsql(file, { readonly: true })
    try {
      return db.prepare(sql).all() as Row[]
    } finally {
      db.close()
    }
  }

  /** The writes that wait in the file. */
  waiting(file: string = this.file): StoredRecord[] {
    return this.query<{ write: string }>('SELECT write FROM outbox ORDER BY rev', file).map(
      ({ write }) => (JSON.parse(write) as Write).record,
    )
  }

  /** Makes the file, with nothing in it: by itself a mirror has none before there is something to keep. */
  async make(): Promise<void> {
    const made = new MirrorFile(this.file)
    await made.open()
    made.fold()
  }

  /** Holds the write lock of the file until the result is called. */
  lock(): () => void {
    const db = new Libsql(this.file)
    db.exec('BEGIN IMMEDIATE')
    return () => {
      db.exec('ROLLBACK')
      db.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { backend, dataspace, time } of this.#processes) {
      backend.faults.fail('down')
      let closed = false
      void dataspace.close().finally(() => {
        closed = true
      })
      while (!closed) await time.pass(100)
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}
