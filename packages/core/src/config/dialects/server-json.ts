import { isObject } from '../problem.ts'
import { type Dialect, type FoundEntry, own } from './dialect.ts'
import { type Offer, offerOfPackage, offerOfRemote } from './server-package.ts'

/** The `server.json` of the MCP registry: one server, with each way to have it. */
export const serverJson: Dialect = {
  match: (input) =>
    typeof own(input, 'name') === 'string' && parts.some((part) => Array.isArray(own(input, part))),
  hasOffers: true,
  entries: (input, offer) => [entryOf(input as Record<string, unknown>, offer)],
}

const parts = ['remotes', 'packages'] as const

/** What is remote comes first: it runs nothing here. */
function entryOf(input: Record<string, unknown>, wanted: number | undefined): FoundEntry {
  const offers = offersOf(input)
  const meant = wanted === undefined ? offers : offers.slice(wanted - 1, wanted)
  const numbered = (offer: Offer): string => `${offers.indexOf(offer) + 1}. ${inWords(offer)}`
  const name = String(input['name']).split('/').at(-1)
  const chosen = meant.find((offer) => 'entry' in offer)
  if (chosen === undefined) {
    const all = offers.map(numbered).join('; ')
    const what =
      wanted === undefined ? 'nothing in it can be used' : `way ${wanted} to have it cannot be used`
    const message = `${what}${all === '' ? '' : ` (${all})`}`
    return { name, entry: {}, path: [], problems: [{ field: '', message }] }
  }
  const others = offers.filter((offer) => offer !== chosen).map((offer) => `also offered: ${numbered(offer)}`)
  const description = input['description']
  const entry = { ...chosen.entry, ...(typeof description === 'string' && { description }) }
  return { name, entry, path: [], notes: [...chosen.notes, ...others], isOffer: true }
}

function offersOf(input: Record<string, unknown>): Offer[] {
  const [remotes = [], packages = []] = parts.map((part) => {
    const list = input[part]
    return Array.isArray(list) ? list.filter(isObject).map(camelCased) : []
  })
  return [...remotes.map(offerOfRemote), ...packages.map(offerOfPackage)]
}

function inWords(offer: Offer): string {
  if ('why' in offer) return `${offer.what}, not usable here: ${offer.why}`
  const { command, args = [], url } = offer.entry
  return `${offer.what}: ${command === undefined ? url : [command, ...(args as string[])].join(' ')}`
}

/** Fields were written_so before September 2025. */
function camelCased(value: Record<string, unknown>): Record<string, unknown> {
  const each = (one: unknown): unknown =>
    Array.isArray(one)
      ? one.map((item) => (isObject(item) ? camelCased(item) : item))
      : isObject(one)
        ? camelCased(one)
        : one
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      key === 'variables' ? one : each(one),
    ]),
  )
}
