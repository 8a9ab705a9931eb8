import { storeError } from '../errors.ts'
import type { RawTool } from './connector.ts'

const MAX_PAGES = 1000

export interface ToolPages {
  tools: RawTool[]
  ttlMs?: number
  isPrivate?: boolean
  /** How many entries were left out because they have no name to call them by. */
  nameless: number
}

/**
 * Asks for page after page of `tools/list` and keeps every tool as it was sent; a bad entry costs nobody else the
 * list. The list is fresh as long as the page that is so the shortest, and private if one page is. Throws `server_error` when an answer is no list, a cursor comes twice, or there are over 1000 pages.
 */
export async function collectPages(
  service: string,
  ask: (params: { cursor?: string }) => Promise<Record<string, unknown>>,
): Promise<ToolPages> {
  const pages: ToolPages = { tools: [], nameless: 0 }
  const seen = new Set<string>()
  const broken = (words: string): Error => storeError('server_error', `service "${service}" ${words}`)
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await ask(cursor === undefined ? {} : { cursor })
    if (!Array.isArray(answer['tools'])) throw broken('answered "tools/list" without a list of tools')
    for (const entry of answer['tools'] as unknown[]) {
      if (isTool(entry)) pages.tools.push(entry)
      else pages.nameless++
    }
    const { ttlMs, cacheScope } = answer
    if (typeof ttlMs === 'number' && ttlMs >= 0) pages.ttlMs = Math.min(ttlMs, pages.ttlMs ?? ttlMs)
    if (cacheScope === 'private') pages.isPrivate = true
    const next = answer['nextCursor']
    if (typeof next !== 'string' || next === '') return pages
    if (seen.has(next))
      throw broken('gave the same page cursor of "tools/list" twice, so its list never ends')
    seen.add(next)
    cursor = next
  }
  throw broken(`has more than ${MAX_PAGES} pages of tools`)
}

function isTool(entry: unknown): entry is RawTool {
  if (typeof entry !== 'object' || entry === null) return false
  const { name } = entry as { name?: unknown }
  return typeof name === 'string' && name !== ''
}
