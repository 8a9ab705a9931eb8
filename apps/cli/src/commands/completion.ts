import type { CommandContext, CommandInput } from '../command.ts'
import { candidatesFor } from '../completion/candidates.ts'
import { shells } from '../completion/shells.ts'
import { wantedIn } from '../completion/wanted.ts'
import { usageError } from '../failures/cli-error.ts'
import { visibleLine } from '../output/text/terminal-text.ts'

/** `completion SHELL`: prints its script, or the words that complete a command line after `--`. */
export async function completion(context: CommandContext, input: CommandInput): Promise<number> {
  const {
    positionals: [shell = ''],
    program: line,
  } = input
  const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined
  if (script === undefined) {
    throw usageError(
      `"${shell}" is no shell that can be told how`,
      `Name one of ${Object.keys(shells).join(', ')}.`,
    )
  }
  if (line === undefined) {
    context.out.write(context.settings.json ? `${JSON.stringify({ shell, script })}\n` : script)
    return 0
  }
  const wanted = wantedIn(line)
  const found = await candidatesFor(context, wanted)
  const lines =
    found === 'files'
      ? [`:files\t${wanted.before}`]
      : found.map(({ value, about }) => `${value}\t${visibleLine(about ?? '').slice(0, 80)}`)
  context.out.write(lines.map((one) => `${one}\n`).join(''))
  return 0
}
