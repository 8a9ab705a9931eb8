import { type Durability, McpStoreError, parseRecordKey } from '@mcpstore/storage'
import { redactConfig } from '../config/redaction/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { type ErrorNote, noteOfError } from '../errors.ts'
import type { House } from '../house.ts'
import { ASKING, inParallel } from '../in-parallel.ts'
import { type AssignReport, unassignService } from './assign.ts'
import { serviceId } from './keys.ts'
import { checkServiceName } from './names.ts'
import { deleteService } from './writes/changes.ts'
import { weakest } from './writes/outcomes.ts'

/** Configs in the form that `addService` takes. */
export interface ConfigFile {
  mcpServers: Record<string, ServiceConfig>
}

/** What a reset removed, and what it could not. */
export interface ResetReport {
  removed: string[]
  /** Of an agent the services of the store that are no longer assigned to it. */
  unassigned?: string[]
  failed: { name: string; error: ErrorNote }[]
  /** What is still there of those that were removed. */
  warnings?: string[]
  /** The strongest place that is known to hold all removals. */
  durable: Durability
}

/** The configs, secrets redacted; see `StoreContext.showConfig`. */
export function showConfig({ registry }: House, name: string | undefined): ConfigFile {
  const services = name === undefined ? registry.own() : [registry.get(checkServiceName(name))]
  const entries = services.map((service) => [service.name, redactConfig(service.config)] as const)
  return { mcpServers: Object.fromEntries(entries) }
}

/** Removes services with all that is known of them; see `StoreContext.resetConfig`. */
export async function resetConfig(house: House, given: string | undefined): Promise<ResetReport> {
  const names = given === undefined ? allNames(house) : [checkServiceName(given)]
  if (given !== undefined) house.registry.requireOwn(names[0]!)
  const outcomes = await inParallel(names, ASKING, (name) => deleteService(house, name).catch(asFailure))
  const removed = names.filter((_, at) => !(outcomes[at] instanceof McpStoreError))
  const failed = names.flatMap((name, at) => {
    const outcome = outcomes[at]
    return outcome instanceof McpStoreError ? [{ name, error: noteOfError(outcome) }] : []
  })
  const done = outcomes.flatMap((outcome) => (outcome instanceof McpStoreError ? [] : [outcome]))
  const warnings = done.flatMap((one) => one.warnings ?? [])
  const told = { removed, failed, ...(warnings.length > 0 && { warnings }) }
  if (given !== undefined || house.registry.scope === 'store') {
    return { ...told, durable: weakest(done, house) }
  }
  const taken = await unassignAll(house, house.registry.scope.agent)
  const unassigned = taken.map(({ service }) => service)
  return { ...told, unassigned, durable: weakest([...done, ...taken], house) }
}

/** Takes away from an agent what is assigned to it. */
function unassignAll(house: House, agent: string): Promise<AssignReport[]> {
  const assigned = house.registry.assignments.list(agent)
  return Promise.all(assigned.map(({ service }) => unassignService(house, agent, service)))
}

/** Also of those whose stored config cannot be used. */
function allNames({ registry }: House): string[] {
  const { scope } = registry
  const broken = registry.records.problems().flatMap(({ key }) => {
    const record = parseRecordKey(key)
    return record && key === serviceId({ scope, name: record.service }) ? [record.service] : []
  })
  return [...registry.own().map(({ name }) => name), ...broken]
}

function asFailure(thrown: unknown): McpStoreError {
  if (thrown instanceof McpStoreError) return thrown
  throw thrown
}
