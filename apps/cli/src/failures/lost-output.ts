import { parseCommandLine } from '../command-line/command-line.ts'
import { CliError } from './cli-error.ts'
import { toolErrorExit } from './exit-codes.ts'

/** What is said when the output of a command line that ended with this exit code could not be written. */
export function lostOutput(argv: readonly string[], exit: number, { message }: Error): CliError {
  if (exit !== 0 && exit !== toolErrorExit) return lost('the output', message)
  const { spec, values } = parseCommandLine(argv)
  const isCall = spec?.name === 'use-tool' && !values['dry-run'] && !values.help
  return isCall
    ? lost('the tool was called, but its answer', message, 'Find out what it did before you call it again.')
    : lost('the output', message, 'Only the output is lost: what the command does was done.')
}

function lost(what: string, why: string, hint?: string): CliError {
  return new CliError('not_written', `${what} could not be written: ${why}`, hint)
}
