import { CliError } from './cli-error.ts'

/** What is said when the output of a command line that ended with this exit code could not be written. */
export function lostOutput(
  { message }: Error,
  { exit, hasAnswer }: { exit: number; hasAnswer: boolean },
): CliError {
  if (hasAnswer)
    return lost(
      'the tool was called, but its answer',
      message,
      'Find out what it did before you call it again.',
    )
  if (exit !== 0) return lost('the output', message)
  return lost('the output', message, 'Only the output is lost: what the command does was done.')
}

function lost(what: string, why: string, hint?: string): CliError {
  return new CliError('not_written', `${what} could not be written: ${why}`, hint)
}
