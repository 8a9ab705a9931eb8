import { storeError } from '../errors.ts'

const MAX_PAGES = 1000

/** A listing of the protocol: how it is asked for, and what of its answers is kept. */
export interface Listing {
  method: string
  /** The field of the answer that holds the entries; errors call them so too. */
  field: string
  /** The field of an entry without which nobody could use it. */
  key: string
}

/** The tools of a server. */
export const toolListing: Listing = { method: 'tools/list', field: 'tools', key: 'name' }

export interface Pages<Entry> {
  entries: Entry[]
  /** How long they are good for, in ms, where the server says so: as long as the page that is so the shortest. */
  ttlMs?: number
  /** Whether a page is for this user only. */
  isPrivate?: boolean
  /** Whether all pages are said to be for everybody. */
  isPublic?: boolean
  /** How many entries were left out because they have no key. */
  keyless: number
}

/**
 * Asks for page after page of a listing and keeps every entry as it was sent; a bad one costs nobody else the list.
 * Throws `server_error` when an answer is no list, a cursor comes twice, or there are over 1000 pages.
 */
export async function collectPages<Entry>(
  service: string,
  { method, field, key }: Listing,
  ask: (params: { cursor?: string }) => Promise<Record<string, unknown>>,
): Promise<Pages<Entry>> {
  const pages: Pages<Entry> = { entries: [], keyless: 0 }
  const seen = new Set<string>()
  const broken = (words: string): Error => storeError('server_error', `service "${service}" ${words}`)
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await ask(cursor === undefined ? {} : { cursor })
    const entries = answer[field]
    if (!Array.isArray(entries)) throw broken(`answered "${method}" without a list of ${field}`)
    for (const entry of entries as unknown[]) {
      if (hasText(entry, key)) pages.entries.push(entry as Entry)
      else pages.keyless++
    }
    const { ttlMs, cacheScope } = answer
    if (typeof ttlMs === 'number' && ttlMs >= 0) pages.ttlMs = Math.min(ttlMs, pages.ttlMs ?? ttlMs)
    if (cacheScope === 'private') pages.isPrivate = true
    pages.isPublic = cacheScope === 'public' && pages.isPublic !== false
    const next = answer['nextCursor']
    if (typeof next !== 'string' || next === '') return pages
    if (seen.has(next)) throw broken(`gave the same page cursor of "${method}" twice, so its list never ends`)
    seen.add(next)
    cursor = next
  }
  throw broken(`has more than ${MAX_PAGES} pages of ${field}`)
}

function hasText(entry: unknown, key: string): boolean {
  if (typeof entry !== 'object' || entry === null) return false
  const value = (entry as Record<string, unknown>)[key]
  return typeof value === 'string' && value !== ''
}
