import { isCommentKey } from '../editor-fields.ts'
import type { Translate, Where } from '../placeholders/foreign-placeholders.ts'
import { isObject, type Problem } from '../problem.ts'

/** Where something lies in the input. */
export type Path = (string | number)[]

/** One service as it was found: nothing of it is checked yet. */
export interface FoundEntry {
  name: unknown
  entry: unknown
  path: Path
  /** Why it cannot be used, as far as the dialect knows. */
  problems?: Problem[]
  /** What is to be known of it before it is added. */
  notes?: string[]
  /** Somebody's description of a server rather than a config of the user's: to be looked at before it is added. */
  isOffer?: true
}

export type OurFields = { entry: Record<string, unknown> } | { problem: Problem }

/** One way of writing services down. */
export interface Dialect {
  /** Whether the input is written in this dialect. The first dialect that says yes reads it. */
  match(input: unknown): boolean
  /** It describes ways to have a server, of which one can be chosen. */
  hasOffers?: true
  /** The services in it; throws `bad_config` when the input as a whole cannot be read. `offer` is the number of such a way. */
  entries(input: unknown, offer?: number): FoundEntry[]
  /** An entry in the fields that are known here, or why it cannot be used. Default: it is written in them. */
  inOurFields?(entry: Record<string, unknown>): OurFields
  /** How its placeholders are written here. Default: as those that editors know. */
  placeholders?(where: Where, input: unknown): Translate
}

/** The services of an object that maps names to entries; comments between them are skipped. */
export function namedEntries(services: Record<string, unknown>, path: Path): FoundEntry[] {
  return Object.entries(services)
    .filter(([name, entry]) => isObject(entry) || !isCommentKey(name))
    .map(([name, entry]) => ({ name, entry, path: [...path, name] }))
}

const tellingFields = ['command', 'args', 'url', 'serverUrl', 'httpUrl', 'baseUrl']

/** Whether this is meant as the description of one service. */
export function looksLikeEntry(value: unknown): value is Record<string, unknown> {
  return (
    isObject(value) &&
    tellingFields.some((field) => own(value, field) !== undefined && !isObject(value[field]))
  )
}

/** The object's own field, whatever it is called. */
export function own(value: unknown, field: string): unknown {
  return isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined
}
