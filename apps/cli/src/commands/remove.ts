import type { CommandContext, CommandInput } from '../command.ts'
import { requireDurable } from '../durability.ts'
import { writeJson } from '../output/json.ts'
import { visibleLine } from '../output/terminal-text.ts'
import { withStore } from '../store-session.ts'

/** `remove NAME`: forgets one service, with its tool list. */
export async function remove(
  context: CommandContext,
  { positionals: [name = ''] }: CommandInput,
): Promise<number> {
  return withStore(context, async (store) => {
    const { name: removed, durable } = await store.forStore().deleteService(name)
    if (context.settings.json) writeJson(context.out, { removed: [removed], durable })
    else context.out.write(`removed ${visibleLine(removed)}\n`)
    requireDurable(durable, store)
    return 0
  })
}
