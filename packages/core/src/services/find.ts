import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { nearest } from '../near.ts'
import { storedName } from './names.ts'
import type { Service } from './registry.ts'

/** The service of that name, or the only one whose name comes near; see `StoreContext.findService`. */
export function findService({ registry }: House, query: unknown): Service {
  if (typeof query !== 'string') throw storeError('usage', 'what to look for must be a string')
  const name = storedName(query)
  const exact = registry.find(name)
  if (exact) return exact
  const names = registry.all().map((service) => service.name)
  const [near, ...others] = nearest(name, names)
  return registry.get(near !== undefined && others.length === 0 ? near : name)
}
