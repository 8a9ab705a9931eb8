import type { Write } from '../backend.ts'
import { BackendError } from '../link/health.ts'
import type { Stamp } from '../records/stamp.ts'
import type { Origin } from './kept.ts'

/** Which dataspace a mirror is of: as its file says, and as the backend does. */
export class Ownership {
  /** Whose mirror the file says it is. */
  kept: Origin = { ids: [], history: '' }
  /** What the backend says of the dataspace, once it was reached. */
  opened: Origin | undefined
  /** The ids the dataspace is known by. */
  #ids: readonly string[] = []
  /** What was read from the file before the backend has said which dataspace it has. */
  #unjudged: Set<Stamp> | undefined = new Set()

  /** The file was opened, and says whose it is. @throws `BackendError` if that is another dataspace */
  admit(kept: Origin, file: string): void {
    this.kept = kept
    if (!mayBeSame(kept.ids, this.#ids)) throw otherDataspace(file)
  }

  /** Something was read from it, writes that wait among it. */
  take(origin: Origin, writes: readonly Write[]): void {
    this.kept = origin
    this.#ids = [...new Set([...this.#ids, ...origin.ids])]
    for (const { record } of writes) this.#unjudged?.add(record.stamp)
  }

  /** The backend has a dataspace that is known by these ids. If that is another one, answers which writes were read for it. */
  judge(ids: readonly string[]): ReadonlySet<Stamp> | undefined {
    const isOther = !mayBeSame(this.#ids, ids)
    const read = this.#unjudged ?? new Set()
    this.#ids = ids
    this.#unjudged = undefined
    this.opened = { ids, history: '' }
    return isOther ? read : undefined
  }

  /** What is known here now belongs to this. */
  enter(opened: Origin): Origin {
    this.opened = opened
    return opened
  }
}

/** Whether one dataspace may be known by both: where one has no id yet, nothing speaks against it. */
function mayBeSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((id) => b.includes(id))
}

function otherDataspace(file: string): BackendError {
  const message = `${file} is the mirror of another dataspace; nothing of it is used, nor sent if it waits in it`
  return new BackendError('down', message, {
    hint: 'If it is yours, mcpstore adopt adds what it holds to the dataspace; else move it aside.',
  })
}
