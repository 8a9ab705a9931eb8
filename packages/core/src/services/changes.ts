import { type Durability, type Json, McpStoreError } from '@mcpstore/storage'
import { normaliseEntry } from '../config/normalise.ts'
import type { ParsedServices } from '../config/parse.ts'
import { configError } from '../config/problem.ts'
import { type AddInput, readServices } from '../config/read.ts'
import { redactConfig } from '../config/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import type { House } from '../house.ts'
import type { ApprovedChange } from '../trust/approver.ts'
import { serviceId } from './keys.ts'
import { checkServiceName } from './names.ts'
import { isUnknown, isWritten, type Outcome, obstacleOf, refused, sound } from './outcomes.ts'
import { patchConfig } from './patch.ts'
import { putAbsent, putAll } from './put-services.ts'
import type { Service } from './registry.ts'

export interface AddOptions {
  /** Leaves a service alone whose name is taken, and reports `already_exists`. */
  ifAbsent?: boolean
  /** Where relative paths start and services run that name no folder. Default: the store's `cwd`. */
  cwd?: string
}

/** What became of one entry. */
export interface AddResult {
  name: string
  status: 'added' | 'updated' | 'unchanged' | 'failed'
  /** What was written, or was there already, secrets redacted; not what somebody else may have written since. */
  config?: ServiceConfig
  /** Fields that were left out because they change nothing for mcpstore. */
  ignored?: string[]
  error?: McpStoreError<ErrorCode>
}

export interface AddReport {
  results: AddResult[]
  /** The strongest place that is known to hold all that was written. */
  durable: Durability
  /** Why the services are trusted by this process only: the approval of what was added could not be kept. */
  approvalError?: McpStoreError
}

/** What became of a change to one service. */
export interface ChangeReport {
  name: string
  status: 'updated' | 'unchanged' | 'deleted'
  durable: Durability
}

const STRENGTH: Durability[] = ['memory', 'local', 'redis']
const PATCH_ATTEMPTS = 50

/** Adds or updates services; see `StoreContext.addService`. */
export async function addServices(
  house: House,
  input: AddInput,
  { ifAbsent = false, cwd }: AddOptions,
): Promise<AddReport> {
  return addParsed(house, await readServices(input, { cwd: cwd ?? house.options.cwd }), { ifAbsent })
}

/** Adds what was read. Without `vouch` nothing of it is approved. */
export async function addParsed(
  house: House,
  { services, failures }: ParsedServices,
  { ifAbsent = false, vouch = true }: { ifAbsent?: boolean; vouch?: boolean },
): Promise<AddReport> {
  const { registry } = house
  const { scope } = registry
  const existed = new Set(services.filter(({ name }) => registry.findOwn(name)).map(({ name }) => name))
  const puts = services.map(({ name, config }) => ({
    name,
    key: serviceId({ scope, name }),
    value: config as unknown as Json,
  }))
  const { result: outcomes, problem } = await house.approver.during<Outcome[]>(
    services.map(({ name, config }) => ({ scope, name, config: vouch ? config : undefined })),
    () => (ifAbsent ? putAbsent(house, puts) : putAll(house, puts)),
    (all, at) => (isUnknown(all[at]!) ? undefined : isWritten(all[at]!)),
  )
  const results: AddResult[] = services.map(({ name, config, ignored }, at) => {
    const outcome = outcomes[at]!
    const extra = ignored.length > 0 ? { ignored } : {}
    if (outcome instanceof McpStoreError) return { name, status: 'failed', error: outcome, ...extra }
    const obstacle = obstacleOf(name, outcome)
    if (obstacle) return { name, status: 'failed', error: obstacle, ...extra }
    const written = existed.has(name) ? 'updated' : 'added'
    const status = outcome.status === 'unchanged' ? 'unchanged' : written
    return { name, status, config: redactConfig(config), ...extra }
  })
  for (const { name, error } of failures) results.push({ name, status: 'failed', error })
  for (const { error } of results) if (error) house.logger.warn(`not added: ${error.message}`)
  const durable = weakest(outcomes.filter(isWritten), house)
  return { results, durable, ...(problem && { approvalError: problem }) }
}

/** The strongest place that is known to hold all of these; with none of them, what holds the data now. */
export function weakest(written: readonly { durable: Durability }[], house: House): Durability {
  const strengths = written.map(({ durable }) => STRENGTH.indexOf(durable))
  if (strengths.length > 0) return STRENGTH[Math.min(...strengths)]!
  const { backend } = house.dataspace.status()
  return backend === 'sqlite' ? 'local' : backend
}

/** Replaces the config of a service that is there. @throws `unknown_service`, `bad_config`, `conflict` */
export async function updateService(house: House, given: string, entry: unknown): Promise<ChangeReport> {
  const name = checkServiceName(given)
  const { registry } = house
  const { scope } = registry
  registry.requireOwn(name)
  const config = readEntry(house, name, entry)
  const outcome = await approvingIfTrusted(house, registry.findOwn(name), { scope, name, config }, () =>
    house.dataspace.put(serviceId({ scope, name }), config as unknown as Json),
  )
  const { status, durable } = sound(name, outcome)
  return { name, status: status === 'unchanged' ? 'unchanged' : 'updated', durable }
}

/**
 * Changes single fields of a service's config by the rules of a JSON merge patch (RFC 7396): objects are merged, `null`
 * removes. Of two who patch at once none is lost. @throws `unknown_service`, `bad_config`, `unavailable`, `outcome_unknown`
 */
export async function patchService(house: House, given: string, patch: unknown): Promise<ChangeReport> {
  const name = checkServiceName(given)
  for (let attempt = 0; attempt < PATCH_ATTEMPTS; attempt++) {
    const service = house.registry.getOwn(name)
    const { scope, id, config, stamp } = service
    const patched = readEntry(house, name, patchConfig(config, patch))
    if (JSON.stringify(patched) === JSON.stringify(config)) {
      return { name, status: 'unchanged', durable: weakest([], house) }
    }
    const outcome = await approvingIfTrusted(house, service, { scope, name, config: patched }, () =>
      house.dataspace.putIf(id, patched as unknown as Json, stamp),
    )
    if (outcome.status === 'written') return { name, status: 'updated', durable: outcome.durable }
  }
  throw storeError('conflict', `service "${name}" is being changed by others all the time`, {
    hint: 'Try again.',
  })
}

/** Removes a service, its tool list and its statistics. @throws `unknown_service`, `conflict` */
export async function deleteService(house: House, given: string): Promise<ChangeReport> {
  const name = checkServiceName(given)
  const { registry } = house
  const { scope } = registry
  registry.requireOwn(name)
  const id = serviceId({ scope, name })
  const outcome = await approvingIfTrusted(house, registry.findOwn(name), { scope, name }, () =>
    house.dataspace.put(id, undefined),
  )
  const { status, durable } = sound(name, outcome)
  const problem = status === 'unchanged' ? registry.records.problem({ scope, name }) : undefined
  // What is no record cannot be overwritten by one.
  if (problem !== undefined) throw refused(name, problem)
  await house.reach.disconnect({ id })
  await house.pins.forget({ scope, name })
  return { name, status: 'deleted', durable }
}

/** Of a stranger's config nothing is approved by changing it: what he wrote may still be in it. */
async function approvingIfTrusted<Result extends { status: string }>(
  { approver, gate }: House,
  before: Service | undefined,
  change: ApprovedChange,
  work: () => Promise<Result>,
): Promise<Result> {
  if (before) await gate.consult([before])
  const isTrusted = before !== undefined && gate.isTrusted(before)
  const { scope, name } = change
  const changes = [isTrusted ? change : { scope, name }]
  const cameAbout = ({ status }: Result) => status !== 'outdated' && status !== 'refused'
  return (await approver.during(changes, work, cameAbout)).result
}

function readEntry(house: House, name: string, entry: unknown): ServiceConfig {
  const read = normaliseEntry(entry, { cwd: house.options.cwd })
  if ('problems' in read) throw configError(name, read.problems)
  return read.config
}
