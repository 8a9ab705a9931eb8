import type { Severity } from '@mcpstore/storage'

/** Something that keeps a service from working, or may. */
export interface Fault {
  /** Which of the usual ones: `not_found`, `not_executable`, `refused`, or the code of an error. */
  fault: string
  /** What to correct, e.g. `args[0]`. */
  field?: string | undefined
  severity: Severity
  /** Never with a value that could be secret. */
  text: string
  hint: string
}
