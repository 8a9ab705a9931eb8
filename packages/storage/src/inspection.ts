import type { Json } from './records/json.ts'

/** `unknown`: it could not be found out, for example because this user may not ask. */
export type Severity = 'ok' | 'warning' | 'critical' | 'emergency' | 'unknown'

/** One thing that was looked at. */
export interface Finding {
  /** What it is about, e.g. `memory`. */
  name: string
  severity: Severity
  /** What was found, in one line, for people. */
  text: string
  /** The same as figures, for programs; `null` where it is unknown. */
  value: Json
  /** What to do about it. */
  hint?: string
}

/** What a backend tells of the place it keeps its data in. */
export type Inspection = readonly Finding[]
