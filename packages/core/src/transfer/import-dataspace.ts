import { isDeepStrictEqual } from 'node:util'
import { type Durability, McpStoreError, type Scope } from '@mcpstore/storage'
import type { ParsedService } from '../config/parse.ts'
import { redactConfig } from '../config/redaction/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import { type House, houseOf } from '../house.ts'
import { ASKING, inParallel } from '../in-parallel.ts'
import { assignService } from '../services/assign.ts'
import { type AddReport, addParsed } from '../services/writes/add.ts'
import { type Parked, weakest } from '../services/writes/outcomes.ts'
import type { ToolFilter } from '../tools/tool-filter.ts'
import type { ExportedService } from './document.ts'
import { type ImportInput, readDocument } from './read-document.ts'

export interface ImportOptions {
  /** Puts what differs in place of what is there. Default: what is there stays. */
  replace?: boolean | undefined
  /** Takes services that nobody had trusted where they were exported, and approves them like the others. */
  includeUntrusted?: boolean | undefined
}

/** `kept`: something else of this name is there, and stays. */
export type ImportStatus = 'added' | 'updated' | 'unchanged' | 'kept' | 'failed'

/** What became of one service. */
export interface ImportedService extends Parked {
  name: string
  scope: Scope
  status: ImportStatus
  /** What is there now, secrets redacted. */
  config?: ServiceConfig
  /** What is not safe about it, or no longer. */
  warnings?: string[]
  error?: McpStoreError<ErrorCode>
}

/** What became of one assignment. */
export interface ImportedAssignment {
  agent: string
  service: string
  status: ImportStatus
  error?: McpStoreError<ErrorCode>
}

export interface ImportReport {
  services: ImportedService[]
  assignments: ImportedAssignment[]
  /** The strongest place that is known to hold all that was written. */
  durable: Durability
  /** Why the services are trusted by this process only: the approval of what was imported could not be kept. */
  approvalError?: McpStoreError
}

/** Adds what an export holds; see `Store.importDataspace`. @throws `bad_config`, `unavailable` */
export async function importDataspace(
  house: House,
  input: ImportInput,
  options: ImportOptions,
): Promise<ImportReport> {
  const { agents, services } = await readDocument(input, house.options.cwd)
  // Where nobody knows what is there, nobody knows what differs.
  house.registry.own()
  const parts = [await importServices(house, services, options)]
  const wanted = Object.entries(agents).flatMap(([agent, { assignments }]) =>
    Object.entries(assignments).map(([service, filter]) => ({ agent, service, filter })),
  )
  // Before the services of agents: one of the same name would go before what is assigned.
  const assigned = await inParallel(wanted, ASKING, (one) => importAssignment(house, one, options))
  for (const [agent, { services: own }] of Object.entries(agents)) {
    parts.push(await importServices(houseOf(house, agent), own, options))
  }
  const problem = parts.flatMap(({ approvalError }) => approvalError ?? [])[0]
  return {
    services: parts.flatMap((part) => part.services),
    assignments: assigned.map(({ durable: _, ...one }) => one),
    durable: weakest(
      [...parts.flatMap(({ durable }) => durable), ...assigned.flatMap(({ durable }) => durable ?? [])].map(
        (durable) => ({ durable }),
      ),
      house,
    ),
    ...(problem && { approvalError: problem }),
  }
}

interface Part {
  services: ImportedService[]
  /** Where each batch that was written is. */
  durable: Durability[]
  approvalError: McpStoreError | undefined
}

/** The services of one scope. */
async function importServices(
  house: House,
  services: Readonly<Record<string, ExportedService>>,
  options: ImportOptions,
): Promise<Part> {
  const { scope } = house.registry
  const decided = Object.entries(services).map(([name, service]) => decide(house, name, service, options))
  const reports = await Promise.all(
    [true, false].map(async (vouch): Promise<AddReport | undefined> => {
      const chosen = decided.flatMap((one) => ('add' in one && one.vouch === vouch ? [one.add] : []))
      return chosen.length > 0 ? addParsed(house, { services: chosen, failures: [] }, { vouch }) : undefined
    }),
  )
  const made = new Map(reports.flatMap((report) => report?.results ?? []).map((one) => [one.name, one]))
  return {
    services: decided.map((one): ImportedService => {
      if (!('add' in one)) return { ...one, scope }
      const { name, status, config, error, parked, warnings } = made.get(one.add.name)!
      return {
        name,
        scope,
        status,
        ...(config && { config }),
        ...(warnings && { warnings }),
        ...(parked !== undefined && { parked }),
        ...(error && { error }),
      }
    }),
    durable: reports.flatMap((report) => report?.durable ?? []),
    approvalError: reports.flatMap((report) => report?.approvalError ?? [])[0],
  }
}

type Decision = { add: ParsedService; vouch: boolean } | Omit<ImportedService, 'scope'>

function decide(
  { gate, registry }: House,
  name: string,
  { config, untrusted }: ExportedService,
  { replace = false, includeUntrusted = false }: ImportOptions,
): Decision {
  const there = registry.findOwn(name)
  const isEqual = there !== undefined && isDeepStrictEqual(there.config, config)
  const isTaken = there !== undefined || registry.problem(name) !== undefined
  if (isTaken && !isEqual && !replace) {
    return { name, status: 'kept', ...(there && { config: redactConfig(there.config) }) }
  }
  // In the words in which it stands, so that it is not written again.
  const add = { name, config: isEqual ? there.config : config, ignored: [] }
  if (untrusted === undefined || includeUntrusted) return { add, vouch: true }
  if (isEqual) return { name, status: 'unchanged', config: redactConfig(config) }
  // What others share stays inert there. What is one's own is trusted as a whole.
  return gate.isOwn ? { name, status: 'failed', error: notTrusted(name, untrusted) } : { add, vouch: false }
}

function notTrusted(name: string, why: string): McpStoreError<ErrorCode> {
  return storeError('untrusted', `service "${name}" was not trusted where it was exported: ${why}`, {
    hint: 'Look at it in the export. With includeUntrusted (--untrusted) it is imported all the same.',
  })
}

async function importAssignment(
  house: House,
  { agent, service, filter }: { agent: string; service: string; filter: ToolFilter },
  { replace = false }: ImportOptions,
): Promise<ImportedAssignment & { durable?: Durability }> {
  const there = house.registry.assignments.find(agent, service)
  if (there && isDeepStrictEqual([there.allow, there.deny], [filter.allow, filter.deny])) {
    return { agent, service, status: 'unchanged' }
  }
  if (there && !replace) return { agent, service, status: 'kept' }
  try {
    const { durable } = await assignService(houseOf(house, agent), agent, service, filter)
    return { agent, service, status: there ? 'updated' : 'added', durable }
  } catch (thrown) {
    if (!(thrown instanceof McpStoreError)) throw thrown
    return { agent, service, status: 'failed', error: thrown as McpStoreError<ErrorCode> }
  }
}
