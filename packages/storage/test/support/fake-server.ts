import { type Conflict, MemoryTables, type Stamp, type StoredRecord } from '@mcpstore/storage'
import { NO_STAMP } from '../../src/records/stamp.ts'

/** All a server has, and would lose. */
export interface Held {
  tables: MemoryTables
  /** Names the history of the dataspace; empty where there is none. */
  epoch: string
  /** The stamp at which it began with nothing, or empty. */
  began: Stamp
  ids: string[]
}

type Operation = (held: Held) => unknown

const nothing = (): Held => ({ tables: new MemoryTables(), epoch: '', began: NO_STAMP, ids: [] })

/** The far end of the tier: holds a dataspace, and loses it in all the ways that a Redis does. */
export class FakeServer {
  held: Held = nothing()
  /** Which run of the server it is. */
  run = 'run-0'
  /** Every conflict that was ever kept, by its loser's stamp; a loss does not take back what was told. */
  readonly told: Map<string, Conflict> = new Map()
  /** Every record that ever arrived. */
  readonly arrived: Map<string, StoredRecord> = new Map()
  /** The last clear that was ever done, whatever was lost after it. */
  cleared: Stamp = NO_STAMP
  /** How many operations were lost. */
  lost = 0
  /** Called when all connections end. */
  onRestart: () => void = () => {}
  /** Called with the new revision when something has changed. */
  onChange: (rev: number) => void = () => {}
  #operations: Operation[] = []
  #runs = 0

  /** How many operations it holds: how far there is to roll back. */
  get position(): number {
    return this.#operations.length
  }

  /** Executes one operation. What it returns is the reply. */
  execute<Reply>(operation: (held: Held) => Reply): Reply {
    this.#operations.push(operation)
    const before = this.held.tables.rev
    const reply = operation(this.held)
    for (const conflict of this.held.tables.conflicts) this.told.set(conflict.loser.stamp, conflict)
    const cleared = this.held.tables.cleared()
    if (cleared > this.cleared) this.cleared = cleared
    if (this.held.tables.rev > before) this.onChange(this.held.tables.rev)
    return reply
  }

  /** The last `count` operations are gone: a restart from an older file, or the failover to a replica that was behind. */
  rollBack(count: number, { silently = false }: { silently?: boolean } = {}): void {
    this.lost += Math.min(count, this.#operations.length)
    this.#operations = this.#operations.slice(0, Math.max(0, this.#operations.length - count))
    this.held = nothing()
    for (const operation of this.#operations) {
      try {
        operation(this.held)
      } catch {
        // It was refused the first time too.
      }
    }
    this.#restart(silently)
  }

  /** A restart without persistence. */
  restartEmpty(): void {
    this.lost += this.#operations.length
    this.#operations = []
    this.held = nothing()
    this.#restart(false)
  }

  /** Somebody removes everything on purpose, connections stay. */
  wipe(): void {
    this.lost++
    this.#operations = []
    this.held = nothing()
  }

  /** Out of memory, it throws one record away. */
  evict(key: string): void {
    this.lost++
    this.execute(({ tables }) => tables.remove(key))
  }

  /** It throws away what it knew about the dataspace as a whole. */
  evictMeta(): void {
    this.lost++
    this.execute((held) => {
      held.tables.setCleared('')
      Object.assign(held, { epoch: '', began: NO_STAMP, ids: [] })
      held.tables.rev = 0
    })
  }

  #restart(silently: boolean): void {
    this.run = `run-${++this.#runs}`
    if (!silently) this.onRestart()
  }
}
