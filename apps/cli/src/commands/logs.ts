import type { ServiceLogLine } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { parseDuration } from '../command-line/duration.ts'
import { usageError } from '../failures/cli-error.ts'
import { writeWarning } from '../failures/failure.ts'
import { toJson, writeJson } from '../output/json.ts'
import { logLines } from '../output/log-line.ts'
import { writeNote } from '../output/output.ts'
import { servicesOf, withStore } from '../store/store-session.ts'

const emptyText = 'Nothing is kept: no service said anything when it was run from here.\n'
const nothingNewText = 'Nothing is kept that is as new as that.\n'

/** `logs [SERVICE]...`: what services said, the last lines of it; with `--follow` also what they say from then on. */
export async function logs(context: CommandContext, { positionals, values }: CommandInput): Promise<number> {
  const { out, err, settings, signal, unread } = context
  const { follow = false } = values
  const options = {
    follow,
    signal: AbortSignal.any([signal, unread]),
    // A document has no place for a warning: there it is an error.
    ...(!settings.json && {
      onProblem: (problem: Error & { hint?: string }) => writeWarning(err, problem.message, problem.hint),
    }),
    ...(values.lines !== undefined && { lines: parseLines(values.lines) }),
    ...(values.since !== undefined && { since: Date.now() - parseDuration(values.since, '--since') }),
  }
  return withStore(
    context,
    async (store) => {
      const said = servicesOf(store, values).serviceLogs(positionals, options)
      const isNamed = positionals.length !== 1
      const lines: ServiceLogLine[] = []
      for await (const line of said) {
        if (!follow) lines.push(line)
        else out.write(settings.json ? `${toJson(line)}\n` : logLines([line], out, { isNamed }))
      }
      if (follow) return 0
      if (settings.json) writeJson(out, { lines })
      else if (options.lines === 0) return 0
      else if (lines.length === 0) writeNote(err, values.since === undefined ? emptyText : nothingNewText)
      else out.write(logLines(lines, out, { isNamed }))
      return 0
    },
    { whole: true, endless: follow },
  )
}

function parseLines(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw usageError(`--lines is not a number of lines: "${text}"`, 'Write --lines 20.')
}
