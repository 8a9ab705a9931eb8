import type { StoreContext, StoreStatus, ToolStats } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { options } from '../command-line/options.ts'
import { usageError } from '../failures/cli-error.ts'
import { warnOfWaiting, writeAdvice } from '../failures/failure.ts'
import { writeJson } from '../output/json.ts'
import { type Output, writeNote } from '../output/output.ts'
import { type Cell, renderTable } from '../output/text/table.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { servicesOf, withStore } from '../store/store-session.ts'

const header: Cell[] = ['TOOL', 'CALLS', 'ERRORS', 'P50', 'P95'].map((text) => ({ text, style: 'dim' }))

/** What comes first: the most of it. Tools that are alike in that are in the order of their names. */
const orders: Readonly<Record<string, (stats: ToolStats) => number>> = {
  calls: ({ calls }) => calls,
  errors: ({ calls, errors }) => errors / Math.max(1, calls),
  p50: ({ p50Ms }) => p50Ms ?? -1,
  p95: ({ p95Ms }) => p95Ms ?? -1,
  name: () => 0,
}

/** `stats [SERVICE|TOOL]`: what all processes have counted of the tools that were called. */
export async function stats(context: CommandContext, input: CommandInput): Promise<number> {
  const {
    positionals: [wanted],
    values: { agent, sort = 'calls' },
  } = input
  const weight = Object.hasOwn(orders, sort) ? orders[sort] : undefined
  if (!weight)
    throw usageError(`--sort must be one of ${(options.sort.names as readonly string[]).join(', ')}`)
  return withStore(context, async (store) => {
    const services = servicesOf(store, { agent })
    const all = await services.toolStats()
    const of = (word: string) => all.filter(({ name, service, tool }) => [name, service, tool].includes(word))
    const counted = wanted === undefined ? all : of(wanted)
    const isUncounted = wanted !== undefined && counted.length === 0
    const found = isUncounted ? of(await nameOf(services, wanted)) : counted
    const shown = found.toSorted((a, b) => weight(b) - weight(a))
    const status = store.status()
    if (context.settings.json)
      writeJson(context.out, { tools: shown.map(asDocument), storage: storageOf(status) })
    else if (shown.length === 0) sayNothing(context.out, wanted, status)
    else context.out.write(renderTable([header, ...shown.map(rowOf)], context.out))
    warnOfWaiting(context, waitingOf(status))
    return 0
  })
}

/** The full name of what was not counted as it was written. @throws `unknown_service`, `unknown_tool`, `not_listed` where it is nothing */
async function nameOf(services: StoreContext, written: string): Promise<string> {
  const { namedBy } = await import('../store/named.ts')
  try {
    const { service, tool } = await namedBy(services, written, { offline: true })
    return (service ?? tool).name
  } catch (thrown) {
    const { code } = thrown as { code?: string }
    // Several tools of a name are tools; those of a service that was never listed are unknown.
    if (code === 'ambiguous_tool' || (code === 'not_listed' && written.includes('/'))) return written
    throw thrown
  }
}

/** While all is well what was counted is only on its way. */
function storageOf({ backend, configured, state, pendingCounts }: StoreStatus): object {
  return { backend, configured, state, pendingCounts: state === 'up' ? 0 : pendingCounts }
}

/** What was counted on this machine is in what is shown, and what others have counted may not be. */
function waitingOf({ state, pendingCounts }: StoreStatus): { message: string } | undefined {
  if (state === 'up' || pendingCounts === 0) return undefined
  const [counters, wait] = pendingCounts === 1 ? ['counter', 'waits'] : ['counters', 'wait']
  const message = `what was counted on this machine is in this, and others do not see it yet: ${pendingCounts} ${counters} ${wait} to be sent`
  return { message }
}

function sayNothing(out: Output, wanted: string | undefined, { backend, configured }: StoreStatus): void {
  const call = wanted === undefined ? 'No call' : `No call of ${visibleLine(wanted)}`
  if (backend !== configured) writeNote(out, `${call} is known here.\n`)
  else if (wanted === undefined) writeNote(out, 'No tool was called yet.\n')
  else writeAdvice(out, `${call} was counted.`, 'To see what was: mcpstore stats')
}

/** JSON has no word for what is more than all that is told apart. */
function asDocument({ p50Ms, p95Ms, ...rest }: ToolStats): object {
  return { ...rest, p50Ms: finite(p50Ms), p95Ms: finite(p95Ms) }
}

function finite(ms: number | undefined): number | null {
  return ms === undefined || !Number.isFinite(ms) ? null : ms
}

function rowOf({ name, calls, errors, p50Ms, p95Ms }: ToolStats): Cell[] {
  const rate = Math.round((errors / Math.max(1, calls)) * 100)
  return [
    visibleLine(name),
    String(calls),
    errors === 0 ? '-' : { text: `${errors} (${rate} %)`, style: 'red' },
    latency(p50Ms),
    latency(p95Ms),
  ]
}

function latency(ms: number | undefined): string {
  if (ms === undefined) return '-'
  return Number.isFinite(ms) ? `≤ ${ms} ms` : '> 1 s'
}
