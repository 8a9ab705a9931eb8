import type { CommandContext, CommandInput } from '../command.ts'
import { exitCodes } from '../failures/exit-codes.ts'
import { writeJson } from '../output/json.ts'
import { renderToolsDiff } from '../output/tools-diff.ts'
import { servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `diff SERVICE [--fresh] [--accept]`: which tools are not what they were, and what about them; accepts them if asked to. */
export async function diff(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  const { settings, signal, out } = context
  const { accept = false, fresh = false } = values
  const { json, timeoutMs } = settings
  const options = { fresh, signal, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) }
  return withStore(context, async (store) => {
    const services = servicesOf(store, values)
    const found = await whileWaiting(context, `asking ${name} for tools`, () =>
      accept ? services.acceptTools(name, options) : services.diffTools(name, options),
    )
    if (json) writeJson(out, accept ? { ...found, accepted: true } : found)
    else out.write(renderToolsDiff(found, { accepted: accept }, out))
    const { added, removed, changed } = found
    return accept || added.length + removed.length + changed.length === 0 ? 0 : exitCodes.tool_changed
  })
}
