import type { House } from '../house.ts'
import type { Service } from '../services/registry.ts'
import { isStale } from './lists/freshness.ts'
import type { CachedList } from './lists/list-head.ts'
import type { ResolvedTool } from './resolve.ts'

/** A tool in a list that is known and good. */
interface KnownTool extends ResolvedTool {
  list: CachedList
}

/** What was found, as long as no record has changed since. */
interface Found {
  version: number
  tools: Map<string, KnownTool>
}

/** How many addresses are remembered at most. */
const MOST = 1000

const found = new WeakMap<House, Found>()

/**
 * The tool of an address `service/tool` in a list that is known and good: without asking or waiting for anybody. To find it
 * takes longer than all else that is done before a call is sent, so it is found once as long as nothing changes.
 */
export function knownTool(house: House, address: string): ResolvedTool | undefined {
  const { version } = house.dataspace
  const last = found.get(house)
  const tools = last?.version === version ? last.tools : new Map<string, KnownTool>()
  if (tools !== last?.tools) found.set(house, { version, tools })
  const before = tools.get(address)
  const isGood = before && mayBeRemembered(house, before.service)
  const known = isGood ? before : look(house, address)
  if (!known || isStale(house, known.list) || house.gate.refusal(known.service)) return undefined
  if (!before && tools.size < MOST && mayBeRemembered(house, known.service)) tools.set(address, known)
  return known
}

function look(house: House, address: string): KnownTool | undefined {
  const slash = address.indexOf('/')
  const service = slash > 0 ? house.registry.find(address.slice(0, slash)) : undefined
  if (!service || service.config.disabled) return undefined
  const list = house.lists.get(service)
  if (!list || house.refresher.isOutdated(service, list)) return undefined
  const name = address.slice(slash + 1)
  const tool = list.tools.find((one) => one.tool === name)
  return tool && { service, tool, list, live: false }
}

/** Whether all that was looked at stands in records; what a run that does not stay has heard does not. */
function mayBeRemembered({ lists, options }: House, service: Service): boolean {
  return options.refreshBehind && !lists.isUnrecorded(service)
}
