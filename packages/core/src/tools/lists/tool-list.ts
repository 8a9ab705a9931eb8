import type { RawTool } from '../../connections/connector.ts'
import type { ToolChanges } from '../../pins/tool-changes.ts'

/** A tool of the listing: what the server said, plus how to address it. */
export interface ListedTool extends RawTool {
  /** `service/tool`, the address that is always unambiguous. */
  name: string
  service: string
  /** The name its server gave it. */
  tool: string
  /** `service__tool`, at most 64 characters of `[A-Za-z0-9_-]`: for model APIs. */
  exportName: string
}

/** Where one service's part of a listing came from. */
export interface ToolSource {
  name: string
  /**
   * The shared list, the server itself, a list that its server lets this process keep but not share, or nothing; or there
   * is a shared list, and the storage went away before its tools were read: none of them is shown, and `error` says so.
   */
  source: 'cache' | 'live' | 'private' | 'notLoaded' | 'none'
  /** ISO 8601, or `null` while no list is known. */
  fetchedAt: string | null
  /** Milliseconds since `fetchedAt`. */
  age: number | null
  stale: boolean
  /** Which of its tools are not what they were when this user first used the service. */
  changes?: ToolChanges
  /** What its server lists and nobody can call: how many tools without a name, and the names of which all but the first are lost. */
  leftOut?: { nameless: number; repeated: readonly string[] }
  /** Why there is no list, or why the one shown could not be renewed. */
  error?: { code: string; message: string; hint?: string }
}

/** The tools as an array, with one entry of `services` for each service they come from, failing ones included. */
export interface ToolList extends ReadonlyArray<ListedTool> {
  readonly services: readonly ToolSource[]
}
