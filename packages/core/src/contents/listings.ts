import { McpStoreError } from '@mcpstore/storage'
import { countdown } from '../connections/deadline.ts'
import { collectPages, type Listing } from '../connections/pages.ts'
import { noteOfError } from '../errors.ts'
import type { House } from '../house.ts'
import { type Asked, type AskOptions, askAll, askable, type Bounds } from '../services/ask-all.ts'
import type { Service } from '../services/registry.ts'
import { isStale } from '../tools/lists/freshness.ts'
import type {
  ContentList,
  ContentSource,
  ListedPrompt,
  ListedResource,
  ListedResourceTemplate,
} from './content.ts'

/** A listing of what only a server with this capability has. */
interface ContentListing extends Listing {
  capability: 'resources' | 'prompts'
}

type Fields = Record<string, unknown>

export const resourceListing: ContentListing = {
  capability: 'resources',
  method: 'resources/list',
  field: 'resources',
  key: 'uri',
}

export const templateListing: ContentListing = {
  capability: 'resources',
  method: 'resources/templates/list',
  field: 'resourceTemplates',
  key: 'uriTemplate',
}

export const promptListing: ContentListing = {
  capability: 'prompts',
  method: 'prompts/list',
  field: 'prompts',
  key: 'name',
}

/** What one service answered. */
export interface Listed<Entry> {
  offered: boolean
  entries: Entry[]
}

/** JSON-RPC's word for a method that is not there. */
const METHOD_NOT_FOUND = -32601

export function listResources(
  house: House,
  service: string | undefined,
  options: AskOptions,
): Promise<ContentList<ListedResource>> {
  return list<ListedResource>(house, service, resourceListing, options)
}

export function listTemplates(
  house: House,
  service: string | undefined,
  options: AskOptions,
): Promise<ContentList<ListedResourceTemplate>> {
  return list<ListedResourceTemplate>(house, service, templateListing, options)
}

export function listPrompts(
  house: House,
  service: string | undefined,
  options: AskOptions,
): Promise<ContentList<ListedPrompt>> {
  return list<ListedPrompt>(house, service, promptListing, options)
}

/** Asks one service, or all that are enabled. @throws for one named service what it failed with */
async function list<Entry>(
  house: House,
  name: string | undefined,
  listing: ContentListing,
  options: AskOptions,
): Promise<ContentList<Entry>> {
  const asked = await askForAll<Entry>(house, askable(house, name), listing, options)
  const [first] = asked
  if (name !== undefined && first && 'error' in first) throw first.error
  const entries = asked.flatMap((one) => ('answer' in one ? one.answer.entries : []))
  return Object.assign(entries, { services: asked.map(sourceOf) })
}

/** The same with each service's part, or its error, by itself. */
export function askForAll<Entry>(
  house: House,
  services: readonly Service[],
  listing: ContentListing,
  options: AskOptions,
): Promise<Asked<Listed<Entry>>[]> {
  return askAll(house, services, { ...options, what: 'the listing' }, (service, bounds) =>
    askFor<Entry>(house, service, listing, bounds),
  )
}

/** All pages of one service. One that does not have the capability is not asked, nor connected while that is known. */
async function askFor<Entry>(
  house: House,
  service: Service,
  listing: ContentListing,
  bounds: Bounds,
): Promise<Listed<Entry>> {
  const nothing = { offered: false, entries: [] }
  if (isKnownToLack(house, service, listing.capability)) return nothing
  const left = countdown(bounds)
  return house.reach.use(service, bounds, async (connection) => {
    if (!connection.server.capabilities[listing.capability]) return nothing
    const ask = (params: Fields) => connection.request(listing.method, params, left())
    try {
      const { entries, keyless } = await collectPages<Fields>(service.name, listing, ask)
      if (keyless > 0) {
        const lacking = `without "${listing.key}"; they are left out`
        house.logger.warn(`service "${service.name}" lists ${keyless} ${listing.field} ${lacking}`)
      }
      return { offered: true, entries: entries.map((raw) => listedAs(raw, service.name, listing) as Entry) }
    } catch (thrown) {
      // A server with resources need not have templates.
      if (listing === templateListing && isMethodMissing(thrown)) return nothing
      throw thrown
    }
  })
}

/** By what its server said of itself when its tool list was fetched, for as long as that list is fresh. */
function isKnownToLack(house: House, service: Service, capability: string): boolean {
  const { gate, lists } = house
  const known = lists.known(service)
  return (
    gate.refusal(service) === undefined &&
    known !== undefined &&
    !isStale(house, known) &&
    !known.server.capabilities?.[capability]
  )
}

function listedAs(raw: Fields, service: string, listing: ContentListing): Fields {
  if (listing !== promptListing) return { ...raw, service }
  return { ...raw, name: `${service}/${raw['name']}`, service, prompt: raw['name'] }
}

function isMethodMissing(thrown: unknown): boolean {
  if (!(thrown instanceof McpStoreError) || thrown.code !== 'server_error') return false
  return (thrown.cause as { code?: unknown } | undefined)?.code === METHOD_NOT_FOUND
}

function sourceOf(asked: Asked<Listed<unknown>>): ContentSource {
  const { name } = asked.service
  if ('answer' in asked) return { name, offered: asked.answer.offered }
  return { name, offered: null, error: noteOfError(asked.error) }
}
