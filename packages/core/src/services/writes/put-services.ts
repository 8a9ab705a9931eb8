import { type Dataspace, McpStoreError, type Put, type PutResult } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../../errors.ts'
import type { House } from '../../house.ts'
import { serviceKey } from '../keys.ts'
import { isUnknown, type Outcome, refused } from './outcomes.ts'
import type { StoredForm } from './stored-form.ts'

/** The config of one service, to be written. */
export interface ServicePut {
  name: string
  key: string
  form: StoredForm
}

/** Writes configs, over whatever is there. */
export async function putAll({ dataspace, registry }: House, puts: ServicePut[]): Promise<PutResult[]> {
  const births = registry.scope === 'store' ? puts.flatMap((put) => birthOf(dataspace, put) ?? []) : []
  const configs = puts.map(({ key, form }) => ({ key, ...form.put() }))
  return (await dataspace.putAll([...births, ...configs])).slice(births.length)
}

/** Only what is not there yet, decided by the storage itself, so that of two who add at once one is refused. */
export function putAbsent({ dataspace, registry }: House, puts: ServicePut[]): Promise<Outcome[]> {
  const absent = async (put: ServicePut): Promise<Outcome> => {
    const birth = registry.scope === 'store' ? birthOf(dataspace, put) : undefined
    const outcome = await dataspace.putIf(put.key, put.form.put().value, 'absent').catch(asFailure)
    const mayBeThere = outcome instanceof McpStoreError ? isUnknown(outcome) : outcome.status !== 'refused'
    const born =
      birth && mayBeThere ? await dataspace.put(birth.key, birth.value).catch(asFailure) : undefined
    if (outcome instanceof McpStoreError) return outcome
    if (outcome.status !== 'refused') return born instanceof McpStoreError ? born : outcome
    if (outcome.problem !== undefined) return refused(put.name, outcome.problem)
    return storeError('already_exists', 'a service of this name is there already', {
      hint: 'Leave out ifAbsent (--if-absent) to update it.',
    })
  }
  return puts.reduce<Promise<Outcome[]>>(
    async (before, put) => [...(await before), await absent(put)],
    Promise.resolve([]),
  )
}

/**
 * A service of the store that is added again, after a removal, is born again: what was assigned of the one before is not
 * assigned of it.
 */
function birthOf(dataspace: Dataspace, { name, key }: ServicePut): Put | undefined {
  const after = dataspace.removal(key)
  return after === undefined
    ? undefined
    : { key: serviceKey({ scope: 'store', name }, 'birth'), value: { after } }
}

/** One entry that fails must not cost the report of the others. */
function asFailure(thrown: unknown): McpStoreError<ErrorCode> {
  if (thrown instanceof McpStoreError) return thrown as McpStoreError<ErrorCode>
  throw thrown
}
