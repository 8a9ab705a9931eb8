import type { CommandContext, CommandInput } from '../command.ts'
import { warnOfRest, warnOfWaiting } from '../failures/failure.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { settle } from '../store/durability.ts'
import { servicesOf, withStoreToChange } from '../store/store-session.ts'

/** `remove NAME`: forgets one service, with its tool list. */
export async function remove(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  return withStoreToChange(context, async (store) => {
    const change = await servicesOf(store, values).deleteService(name)
    const { durable, lost, waiting } = await settle(change.durable, store)
    const { warnings } = change
    if (context.settings.json)
      writeJson(context.out, { removed: [change.name], durable, ...(warnings && { warnings }) })
    else if (!lost) writeNote(context.out, `removed ${visibleLine(change.name)}\n`)
    if (lost) throw lost
    warnOfRest(context, warnings)
    warnOfWaiting(context, waiting)
    return 0
  })
}
