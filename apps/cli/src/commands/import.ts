import type { ImportReport } from '@mcpstore/core'
import { readFileInput } from '../additions/add-input.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { exitCodes } from '../failures/exit-codes.ts'
import { failureOf, naming, reportFailure, warnOfWaiting } from '../failures/failure.ts'
import { importDocument, writeImportReport } from '../output/import-report.ts'
import { writeJson } from '../output/json.ts'
import { settle } from '../store/durability.ts'
import { untilInterrupted, withStoreToChange } from '../store/store-session.ts'

/** `import FILE|- [--replace] [--untrusted]`: adds what was exported. */
export async function importFrom(
  context: CommandContext,
  { positionals, values }: CommandInput,
): Promise<number> {
  const [written = ''] = positionals
  const input =
    written === '-' || written === '/dev/stdin'
      ? await untilInterrupted(context.signal, context.readStdin())
      : await readFileInput(context, written, 'Write mcpstore import FILE, or - for stdin.')
  const { replace = false, untrusted: includeUntrusted = false } = values
  return withStoreToChange(context, async (store) => {
    const report = await store.importDataspace(input, { replace, includeUntrusted })
    const isWritten = [...report.services, ...report.assignments].some(({ status }) => WRITTEN.has(status))
    const { durable, lost, waiting } = await settle(report.durable, store)
    const settled = { ...report, durable }
    if (context.settings.json) writeJson(context.out, importDocument(settled))
    else writeImportReport(context, { report: settled, isSaved: isWritten && !lost, ...store.status() })
    if (lost && isWritten) throw lost
    if (isWritten) warnOfWaiting(context, waiting)
    return exitOf(context, report)
  })
}

const WRITTEN: ReadonlySet<string> = new Set(['added', 'updated', 'unchanged'])

/** The exit code. Text output has named each failure already; `--json` still owes its one line. */
function exitOf({ err, settings }: CommandContext, { services, assignments }: ImportReport): number {
  const all = [...services, ...assignments.map(({ service, ...rest }) => ({ ...rest, name: service }))]
  const failed = all.filter(({ status }) => status === 'failed')
  const [first] = failed
  if (!first) return 0
  const { code, message, hint } = failureOf(first.error)
  const summary = `${failed.length} of ${all.length} entries could not be imported; ${naming(first.name, message)}`
  if (settings.json) reportFailure(err, { code, message: summary, hint }, settings)
  const exits = new Set(failed.map(({ error }) => exitCodes[failureOf(error).code]))
  return failed.length === all.length && exits.size === 1 ? [...exits][0]! : 1
}
