import type { Durability } from '@mcpstore/storage'
import { normaliseEntry } from '../../config/normalise.ts'
import { configError } from '../../config/problem.ts'
import { filledIn } from '../../config/redaction/hidden-values.ts'
import type { ServiceConfig } from '../../config/service-config.ts'
import { storeError } from '../../errors.ts'
import type { House } from '../../house.ts'
import { removeLogs } from '../../logs/log-folder.ts'
import { tokensLeft } from '../../tokens/left-tokens.ts'
import type { ApprovedChange } from '../../trust/approver.ts'
import { serviceId } from '../keys.ts'
import { checkServiceName } from '../names.ts'
import { type Parked, parkedOf, refused, sound, weakest } from './outcomes.ts'
import { patchConfig } from './patch.ts'
import { putAll } from './put-services.ts'
import { storedForm, warned } from './stored-form.ts'

/** What became of a change to one service. */
export interface ChangeReport extends Parked {
  name: string
  status: 'updated' | 'unchanged' | 'deleted'
  durable: Durability
  /** What is not safe about it, or no longer; and what of it is still there. */
  warnings?: string[]
}

const PATCH_ATTEMPTS = 50

/** Replaces the config of a service that is there. @throws `unknown_service`, `bad_config`, `conflict` */
export async function updateService(house: House, given: string, entry: unknown): Promise<ChangeReport> {
  const name = checkServiceName(given)
  const { registry } = house
  const { scope } = registry
  registry.requireOwn(name)
  const before = registry.findOwn(name)
  const config = filledIn(name, readEntry(house, name, entry, before?.config), before?.config)
  const vouch = before !== undefined && (await house.gate.isOurs(before))
  const form = await storedForm(house, { scope, name }, config, { vouch })
  const put = { name, key: serviceId({ scope, name }), form }
  const change = vouchedFor({ scope, name, config: form.config }, vouch)
  const outcome = await during(house, change, async () => (await putAll(house, [put]))[0]!)
  const { status, durable } = sound(name, outcome)
  if (status === 'unchanged') return { name, status, durable, ...parkedOf(outcome) }
  return { name, status: 'updated', durable, ...parkedOf(outcome), ...warned(house, form) }
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
    const patched = filledIn(name, readEntry(house, name, patchConfig(config, patch), config), config)
    const vouch = await house.gate.isOurs(service)
    const form = await storedForm(house, service, patched, { vouch })
    if (form.isKept) return { name, status: 'unchanged', durable: weakest([], house) }
    const change = vouchedFor({ scope, name, config: form.config }, vouch)
    const outcome = await during(house, change, () => house.dataspace.putIf(id, form.put().value, stamp))
    if (outcome.status === 'written') {
      return { name, status: 'updated', durable: outcome.durable, ...warned(house, form) }
    }
    if (outcome.problem !== undefined) throw refused(name, outcome.problem)
  }
  throw storeError('conflict', `service "${name}" is being changed by others all the time`, {
    hint: 'Try again.',
  })
}

/** Removes a service, its tool list and its statistics, and tells of its tokens, which stay. @throws `unknown_service`, `conflict` */
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
  return { name, status: 'deleted', durable, ...parkedOf(outcome), ...tokensLeft(house, [{ scope, name }]) }
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

function readEntry(
  house: House,
  name: string,
  entry: unknown,
  stored: ServiceConfig | undefined,
): ServiceConfig {
  const read = normaliseEntry(entry, { cwd: house.options.cwd, stored })
  if ('problems' in read) throw configError(name, read.problems)
  return read.config
}
