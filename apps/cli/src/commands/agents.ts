import type { CommandContext } from '../command.ts'
import { filterText } from '../output/agent-text.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { type Cell, renderTable } from '../output/text/table.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { withStore } from '../store/store-session.ts'

const header: Cell[] = ['AGENT', 'SERVICE', ''].map((text) => ({ text, style: 'dim' }))

/** `agents`: every agent that has services, its own and those of the store that are assigned to it. */
export async function agents(context: CommandContext): Promise<number> {
  return withStore(context, async (store) => {
    const all = await store.listAgents()
    if (context.settings.json) writeJson(context.out, { agents: all })
    else if (all.length === 0)
      writeNote(context.out, 'No agents. See mcpstore assign --help, or mcpstore add --help\n')
    else {
      const rows = all.flatMap(({ id, services, assigned }): Cell[][] => [
        ...services.map((name) => [
          visibleLine(id),
          visibleLine(name),
          { text: 'its own', style: 'dim' as const },
        ]),
        ...assigned.map(({ name, ...filter }) => [
          visibleLine(id),
          visibleLine(name),
          { text: `assigned: ${filterText(filter)}`, style: 'dim' as const },
        ]),
      ])
      context.out.write(renderTable([header, ...rows], context.out))
    }
    return 0
  })
}
