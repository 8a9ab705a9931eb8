import { type Durability, McpStoreError } from '@mcpstore/storage'
import { normaliseEntry } from '../config/normalise.ts'
import type { ParsedServices } from '../config/parse.ts'
import { configError } from '../config/problem.ts'
import { type AddInput, readServices } from '../config/read.ts'
import { redactConfig } from '../config/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { type ErrorCode, storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { removeLogs } from '../logs/log-folder.ts'
import type { ApprovedChange } from '../trust/approver.ts'
import { serviceId } from './keys.ts'
import { fillAll, filledIn, isOurs } from './masked.ts'
import { checkServiceName } from './names.ts'
import { isUnknown, isWritten, type Outcome, obstacleOf, refused, sound } from './outcomes.ts'
import { patchConfig } from './patch.ts'
import { putAbsent, putAll } from './put-services.ts'
import { confirmed, type ServerOffer } from './server-offer.ts'
import { type StoredForm, storedForm } from './stored-form.ts'

export interface AddOptions {
  /** Leaves a service alone whose name is taken, and reports `already_exists`. */
  ifAbsent?: boolean
  /** Where relative paths start and services run that name no folder. Default: the store's `cwd`. */
  cwd?: string
  /** Looks at what a `server.json` comes to, and says whether it is to be added. Default: it is. */
  confirm?: (offer: ServerOffer) => boolean | Promise<boolean>
  /** Which of the ways that a `server.json` offers is added, from 1. Default: the first that can be used here. */
  offer?: number
}

/** What became of one entry. */
export type AddResult = {
  name: string
  /** Fields that were left out because they change nothing for mcpstore. */
  ignored?: string[]
} & (SavedEntry | FailedEntry)

interface SavedEntry {
  status: 'added' | 'updated' | 'unchanged'
  /** What was written, or was there already, secrets redacted; not what somebody else may have written since. */
  config: ServiceConfig
  /** What is not safe about it, or no longer. */
  warnings?: string[]
  error?: never
}

interface FailedEntry {
  status: 'failed'
  config?: never
  warnings?: never
  error: McpStoreError<ErrorCode>
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
  /** What is not safe about it, or no longer. */
  warnings?: string[]
}

const STRENGTH: Durability[] = ['memory', 'local', 'redis']
const PATCH_ATTEMPTS = 50

/** Adds or updates services; see `StoreContext.addService`. */
export async function addServices(
  house: House,
  input: AddInput,
  { ifAbsent = false, cwd, confirm, offer }: AddOptions,
): Promise<AddReport> {
  const read = await readServices(input, { cwd: cwd ?? house.options.cwd, offer })
  const wanted = confirm ? await confirmed(read, confirm) : read
  return addParsed(house, await fillAll(house, wanted), { ifAbsent })
}

/** Adds what was read. Without `vouch` nothing of it is approved. */
export async function addParsed(
  house: House,
  { services: read, failures: misread }: ParsedServices,
  { ifAbsent = false, vouch = true }: { ifAbsent?: boolean; vouch?: boolean },
): Promise<AddReport> {
  const { registry } = house
  const { scope } = registry
  const failures = [...misread]
  const services: { name: string; ignored: string[]; key: string; form: StoredForm }[] = []
  for (const { name, config, ignored } of read) {
    try {
      const form = await storedForm(house, { scope, name }, config, { vouch })
      services.push({ name, ignored, key: serviceId({ scope, name }), form })
    } catch (error) {
      if (!(error instanceof McpStoreError)) throw error
      failures.push({ name, error: error as McpStoreError<ErrorCode> })
    }
  }
  const existed = new Set(services.filter(({ name }) => registry.findOwn(name)).map(({ name }) => name))
  const { result: outcomes, problem } = await house.approver.during<Outcome[]>(
    services.map(({ name, form: { config } }) => ({ scope, name, config: vouch ? config : undefined })),
    () => (ifAbsent ? putAbsent(house, services) : putAll(house, services)),
    (all, at) => (isUnknown(all[at]!) ? undefined : isWritten(all[at]!)),
  )
  const results: AddResult[] = services.map(({ name, form, ignored }, at) => {
    const outcome = outcomes[at]!
    const extra = ignored.length > 0 ? { ignored } : {}
    if (outcome instanceof McpStoreError) return { name, status: 'failed', error: outcome, ...extra }
    const obstacle = obstacleOf(name, outcome)
    if (obstacle) return { name, status: 'failed', error: obstacle, ...extra }
    const written = existed.has(name) ? 'updated' : 'added'
    const status = outcome.status === 'unchanged' ? 'unchanged' : written
    return { name, status, config: redactConfig(form.config), ...extra, ...warned(house, form) }
  })
  for (const { name, error } of failures) results.push({ name, status: 'failed', error })
  for (const { error } of results) if (error) house.logger.warn(`not added: ${error.message}`)
  const durable = weakest(outcomes.filter(isWritten), house)
  return { results, durable, ...(problem && { approvalError: problem }) }
}

/** What is to be said of a write that came about; logged, too. */
function warned({ logger }: House, { warnings }: StoredForm): { warnings?: string[] } {
  for (const warning of warnings) logger.warn(warning)
  return warnings.length > 0 ? { warnings } : {}
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
  const before = registry.findOwn(name)
  const config = filledIn(name, readEntry(house, name, entry), before)
  const vouch = await isOurs(house, before)
  const form = await storedForm(house, { scope, name }, config, { vouch })
  const put = { name, key: serviceId({ scope, name }), form }
  const change = vouchedFor({ scope, name, config: form.config }, vouch)
  const outcome = await during(house, change, async () => (await putAll(house, [put]))[0]!)
  const { status, durable } = sound(name, outcome)
  if (status === 'unchanged') return { name, status, durable }
  return { name, status: 'updated', durable, ...warned(house, form) }
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
    const patched = filledIn(name, readEntry(house, name, patchConfig(config, patch)), service)
    const vouch = await isOurs(house, service)
    const form = await storedForm(house, service, patched, { vouch })
    if (form.isKept) return { name, status: 'unchanged', durable: weakest([], house) }
    const change = vouchedFor({ scope, name, config: form.config }, vouch)
    const outcome = await during(house, change, () => house.dataspace.putIf(id, form.put().value, stamp))
    if (outcome.status === 'written') {
      return { name, status: 'updated', durable: outcome.durable, ...warned(house, form) }
    }
  }
  throw storeError('conflict', `service "${name}" is being changed by others all the time`, {
    hint: 'Try again.',
  })
}

/** Removes a service, its tool list and its statistics. @throws `unknown_service`, `conflict` */
export async function deleteService(house: House, given: string): Promise<ChangeReport> {
  const { registry } = house
  const { scope } = registry
  const name = registry.strangeName(given) ?? checkServiceName(given)
  registry.requireOwn(name)
  const id = serviceId({ scope, name })
  const outcome = await during(house, { scope, name }, () => house.dataspace.put(id, undefined))
  const { status, durable } = sound(name, outcome)
  const problem = status === 'unchanged' ? registry.records.problem({ scope, name }) : undefined
  // What is no record cannot be overwritten by one.
  if (problem !== undefined) throw refused(name, problem)
  await house.reach.disconnect({ id })
  await house.pins.forget({ scope, name })
  await removeLogs(house, { scope, name })
  return { name, status: 'deleted', durable }
}

/** The change, which approves what it makes of a service only where this user vouches for what was there. */
function vouchedFor(change: ApprovedChange, vouch: boolean): ApprovedChange {
  return vouch ? change : { scope: change.scope, name: change.name }
}

async function during<Result extends { status: string }>(
  { approver }: House,
  change: ApprovedChange,
  work: () => Promise<Result>,
): Promise<Result> {
  const cameAbout = ({ status }: Result) => status !== 'outdated' && status !== 'refused'
  return (await approver.during([change], work, cameAbout)).result
}

function readEntry(house: House, name: string, entry: unknown): ServiceConfig {
  const read = normaliseEntry(entry, { cwd: house.options.cwd })
  if ('problems' in read) throw configError(name, read.problems)
  return read.config
}
