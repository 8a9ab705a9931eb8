import type { ErrorNote } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { exitCodes, type FailureCode } from './exit-codes.ts'
import { failureOf, naming, reportFailure, writeWarning } from './failure.ts'
import { withNextCommand } from './next-command.ts'

/**
 * The exit code of work on several services: 0 while some succeeded, the failures' own code when all failed for
 * the same reason, otherwise "unreachable".
 */
export function exitOfFailures(total: number, codes: readonly string[]): number {
  if (codes.length === 0 || codes.length < total) return 0
  const exits = new Set(codes.map((code) => exitCodes[code as FailureCode] ?? exitCodes.unreachable))
  return exits.size === 1 ? [...exits][0]! : exitCodes.unreachable
}

/** The hint of one service's error, ending with what to type about that service. */
function hintFor({ argv }: CommandContext['settings'], name: string, error: ErrorNote): string | null {
  const { code, hint } = failureOf(error)
  return withNextCommand({ code, hint }, argv, name)
}

/** One service's part of a listing. */
export interface Part {
  name: string
  error?: ErrorNote
}

/**
 * Warns of each service that failed, and answers the exit code: an error only if nothing of any could be had. `what`
 * begins the sentence that says so.
 */
export function reportParts<One extends Part>(
  { err, settings }: CommandContext,
  parts: readonly One[],
  {
    what,
    isMissing = ({ error }) => error !== undefined,
  }: { what: string; isMissing?: (part: One) => boolean },
): number {
  const wanted = parts.filter(({ error }) => error?.code !== 'disabled')
  const missing = wanted.filter(isMissing)
  const exit = exitOfFailures(
    wanted.length,
    missing.map(({ error }) => error?.code ?? 'unreachable'),
  )
  if ((settings.json || err.isQuiet) && exit !== 0) {
    const names = missing.map(({ name }) => name).join(', ')
    const first = missing[0]?.error
    const message = `${what} (${names}): ${first?.message ?? ''}`
    reportFailure(err, { code: first?.code, message, hint: first?.hint }, settings)
  }
  if (!settings.json) {
    for (const { name, error } of parts) {
      if (error) writeWarning(err, naming(name, error.message), hintFor(settings, name, error))
    }
  }
  return exit
}
