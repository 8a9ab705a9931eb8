import { type Durability, McpStoreError, parseRecordKey } from '@mcpstore/storage'
import { redactConfig } from '../config/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { type ErrorNote, noteOfError } from '../errors.ts'
import type { House } from '../house.ts'
import { ASKING, inParallel } from '../tools/in-parallel.ts'
import { deleteService, weakest } from './changes.ts'
import { checkServiceName } from './names.ts'

/** Configs in the form that `addService` takes. */
export interface ConfigFile {
  mcpServers: Record<string, ServiceConfig>
}

/** What a reset removed, and what it could not. */
export interface ResetReport {
  removed: string[]
  failed: { name: string; error: ErrorNote }[]
  /** The strongest place that is known to hold all removals. */
  durable: Durability
}

/** The configs, secrets redacted; see `StoreContext.showConfig`. */
export function showConfig({ registry }: House, name: string | undefined): ConfigFile {
  const services = name === undefined ? registry.all() : [registry.get(checkServiceName(name))]
  const entries = services.map((service) => [service.name, redactConfig(service.config)] as const)
  return { mcpServers: Object.fromEntries(entries) }
}

/** Removes services with all that is known of them; see `StoreContext.resetConfig`. */
export async function resetConfig(house: House, given: string | undefined): Promise<ResetReport> {
  const names = given === undefined ? allNames(house) : [checkServiceName(given)]
  if (given !== undefined) house.registry.require(names[0]!)
  const outcomes = await inParallel(names, ASKING, (name) => deleteService(house, name).catch(asFailure))
  const removed = names.filter((_, at) => !(outcomes[at] instanceof McpStoreError))
  const failed = names.flatMap((name, at) => {
    const outcome = outcomes[at]
    return outcome instanceof McpStoreError ? [{ name, error: noteOfError(outcome) }] : []
  })
  const done = outcomes.flatMap((outcome) => (outcome instanceof McpStoreError ? [] : [outcome]))
  return { removed, failed, durable: weakest(done, house) }
}

/** Also of those whose stored config cannot be used. */
function allNames({ registry }: House): string[] {
  const broken = registry.problems().flatMap(({ key }) => parseRecordKey(key)?.service ?? [])
  return [...registry.all().map(({ name }) => name), ...broken]
}

function asFailure(thrown: unknown): McpStoreError {
  if (thrown instanceof McpStoreError) return thrown
  throw thrown
}
