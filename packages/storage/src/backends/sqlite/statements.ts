import type Libsql from 'libsql'

/** Statements of one open file, each prepared once. */
export class Statements {
  readonly #db: Libsql.Database
  readonly #prepared = new Map<string, Libsql.Statement<unknown[]>>()

  constructor(db: Libsql.Database) {
    this.#db = db
  }

  /** Returns how many rows were changed. */
  run(sql: string, ...parameters: unknown[]): number {
    return this.#statement(sql).run(...parameters).changes
  }

  rows<Row>(sql: string, ...parameters: unknown[]): Row[] {
    return this.#statement(sql).all(...parameters) as Row[]
  }

  #statement(sql: string): Libsql.Statement<unknown[]> {
    const known = this.#prepared.get(sql)
    if (known) return known
    const made = this.#db.prepare(sql) as Libsql.Statement<unknown[]>
    this.#prepared.set(sql, made)
    return made
  }
}
