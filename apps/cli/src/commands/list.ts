import type { ServiceSummary, Store, StoreStatus } from '@mcpstore/core'
import type { CommandContext } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { briefError } from '../output/last-error.ts'
import { statusCell } from '../output/service-text.ts'
import { type Cell, renderTable } from '../output/table.ts'
import { visibleLine } from '../output/terminal-text.ts'
import { withStore } from '../store-session.ts'

/** `list`: every service, without starting any. */
export async function list(context: CommandContext): Promise<number> {
  return withStore(context, async (store) => {
    const services = await store.forStore().listServices()
    if (context.settings.json) {
      writeJson(context.out, { services: services.map(shapeOf), storage: storageOf(store.status()) })
    } else if (services.length === 0) {
      const { location } = store.status()
      const obstacle = location === null ? undefined : await context.writeObstacle(location)
      const next = obstacle
        ? `, and ${visibleLine(obstacle.message)}`
        : ' yet. Add some: mcpstore add mcp.json'
      context.out.write(`No services${placeOf(store)}${next}\n`)
    } else {
      context.out.write(renderTable([header, ...services.map(rowOf)], context.out))
    }
    const status = store.status()
    if (!context.settings.json && status.quarantined.length > 0) {
      const { warnOfQuarantined } = await import('../failure.ts')
      warnOfQuarantined(context.err, status)
    }
    return 0
  })
}

function placeOf({ namespace, dataspace }: Store): string {
  if (namespace === 'default' && dataspace === 'default') return ''
  return ` in ${visibleLine(`dataspace ${dataspace} (namespace ${namespace})`)}`
}

const header: Cell[] = ['NAME', 'TRANSPORT', 'STATUS', 'TOOLS', ''].map((text) => ({ text, style: 'dim' }))

function shapeOf({ name, scope, transport, status, toolCount, facts }: ServiceSummary): ServiceSummary {
  return { name, scope, transport, status, toolCount, facts }
}

function storageOf({ backend, configured, state, absent }: StoreStatus): object {
  return { backend, configured, state, absent }
}

function rowOf({ name, transport, status, toolCount, facts }: ServiceSummary): Cell[] {
  const troubled = status !== 'ok' && status !== 'new' && facts.lastError !== null
  const error = troubled ? briefError(facts.lastError?.message ?? '', name) : ''
  const note = status === 'untrusted' ? (facts.inert ?? '') : error
  return [
    visibleLine(name),
    transport,
    statusCell(status),
    String(toolCount ?? '-'),
    { text: note, style: 'dim' },
  ]
}
