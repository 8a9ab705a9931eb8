import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext, CommandInput } from '../command.ts'
import { agentOption } from '../command-line/agent-option.ts'
import { exitCodes } from '../failures/exit-codes.ts'
import { writeJson } from '../output/json.ts'
import { renderToolsDiff } from '../output/tools/tools-diff.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `diff SERVICE [--fresh] [--accept]`: which tools are not what they were, and what about them; accepts them if asked to. */
export async function diff(
  context: CommandContext,
  { positionals: [name = ''], values }: CommandInput,
): Promise<number> {
  const { settings, out } = context
  const { accept = false, fresh = false } = values
  const { json } = settings
  const options = { fresh, ...askOptions(context) }
  return withStore(context, async (store) => {
    const services = servicesOf(store, values)
    const found = await whileWaiting(context, `asking ${name} for tools`, () =>
      accept ? services.acceptTools(name, options) : services.diffTools(name, options),
    )
    if (json) writeJson(out, accept ? { ...found, accepted: true } : found)
    else out.write(renderToolsDiff(found, { accepted: accept }, out))
    const { added, removed, changed } = found
    const others = added.length + removed.length + changed.length
    if (accept || others === 0) return 0
    // The text has said it, and what to do is in its place.
    if (!json) return exitCodes.tool_changed
    const { reportFailure } = await import('../failures/failure.ts')
    const message = `${others} ${others === 1 ? 'tool' : 'tools'} of service "${name}" ${others === 1 ? 'is' : 'are'} not what you first used`
    const command = `mcpstore diff ${shellWord(name)}${agentOption(values)} --accept`
    return reportFailure(
      context.err,
      { code: 'tool_changed', message, hint: `To accept what is there now: ${command}` },
      settings,
    )
  })
}
