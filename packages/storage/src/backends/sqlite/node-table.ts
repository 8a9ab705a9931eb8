import type { NodeNote } from '../../presence/nodes.ts'
import type { Statements } from './statements.ts'

/** Who is here. The table is made by the first who says so: a file of an earlier version has none. */
export class NodeTable {
  readonly #statements: Statements
  #isMade = false

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** Notes a node, and forgets those that were silent since `forgotten` (ms since 1970). */
  announce({ id, last, about }: NodeNote, forgotten: number): void {
    this.#statements.run(
      'CREATE TABLE IF NOT EXISTS nodes (id TEXT PRIMARY KEY, last INTEGER NOT NULL, about TEXT NOT NULL)',
    )
    this.#statements.run('DELETE FROM nodes WHERE last < ?', forgotten)
    this.#statements.run('INSERT OR REPLACE INTO nodes VALUES (?, ?, ?)', id, last, about)
  }

  forget(id: string): void {
    if (this.#exists()) this.#statements.run('DELETE FROM nodes WHERE id = ?', id)
  }

  all(): NodeNote[] {
    return this.#exists() ? this.#statements.rows<NodeNote>('SELECT id, last, about FROM nodes') : []
  }

  #exists(): boolean {
    this.#isMade ||= this.#statements.rows("SELECT 1 FROM sqlite_master WHERE name = 'nodes'").length > 0
    return this.#isMade
  }
}
