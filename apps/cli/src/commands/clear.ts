import type { CommandContext, CommandInput } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { warnOfRest, warnOfWaiting } from '../failures/failure.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { settle } from '../store/durability.ts'
import { untilInterrupted, withStoreToChange } from '../store/store-session.ts'

/** `clear [--yes]`: forgets every service of the dataspace, after asking. */
export async function clear(context: CommandContext, { values }: CommandInput): Promise<number> {
  if (values['all-dataspaces']) return (await import('./clear-all.ts')).clearAll(context, values)
  const { json, namespace, dataspace } = context.settings
  const confirm = json ? undefined : context.confirm
  if (!values.yes && !confirm) {
    throw usageError('"clear" removes every service of the dataspace', 'Say so with --yes.')
  }
  return withStoreToChange(context, async (store) => {
    const isMissing = store.status().absent === 'missing'
    const names = (await store.forStore().listServices()).map(({ name }) => name)
    const where = visibleLine(`dataspace ${dataspace} (namespace ${namespace})`)
    if (!isMissing && !values.yes && confirm) {
      const sure = await untilInterrupted(context.signal, confirm(`Remove ${countOf(names)} from ${where}?`))
      if (!sure) {
        writeNote(context.err, 'Nothing was removed.\n')
        return 1
      }
    }
    const { warnings, ...cleared } = await store.clear()
    const { durable, lost, waiting } = await settle(cleared.durable, store)
    const told = { ...(isMissing && { absent: 'missing' }), ...(warnings && { warnings }) }
    if (json) writeJson(context.out, { removed: names, durable, ...told })
    else if (isMissing) writeNote(context.out, `there is no ${where} here\n`)
    else if (!lost) writeNote(context.out, `removed ${countOf(names)} from ${where}\n`)
    if (lost) throw lost
    warnOfRest(context, warnings)
    warnOfWaiting(context, waiting)
    return 0
  })
}

function countOf(names: readonly string[]): string {
  return names.length === 1 ? '1 service' : `${names.length} services`
}
