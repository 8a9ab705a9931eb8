import type { AgentContext, AssignReport, Store, ToolFilter } from '@mcpstore/core'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { warnOfWaiting, writeWarning } from '../failures/failure.ts'
import { filterText } from '../output/agent-text.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { settle } from '../store/durability.ts'
import { withStoreToChange } from '../store/store-session.ts'

/** `assign SERVICE --agent ID [--allow GLOB]... [--deny GLOB]...`: lets an agent use a service of the store. */
export const assign: Command = (context, input) => {
  const { allow = ['*'], deny = [] } = input.values
  return change(context, input, { allow, deny }, (agent, name) => agent.assignService(name, { allow, deny }))
}

/** `unassign SERVICE --agent ID`: takes it away again. */
export const unassign: Command = (context, input) =>
  change(context, input, undefined, (agent, name) => agent.unassignService(name))

async function change(
  context: CommandContext,
  { positionals: [name = ''], values: { agent } }: CommandInput,
  filter: ToolFilter | undefined,
  work: (agent: AgentContext, name: string) => Promise<AssignReport>,
): Promise<number> {
  if (agent === undefined) throw usageError('it was not said which agent is meant', 'Name it: --agent ID.')
  return withStoreToChange(context, async (store: Store) => {
    const report = await work(store.forAgent(agent), name)
    const { durable, lost, waiting } = await settle(report.durable, store)
    if (context.settings.json) writeJson(context.out, { ...report, ...filter, durable })
    else if (!lost) writeNote(context.out, `${sentence(report, filter)}\n`)
    if (lost) throw lost
    if (!context.settings.json)
      for (const warning of report.warnings ?? []) writeWarning(context.err, warning)
    warnOfWaiting(context, waiting)
    return 0
  })
}

function sentence({ agent, service, status }: AssignReport, filter: ToolFilter | undefined): string {
  const [to, what] = [visibleLine(agent), visibleLine(service)]
  if (!filter) return `${what} is no longer assigned to ${to}`
  return `${status === 'unchanged' ? 'unchanged: ' : ''}${what} is assigned to ${to}: ${filterText(filter)}`
}
