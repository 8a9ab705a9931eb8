import type { CommandContext, CommandInput } from '../command.ts'
import { warnOfWaiting } from '../failures/failure.ts'
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
    if (context.settings.json) writeJson(context.out, { removed: [change.name], durable })
    else if (!lost) writeNote(context.out, `removed ${visibleLine(change.name)}\n`)
    if (lost) throw lost
    warnOfWaiting(context, waiting)
    return 0
  })
}
