import { McpStoreError } from '@mcpstore/storage'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { didYouMean, nearest } from '../near.ts'
import { askable } from '../services/ask-all.ts'
import type { Service } from '../services/registry.ts'
import type { ListedResource, ListedResourceTemplate, ReadResult } from './content.ts'
import { notFound, onlyOne, type Sought } from './found.ts'
import { askForAll, resourceListing, templateListing } from './listings.ts'
import { Budget, type RequestOptions } from './request.ts'
import { matchesTemplate } from './uri-template.ts'

export interface ReadOptions extends RequestOptions {
  /** Whose resource it is. Default: the only service that lists it, or has a template that it fits. */
  service?: string | undefined
}

/** Reads a resource; see `StoreContext.readResource`. */
export async function readResource(house: House, uri: unknown, options: ReadOptions): Promise<ReadResult> {
  if (typeof uri !== 'string' || uri.trim() === '') {
    throw storeError('usage', 'the URI of a resource must be a text that is not empty')
  }
  const budget = new Budget(house, options)
  const sought: Sought = { kind: 'resource', name: uri }
  const own = options.service === undefined ? undefined : askable(house, options.service)[0]
  const service = own ?? (await budget.spend(serviceOf(house, sought, budget)))
  try {
    const request = { capability: 'resources', method: 'resources/read', params: { uri } }
    const answer = await budget.request<ReadResult>(service, request)
    if (answer) return answer
  } catch (thrown) {
    if (!(thrown instanceof McpStoreError) || thrown.code !== 'server_error') throw thrown
    throw await explained(house, service, sought, thrown, budget)
  }
  throw storeError('unknown_resource', `service "${service.name}" has no resources`)
}

/** The only service that has it. @throws `unknown_resource`, `ambiguous_resource`, `aborted` */
async function serviceOf(house: House, sought: Sought, budget: Budget): Promise<Service> {
  const services = askable(house, undefined)
  const listed = await askForAll<ListedResource>(house, services, resourceListing, budget.options)
  const all = listed.flatMap((one) => ('answer' in one ? one.answer.entries : []))
  const exact = onlyOne(
    sought,
    all.filter(({ uri }) => uri === sought.name),
  )
  if (exact) return house.registry.get(exact.service)
  const offering = listed.flatMap((one) => ('answer' in one && one.answer.offered ? [one.service] : []))
  const templates = await askForAll<ListedResourceTemplate>(house, offering, templateListing, budget.options)
  const fitting = templates.flatMap((one) => ('answer' in one ? one.answer.entries : []))
  const fit = onlyOne(
    sought,
    fitting.filter(({ uriTemplate }) => matchesTemplate(uriTemplate, sought.name)),
  )
  if (fit) return house.registry.get(fit.service)
  throw notFound(sought, new Map(all.map(({ uri }) => [uri, uri])), [...listed, ...templates])
}

/** What the server refused may be a slip: where it lists something near, and not this, that is said too. */
async function explained(
  house: House,
  service: Service,
  { name }: Sought,
  refusal: McpStoreError,
  budget: Budget,
): Promise<McpStoreError> {
  const listed = await askForAll<ListedResource>(house, [service], resourceListing, budget.options)
  const uris = listed.flatMap((one) => ('answer' in one ? one.answer.entries.map(({ uri }) => uri) : []))
  const near = nearest(name, uris)
  if (uris.includes(name) || near.length === 0) return refusal
  return storeError('server_error', refusal.message, { hint: didYouMean(near), cause: refusal })
}
