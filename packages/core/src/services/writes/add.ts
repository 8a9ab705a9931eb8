import { type Durability, McpStoreError } from '@mcpstore/storage'
import type { ParsedServices } from '../../config/parse.ts'
import { type AddInput, readServices } from '../../config/read.ts'
import { filledIn, holdsHidden } from '../../config/redaction/hidden-values.ts'
import { redactConfig } from '../../config/redaction/redact.ts'
import type { ServiceConfig } from '../../config/service-config.ts'
import type { ErrorCode } from '../../errors.ts'
import type { House } from '../../house.ts'
import { serviceId } from '../keys.ts'
import { isUnknown, isWritten, type Outcome, obstacleOf, type Parked, parkedOf, weakest } from './outcomes.ts'
import { putAbsent, putAll } from './put-services.ts'
import { type ServerOffer, withoutDeclined } from './server-offer.ts'
import { type StoredForm, storedForm, warned } from './stored-form.ts'

export interface AddOptions {
  /** Leaves a service alone whose name is taken, and reports `already_exists`. */
  ifAbsent?: boolean | undefined
  /** Where relative paths start and services run that name no folder. Default: the store's `cwd`. */
  cwd?: string | undefined
  /** Looks at what a `server.json` comes to, and says whether it is to be added. Default: it is. */
  confirm?: ((offer: ServerOffer) => boolean | Promise<boolean>) | undefined
  /** Which of the ways that a `server.json` offers is added, from 1. Default: the first that can be used here. */
  offer?: number | undefined
}

/** What became of one entry. */
export type AddResult = {
  name: string
  /** Fields that were left out because they change nothing for mcpstore. */
  ignored?: string[]
} & (SavedEntry | FailedEntry)

interface SavedEntry extends Parked {
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
  parked?: never
  error: McpStoreError<ErrorCode>
}

export interface AddReport {
  results: AddResult[]
  /** The strongest place that is known to hold all that was written, or was there already; not there where all has failed. */
  durable?: Durability
  /** Why the services are trusted by this process only: the approval of what was added could not be kept. */
  approvalError?: McpStoreError
}

/** Adds or updates services; see `StoreContext.addService`. */
export async function addServices(
  house: House,
  input: AddInput,
  { ifAbsent = false, cwd, confirm, offer }: AddOptions,
): Promise<AddReport> {
  const read = await readServices(input, { cwd: cwd ?? house.options.cwd, offer })
  const wanted = confirm ? await withoutDeclined(read, confirm) : read
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
    const config = redactConfig(form.config)
    return { name, status, config, ...extra, ...parkedOf(outcome), ...warned(house, form) }
  })
  for (const { name, error } of failures) results.push({ name, status: 'failed', error })
  for (const { error } of results) if (error) house.logger.warn(`not added: ${error.message}`)
  const kept = outcomes.filter(isWritten)
  return {
    results,
    ...(kept.length > 0 && { durable: weakest(kept, house) }),
    ...(problem && { approvalError: problem }),
  }
}

/**
 * The services with what `***` stands for in them, where what is there is this user's: nobody approves what he was not shown.
 * Others are failures.
 */
async function fillAll(
  { gate, registry }: House,
  { services, failures }: ParsedServices,
): Promise<ParsedServices> {
  const filled: ParsedServices = { services: [], failures: [...failures] }
  for (const one of services) {
    const before = holdsHidden(one.config) ? registry.findOwn(one.name) : undefined
    const own = before && (await gate.isOurs(before)) ? before : undefined
    try {
      filled.services.push({ ...one, config: filledIn(one.name, one.config, own?.config) })
    } catch (thrown) {
      if (!(thrown instanceof McpStoreError)) throw thrown
      filled.failures.push({ name: one.name, error: thrown as McpStoreError<ErrorCode> })
    }
  }
  return filled
}
