import type { DataspaceExport } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext, CommandInput } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { warnOfQuarantined } from '../failures/failure.ts'
import { toJson, writeJson } from '../output/json.ts'
import { paint, writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { pathFrom } from '../process/existing-folder.ts'
import { writePrivateFile } from '../process/private-file.ts'
import { withStore } from '../store/store-session.ts'

/** `export [FILE|-] [--as CLIENT] [--force]`: all that was put into the dataspace, exactly as it is stored, or for another client. */
export async function exportTo(
  context: CommandContext,
  { positionals, values }: CommandInput,
): Promise<number> {
  const { err, out, settings } = context
  const { force = false } = values
  const [written = '-'] = positionals
  if (values.as !== undefined) {
    const { exportAs } = await import('../output/export-as.ts')
    return exportAs(context, { client: values.as, written, force })
  }
  if (written === '-' && force) throw usageError('--force is about a file, and none is named')
  return withStore(context, async (store) => {
    const document = await store.exportDataspace()
    if (!settings.json) warnOfQuarantined(err, store.status())
    if (written === '-') {
      writeJson(out, document)
      return 0
    }
    const file = pathFrom(context.cwd, written)
    await writePrivateFile(file, `${toJson(document, 2)}\n`, {
      written,
      force,
      toForce: `mcpstore export ${shellWord(written)} --force`,
    })
    const { services, assignments } = countOf(document)
    if (settings.json) writeJson(out, { file, services, assignments })
    else {
      const what = `${numbered(services, 'service')} and ${numbered(assignments, 'assignment')}`
      writeNote(out, `exported ${what} to ${visibleLine(written)}\n`)
      writeNote(
        err,
        `${paint(err, 'dim', 'It holds every secret that stands in a config: keep it to yourself.')}\n`,
      )
    }
    return 0
  })
}

function countOf({ services, agents }: DataspaceExport): { services: number; assignments: number } {
  const sum = (counts: number[]) => counts.reduce((total, one) => total + one, 0)
  const all = Object.values(agents)
  const own = all.map((agent) => Object.keys(agent.services).length)
  const assigned = all.map((agent) => Object.keys(agent.assignments).length)
  return { services: Object.keys(services).length + sum(own), assignments: sum(assigned) }
}

function numbered(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}
