import type { StoreNode } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { type Cell, renderTable } from '../output/text/table.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { withStore } from '../store/store-session.ts'

const header: Cell[] = ['NODE', 'STATE', 'HOST', 'PID', 'STARTED', 'LAST BEAT', 'VERSION', 'BACKEND', ''].map(
  (text) => ({ text, style: 'dim' }),
)

/** `nodes`: the processes that have the dataspace open, and those that are gone without a word. */
export async function nodes(context: CommandContext): Promise<number> {
  return withStore(context, async (store) => {
    const all = await store.nodes()
    if (context.settings.json) writeJson(context.out, { nodes: all })
    else context.out.write(renderTable([header, ...all.map(rowOf)], context.out))
    return 0
  })
}

function rowOf({ id, self, alive, host, pid, started, lastBeat, version, backend }: StoreNode): Cell[] {
  const seconds = (time: string | null) => (time === null ? '-' : visibleLine(time.replace(/\.\d+/, '')))
  return [
    visibleLine(id),
    alive ? { text: 'alive', style: 'green' } : { text: 'gone', style: 'red' },
    host === null ? '-' : visibleLine(host),
    String(pid ?? '-'),
    seconds(started),
    seconds(lastBeat),
    version === null ? '-' : visibleLine(version),
    backend ?? '-',
    { text: self ? 'this command' : '', style: 'dim' },
  ]
}
