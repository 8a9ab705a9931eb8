import { isObject } from '../config/problem.ts'
import type { RawTool } from '../connections/connector.ts'
import type { House } from '../house.ts'
import type { Service } from '../services/registry.ts'
import { headsKnown, type ServiceList, sourceOf } from './listing.ts'
import { schemaText } from './schema-text.ts'
import { type Fit, fitOf, nearWord, patternOf, type SearchWord, searchWords } from './search-words.ts'
import { isAllowed } from './tool-filter.ts'
import type { ListedTool, ToolSource } from './tool-list.ts'

export interface SearchOptions {
  /** How many tools at most. Default: 20. */
  limit?: number
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
  part: ServiceList
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
  const parts = await headsKnown(house, services)
  const known = parts.filter(({ error }) => !error)
  const words = searchWords(query)
  const first = hitsOf(house, known, words)
  const replaced = first.hits.length === 0 ? replacedBy(words, first.seen, () => namesOf(known)) : new Map()
  const { hits } =
    replaced.size > 0
      ? hitsOf(
          house,
          known,
          words.map((word) => replaced.get(word) ?? word),
        )
      : first
  const best = hits.sort(byFit).slice(0, limit)
  const shown = new Set(best.map(({ part }) => part))
  return {
    tools: best.flatMap(({ part, name }) => listedOf(house, part.service, name) ?? []),
    total: hits.length,
    near:
      hits.length === 0 ? [] : Array.from(replaced, ([{ word }, { stems }]) => ({ word, instead: stems })),
    services: parts.filter((part) => part.error || shown.has(part)).map((part) => sourceOf(part)),
  }
}

/** What fits, and which words are anywhere at all. Lists that do not have all of them are not read. */
function hitsOf(house: House, parts: readonly ServiceList[], words: readonly SearchWord[]) {
  const patterns = words.map((word) => ({ word, pattern: patternOf(word) }))
  const seen = new Set<SearchWord>()
  const hits: Hit[] = []
  for (const part of parts) {
    const text = house.lists.text(part.service) ?? ''
    const held = patterns.filter(({ pattern }) => pattern.test(text) || pattern.test(part.service.name))
    for (const { word } of held) seen.add(word)
    if (words.length > 0 && held.length === words.length) hits.push(...hitsIn(part, text, words))
  }
  return { hits, seen }
}

function hitsIn(part: ServiceList, text: string, words: readonly SearchWord[]): Hit[] {
  const { grant, name: service } = part.service
  const hits = new Map<string, Hit>()
  for (const tool of toolsIn(text)) {
    const { name } = tool
    if (hits.has(name) || (grant && !isAllowed(grant, name))) continue
    const fit = fitOf(words, partsOf(service, tool))
    if (fit) hits.set(name, { part, name, fit })
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

function toolsIn(text: string): RawTool[] {
  const { tools } = JSON.parse(text) as { tools?: unknown }
  return Array.isArray(tools)
    ? tools.filter((tool) => isObject(tool) && typeof tool['name'] === 'string')
    : []
}

/** Where the words are, then how exactly, then short names first; and the same order each time. */
function byFit(a: Hit, b: Hit): number {
  return (
    a.fit[0] - b.fit[0] ||
    a.fit[1] - b.fit[1] ||
    a.name.length - b.name.length ||
    compare(a.name, b.name) ||
    compare(a.part.service.name, b.part.service.name)
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
