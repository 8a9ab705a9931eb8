import type { ToolFilter } from '../tools/tool-filter.ts'
import type { Registry } from './registry.ts'

/** An agent, as the store knows it. */
export interface AgentSummary {
  id: string
  /** The names of its own services. */
  services: string[]
  /** The services of the store that are assigned to it, and which of their tools it may use. */
  assigned: ({ name: string } & ToolFilter)[]
}

/** All agents that have services, own or assigned ones, in order of their ids. @throws `unavailable` */
export function agentsOf(store: Registry): AgentSummary[] {
  const ids = [...store.records.agents(), ...store.assignments.list().map(({ agent }) => agent)]
  const all = [...new Set(ids)].sort().map((id): AgentSummary => {
    const services = store.records.of({ agent: id }).map(({ name }) => name)
    const assigned = store.assignments
      .list(id)
      .filter(({ service }) => store.records.find({ scope: 'store', name: service }) !== undefined)
      .map(({ service, allow, deny }) => ({ name: service, allow, deny }))
    return { id, services, assigned }
  })
  return store.sure(all.filter(({ services, assigned }) => services.length + assigned.length > 0))
}
