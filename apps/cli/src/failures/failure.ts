import type { StoreStatus } from '@mcpstore/core'
import { toJson } from '../output/json.ts'
import { type Output, writeNote } from '../output/output.ts'
import { type Label, labelled } from '../output/text/labelled.ts'
import { visibleText } from '../output/text/terminal-text.ts'
import { exitCodes, type FailureCode } from './exit-codes.ts'
import { withNextCommand } from './next-command.ts'
import { asTyped } from './same-place.ts'

/** What stderr says about an error; `hint` is what the reader can do. */
export interface Failure {
  code: FailureCode
  message: string
  hint: string | null
}

/** What was thrown, in the form that is shown; an unknown code is a defect and says so. */
export function failureOf(thrown: unknown): Failure {
  const error = (thrown ?? {}) as { code?: unknown; message?: unknown; hint?: unknown }
  const message = typeof error.message === 'string' ? error.message : String(thrown)
  if (typeof error.code === 'string' && Object.hasOwn(exitCodes, error.code)) {
    const hint = typeof error.hint === 'string' ? error.hint : null
    return { code: error.code as FailureCode, message, hint }
  }
  return { code: 'internal', message, hint: 'Run the command again with --debug to see where it failed.' }
}

/** What was thrown while a command line was run, with what to type next. */
export function failureAfter(argv: readonly string[], thrown: unknown): Failure {
  const failure = failureOf(thrown)
  return { ...failure, hint: withNextCommand(failure, argv) }
}

export interface HowToReport {
  json: boolean
  debug: boolean
  /** The command line that failed. */
  argv: readonly string[]
}

/** Says on stderr what went wrong, as a message and a hint or as one JSON line, and answers the exit code. */
export function reportFailure(err: Output, thrown: unknown, how: HowToReport): number {
  const { code, message, hint } = failureAfter(how.argv, thrown)
  if (how.debug) writeStacks(err, thrown)
  if (how.json) {
    err.write(`${toJson({ error: { code, message, hint } })}\n`)
    return exitCodes[code]
  }
  writeProblem(err, 'error', message, hint)
  return exitCodes[code]
}

/** The message, with the name of what it is about in front unless it says so itself. */
export function naming(name: string, message: string): string {
  return message.includes(`"${name}"`) ? message : `${name}: ${message}`
}

/** Says on stderr what did not stop the command. The commands that the hint names are about the same dataspace. */
export function writeWarning(err: Output, message: string, hint?: string | null): void {
  writeProblem(err, 'warning', message, hint)
}

/** The same as one JSON line, for what the document on stdout cannot say. */
export function writeWarningLine(
  err: Output,
  { code, message, hint }: { code: FailureCode; message: string; hint?: string | undefined },
): void {
  const warning = { code, message, hint: hint ? asTyped(hint, err.place ?? {}) : null }
  writeNote(err, `${toJson({ warning })}\n`)
}

/** Says on stderr what went wrong, and below it what to do about that, as typed after this command line. */
export function writeProblem(err: Output, label: Label, message: string, hint?: string | null): void {
  const text = labelled(err, label, message)
  if (label === 'warning') writeNote(err, text)
  else err.write(text)
  if (hint) writeNote(err, labelled(err, 'hint', asTyped(hint, err.place ?? {}), label))
}

/** Says how it is, and what to do then; the commands that this names are about the same dataspace. */
export function writeAdvice(output: Output, what: string, advice: string): void {
  writeNote(output, `${what} ${asTyped(advice, output.place ?? {})}\n`)
}

/** What is said of a file that is a dataspace of unknown name. */
export function unnamedFile(file: string): string {
  return `${file} is a dataspace whose name cannot be told`
}

/** Says on stderr that Redis has yet to get a change, and what to do about it; `--json` has it in `durable`. */
export function warnOfWaiting(
  { err, settings }: { err: Output; settings: { json: boolean } },
  waiting: { message: string; hint?: string | undefined } | undefined,
): void {
  if (waiting && !settings.json) writeWarning(err, waiting.message, waiting.hint)
}

/** Says on stderr what the library warns of in a change, as what is still there of what was removed; `--json` has it in `warnings`. */
export function warnOfRest(
  { err, settings }: { err: Output; settings: { json: boolean } },
  warnings: readonly string[] = [],
): void {
  if (!settings.json) for (const warning of warnings) writeWarning(err, asTyped(warning, err.place ?? {}))
}

/** Says on stderr, in one line, which stored records cannot be used and were left out. */
export function warnOfQuarantined(err: Output, { quarantined }: Pick<StoreStatus, 'quarantined'>): void {
  const [first, ...others] = quarantined
  if (!first) return
  const names = asTyped('mcpstore status', err.place ?? {})
  const more = others.length > 0 ? `, and ${others.length} more; ${names} names them` : ''
  writeWarning(err, `the record ${first.key} cannot be used and was left out: ${first.problem}${more}`)
}

function writeStacks(err: Output, thrown: unknown): void {
  let error = thrown
  while (error instanceof Error) {
    err.write(`${visibleText(error.stack ?? error.message)}\n`)
    error = error.cause
  }
}
