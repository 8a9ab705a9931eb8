import type { House } from '../house.ts'
import { agentsOf } from '../services/agents.ts'
import type { Service } from '../services/registry.ts'
import {
  type DataspaceExport,
  type ExportedAgent,
  type ExportedService,
  FORMAT,
  VERSION,
} from './document.ts'

/** All that was put into a dataspace, as it is stored; see `Store.exportDataspace`. @throws `unavailable` */
export async function exportDataspace({ dataspace, gate, registry }: House): Promise<DataspaceExport> {
  const services = registry.shown()
  await gate.consult(services)
  const exported = (of: readonly Service[]): Record<string, ExportedService> =>
    Object.fromEntries(
      of.map((service) => {
        const untrusted = gate.whyInert(service)
        const config = structuredClone(service.config)
        return [service.name, { config, ...(untrusted !== null && { untrusted }) }]
      }),
    )
  const agents = agentsOf(registry).map(({ id, assigned }): [string, ExportedAgent] => {
    const assignments = assigned.map(({ name, allow, deny }) => [
      name,
      { allow: [...allow], deny: [...deny] },
    ])
    const own = registry.records.of({ agent: id })
    return [id, { services: exported(own), assignments: Object.fromEntries(assignments) }]
  })
  return {
    format: FORMAT,
    version: VERSION,
    namespace: dataspace.namespace,
    dataspace: dataspace.dataspace,
    exportedAt: new Date().toISOString(),
    services: exported(registry.records.of('store')),
    agents: Object.fromEntries(agents),
  }
}
