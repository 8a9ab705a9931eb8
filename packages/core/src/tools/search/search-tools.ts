import { isObject } from '../../config/problem.ts'
import type { RawTool } from '../../connections/connector.ts'
import type { House } from '../../house.ts'
import type { Service } from '../../services/registry.ts'
import { headKnown, type ServiceList, sourceOf } from '../listing.ts'
import type { ListedTool, ToolSource } from '../lists/tool-list.ts'
import { isAllowed } from '../tool-filter.ts'
import { schemaText } from './schema-text.ts'
import { type Fit, fitOf, nearWord, patternOf, type SearchWord, searchWords } from './search-words.ts'

export interface SearchOptions {
  /** How many tools at most. Default: 20. */
  limit?: number | undefined
}

/** The tools that fit, the best first, and what they were looked for in. */
export interface ToolSearch {
  tools: readonly ListedTool[]
  /** How many fit, those beyond `limit` included. */
  total: number
  /** The words that were looked for instead of one that is nowhere. */
  near: readonly { word: string; instead: readonly string[] }[]
  /** Where the lists of these tools came from; and the services whose tools are not known here, with an error each. */
  services: readonly ToolSource[]
}

interface Hit {
  service: Service
  name: string
  fit: Fit
}

const LIMIT = 20

/** The tools of these services that have all of the words, in the lists that are known here. Nobody is asked. */
export async function searchTools(
  house: House,
  services: readonly Service[],
  query: string,
  { limit = LIMIT }: SearchOptions,
): Promise<ToolSearch> {
  await house.gate.consult(services)
  const words = searchWords(query)
  const first = await lookThrough(house, services, words)
  const parts = services.map((service) =>
    headKnown(house, service, !first.shown.has(service) && house.lists.isUnread(service)),
  )
  const known = parts.filter(({ error }) => !error)
  const replaced =
    first.hits.length === 0
      ? replacedBy(words, first.seen, () => namesOf(known))
      : new Map<SearchWord, SearchWord>()
  const { hits } =
    replaced.size > 0
      ? await lookThrough(
          house,
          services,
          words.map((word) => replaced.get(word) ?? word),
        )
      : first
  const best = hits.sort(byFit).slice(0, limit)
  const found = new Set(best.map(({ service }) => service))
  await house.lists.load([...found])
  return {
    tools: best.flatMap(({ service, name }) => listedOf(house, service, name) ?? []),
    total: hits.length,
    near:
      hits.length === 0 ? [] : Array.from(replaced, ([{ word }, { stems }]) => ({ word, instead: stems })),
    services: parts
      .filter((part) => part.error || found.has(part.service))
      .map((part) => sourceOf(house, part)),
  }
}

/** What fits, which words are anywhere at all, and whose lists could be had. Lists that do not have all words are not read. */
async function lookThrough(house: House, services: readonly Service[], words: readonly SearchWord[]) {
  const patterns = words.map((word) => ({ word, pattern: patternOf(word) }))
  const seen = new Set<SearchWord>()
  const shown = new Set<Service>()
  const hits: Hit[] = []
  const known = services.filter((service) => headKnown(house, service, false).error === undefined)
  await house.lists.show(known, (service, text) => {
    shown.add(service)
    const held = patterns.filter(({ pattern }) => pattern.test(text) || pattern.test(service.name))
    for (const { word } of held) seen.add(word)
    if (words.length > 0 && held.length === words.length) hits.push(...hitsIn(service, text, words))
  })
  return { hits, seen, shown }
}

function hitsIn(service: Service, text: string, words: readonly SearchWord[]): Hit[] {
  const { grant } = service
  const hits = new Map<string, Hit>()
  for (const tool of toolsIn(text)) {
    const { name } = tool
    if (hits.has(name) || (grant && !isAllowed(grant, name))) continue
    const fit = fitOf(words, partsOf(service.name, tool))
    if (fit) hits.set(name, { service, name, fit })
  }
  return [...hits.values()]
}

/** The best first: a name says more than whose it is, that more than a description, and that more than a schema. */
function* partsOf(service: string, { name, title, description, inputSchema }: RawTool): Iterable<string> {
  yield name
  yield typeof title === 'string' ? `${service}\n${title}` : service
  yield typeof description === 'string' ? description : ''
  yield schemaText(inputSchema)
}

/** None in a list that cannot be read, which is named where it is read for its own sake. */
function toolsIn(text: string): RawTool[] {
  try {
    const { tools } = JSON.parse(text) as { tools?: unknown }
    return Array.isArray(tools)
      ? tools.filter((tool) => isObject(tool) && typeof tool['name'] === 'string')
      : []
  } catch {
    return []
  }
}

/** Where the words are, then how exactly, then short names first; and the same order each time. */
function byFit(a: Hit, b: Hit): number {
  return (
    a.fit[0] - b.fit[0] ||
    a.fit[1] - b.fit[1] ||
    a.name.length - b.name.length ||
    compare(a.name, b.name) ||
    compare(a.service.name, b.service.name)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** For each word that is nowhere what comes near it. */
function replacedBy(
  words: readonly SearchWord[],
  seen: ReadonlySet<SearchWord>,
  names: () => Iterable<string>,
) {
  const replaced = new Map<SearchWord, SearchWord>()
  for (const word of words) {
    const near = seen.has(word) ? undefined : nearWord(word, names())
    if (near) replaced.set(word, near)
  }
  return replaced
}

function* namesOf(parts: readonly ServiceList[]): Iterable<string> {
  for (const { service, unread } of parts) {
    yield service.name
    yield* unread?.names ?? []
  }
}

function listedOf({ lists }: House, service: Service, name: string): ListedTool | undefined {
  return lists.get(service)?.tools.find(({ tool }) => tool === name)
}
