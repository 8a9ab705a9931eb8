import { decodeSegment, type Scope, statsKey } from '@mcpstore/storage'
import type { House } from '../house.ts'
import { latencyOf } from './statistics.ts'
import { isAllowed } from './tool-filter.ts'

/** What was counted of one tool of one service, by every process that shares the dataspace. */
export interface ToolStats {
  /** `service/tool` */
  name: string
  service: string
  tool: string
  calls: number
  /** How many of them failed, lost and given up ones included, and results with `isError`. */
  errors: number
  /**
   * What half of the answers took at most, in ms, and 95 of 100: one of the latencies that are told apart, `Infinity` for more
   * than 1,000, `undefined` where nothing was answered.
   */
  p50Ms: number | undefined
  p95Ms: number | undefined
  /** Every other counter there is, by its name. */
  counters: Readonly<Record<string, number>>
}

/** The counters of the tools that were called; see `StoreContext.toolStats`. @throws `unavailable` */
export function toolStats({ dataspace, registry }: House, wanted: string | undefined): ToolStats[] {
  const found = new Map<string, { service: string; tool: string; counts: Map<string, number> }>()
  for (const { key, field, total } of dataspace.allCounters()) {
    const counted = countedTool(key, field)
    if (!counted) continue
    const { service, tool, counter } = counted
    const seen = registry.find(service)
    if (!seen || key !== statsKey(tool, seen.scope) || (seen.grant && !isAllowed(seen.grant, tool))) continue
    const name = `${service}/${tool}`
    if (wanted !== undefined && wanted !== name && wanted !== tool) continue
    const { counts } = found.get(name) ?? found.set(name, { service, tool, counts: new Map() }).get(name)!
    counts.set(counter, total)
  }
  registry.sure([...found], 'what was counted')
  return Array.from(found, ([name, { service, tool, counts }]): ToolStats => {
    const { calls = 0, errors = 0, ...counters } = Object.fromEntries(counts)
    const [p50Ms, p95Ms] = [0.5, 0.95].map((share) => latencyOf(counters, share))
    return { name, service, tool, calls, errors, p50Ms, p95Ms, counters }
  }).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What one counter of a dataspace counts; `undefined` for one that no tool has. */
export function countedTool(
  key: string,
  field: string,
): { scope: Scope; service: string; tool: string; counter: string } | undefined {
  const [, id, name] = /^(?:agents:([^:]+):)?tools:([^:]+):stats$/.exec(key) ?? []
  const [agent, tool, service, counter] = [id, name, ...field.split(':')].map(
    (segment) => segment && decodeSegment(segment),
  )
  if (tool === undefined || service === undefined || counter === undefined) return undefined
  if (id === undefined) return { scope: 'store', service, tool, counter }
  return agent === undefined ? undefined : { scope: { agent }, service, tool, counter }
}
