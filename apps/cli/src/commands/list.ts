import type { ServiceSummary, Store, StoreStatus } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { agentOption } from '../command-line/agent-option.ts'
import { formatAge } from '../command-line/duration.ts'
import type { OptionValues } from '../command-line/options.ts'
import { scopeText } from '../output/agent-text.ts'
import { writeJson } from '../output/json.ts'
import { briefError } from '../output/last-error.ts'
import { writeNote } from '../output/output.ts'
import { statusCell } from '../output/service-text.ts'
import { type Cell, renderNotes } from '../output/text/table.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { obstacleTo, servicesOf, withStore } from '../store/store-session.ts'

/** `list`: every service, of agents too, or with `--agent` those that this agent sees, without starting any. */
export async function list(context: CommandContext, { values }: CommandInput): Promise<number> {
  return withStore(context, async (store) => {
    const services = await servicesOf(store, values).listServices()
    if (context.settings.json) {
      writeJson(context.out, { services: services.map(shapeOf), storage: storageOf(store.status()) })
    } else if (services.length === 0) {
      await sayNothing(context, values, store)
    } else {
      const scoped = values.agent !== undefined || services.some(({ scope }) => scope !== 'store')
      const rows = services.map((service) => rowOf(service, scoped))
      context.out.write(renderNotes([headerOf(scoped), ...rows], context.out))
    }
    const status = store.status()
    if (!context.settings.json && status.quarantined.length > 0) {
      const { warnOfQuarantined } = await import('../failures/failure.ts')
      warnOfQuarantined(context.err, status)
    }
    return 0
  })
}

/** There may be some where nobody could look. */
async function sayNothing(context: CommandContext, values: OptionValues, store: Store): Promise<void> {
  const { out } = context
  const status = store.status()
  const whose = values.agent === undefined ? '' : ` for agent ${visibleLine(values.agent)}`
  const none = `No services${whose}${placeOf(store)}`
  if (status.backend !== status.configured) return writeNote(out, `${none} are known here\n`)
  const obstacle = await obstacleTo(context, status)
  if (obstacle) return writeNote(out, `${none}, and ${visibleLine(obstacle.message)}\n`)
  const { writeAdvice } = await import('../failures/failure.ts')
  writeAdvice(out, `${none} yet.`, `Add some: mcpstore add mcp.json${agentOption(values)}`)
}

function placeOf({ namespace, dataspace }: Store): string {
  if (namespace === 'default' && dataspace === 'default') return ''
  return ` in ${visibleLine(`dataspace ${dataspace} (namespace ${namespace})`)}`
}

function headerOf(scoped: boolean): Cell[] {
  const titles = ['NAME', ...(scoped ? ['SCOPE'] : []), 'TRANSPORT', 'STATUS', 'TOOLS', 'AGE', '']
  return titles.map((text) => ({ text, style: 'dim' }))
}

function shapeOf({
  name,
  scope,
  assigned,
  transport,
  status,
  toolCount,
  fetchedAt,
  age,
  facts,
}: ServiceSummary): ServiceSummary {
  return { name, scope, ...(assigned && { assigned }), transport, status, toolCount, fetchedAt, age, facts }
}

function storageOf({ backend, configured, state, absent }: StoreStatus): object {
  return { backend, configured, state, absent }
}

function rowOf(
  { name, scope, transport, status, toolCount, age, facts }: ServiceSummary,
  scoped: boolean,
): Cell[] {
  const troubled = status !== 'ok' && status !== 'new' && facts.lastError !== null
  const error = troubled ? briefError(facts.lastError?.message ?? '', name) : ''
  const why = status === 'untrusted' ? (facts.inert ?? '') : error
  const stale = facts.healthStale ? 'stale: who found it so is gone without a word' : ''
  const note = [stale, why].filter(Boolean).join('; ')
  return [
    visibleLine(name),
    ...(scoped ? [scopeText(scope)] : []),
    transport,
    statusCell(status),
    String(toolCount ?? '-'),
    age === null ? '-' : formatAge(age),
    { text: note, style: 'dim' },
  ]
}
