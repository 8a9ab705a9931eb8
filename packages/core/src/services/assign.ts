import type { Durability, Json } from '@mcpstore/storage'
import { quoted } from '../config/problem.ts'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { didYouMean, nearest } from '../near.ts'
import { fitsGlob, type ToolFilter } from '../tools/tool-filter.ts'
import { serviceKey } from './keys.ts'
import { checkServiceName, requirePossible } from './names.ts'
import { type Parked, parkedOf, sound } from './writes/outcomes.ts'

/** Globs over the names of tools: `*` stands for any text, `?` for any one character. */
export interface AssignOptions {
  /** Only tools that one of these fits: with an empty list none. Default: `*`, which is all. */
  allow?: readonly string[] | undefined
  /** No tool that one of these fits, be it allowed or not. */
  deny?: readonly string[] | undefined
}

/** What became of an assignment. */
export interface AssignReport extends Parked {
  agent: string
  service: string
  status: 'assigned' | 'updated' | 'unchanged' | 'unassigned'
  durable: Durability
  /** What no tool fits of those that the service is known to have; it counts all the same, as there may be one later. */
  warnings?: readonly string[]
}

/** Assigns a service of the store to an agent; see `AgentContext.assignService`. */
export async function assignService(
  house: House,
  agent: string,
  given: string,
  { allow = ['*'], deny = [] }: AssignOptions,
): Promise<AssignReport> {
  requirePossible({ agent })
  const service = checkServiceName(given)
  const { registry, dataspace } = house
  registry.ofStore().requireOwn(service)
  if (registry.findOwn(service)) {
    throw storeError('already_exists', `agent "${agent}" has a service "${service}" of its own`, {
      hint: 'It goes by that name, so the assigned one could not be used. Remove it first, or give it another name.',
    })
  }
  const existed = registry.assignments.find(agent, service) !== undefined
  const filter: ToolFilter = { allow, deny }
  const outcome = await dataspace.put(keyOf(agent, service), filter as unknown as Json, {
    basis: registry.assignments.life(service),
  })
  const { status, durable } = sound(service, outcome)
  const written = existed ? 'updated' : 'assigned'
  const warnings = await unfit(house, service, filter)
  const told = status === 'unchanged' ? 'unchanged' : written
  return {
    agent,
    service,
    status: told,
    durable,
    ...parkedOf(outcome),
    ...(warnings.length > 0 && { warnings }),
  }
}

/** In words, the globs that fit none of the tools which the service is known to have: mostly slips, of which nobody would hear. */
async function unfit(
  { lists, registry }: House,
  name: string,
  { allow, deny }: ToolFilter,
): Promise<string[]> {
  const service = registry.ofStore().find(name)
  if (!service) return []
  if (!lists.known(service)?.names) await lists.load([service])
  const names = lists.known(service)?.names ?? lists.whole(service)?.tools.map(({ tool }) => tool) ?? []
  if (names.length === 0) return []
  const sides = [
    { globs: allow, what: 'allowed' },
    { globs: deny, what: 'denied' },
  ]
  return sides.flatMap(({ globs, what }) =>
    globs
      .filter((glob) => !names.some((tool) => fitsGlob(glob, tool)))
      .map((glob) => {
        const near = nearest(glob.replace(/[*?]/g, ''), names).map(quoted)
        const hint = near.length > 0 ? `. ${didYouMean(near)}` : ''
        return `no tool that service "${name}" is known to have fits ${quoted(glob)}, which is ${what}${hint}`
      }),
  )
}

/** Takes a service of the store away from an agent; see `AgentContext.unassignService`. */
export async function unassignService(house: House, agent: string, given: string): Promise<AssignReport> {
  const { registry, dataspace } = house
  const { assignments } = registry
  const service = assignments.strangeName(agent, given) ?? checkServiceName(given)
  const key = keyOf(agent, service)
  if (!assignments.find(agent, service) && assignments.problem(key) === undefined) {
    const others = registry.sure(assignments.list(agent)).map((one) => one.service)
    throw storeError('unknown_service', `service "${service}" is not assigned to agent "${agent}"`, {
      hint: others.length > 0 ? `Assigned to it: ${others.join(', ')}.` : 'Nothing is assigned to it.',
    })
  }
  const outcome = await dataspace.put(key, undefined, { basis: assignments.life(service) })
  const { durable } = sound(service, outcome)
  return { agent, service, status: 'unassigned', durable, ...parkedOf(outcome) }
}

function keyOf(agent: string, service: string) {
  return serviceKey({ scope: { agent }, name: service }, 'assignment')
}
