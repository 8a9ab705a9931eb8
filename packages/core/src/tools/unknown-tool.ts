import type { McpStoreError } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../errors.ts'
import { nearest } from '../near.ts'
import { meantInstead, some } from '../services/not-found.ts'
import type { ServiceList } from './listing.ts'
import type { ListedTool } from './lists/tool-list.ts'

/** The error for an address that several tools answer to. */
export function ambiguous(address: string, found: readonly { tool: ListedTool }[]): McpStoreError<ErrorCode> {
  const candidates = some(found.map(({ tool }) => tool.name))
  return storeError('ambiguous_tool', `"${address}" is the name of ${found.length} tools`, {
    hint: `Say which one: ${candidates}.`,
  })
}

/** The addresses of the tools in these lists whose names come near. */
export function nearIn(parts: readonly ServiceList[], address: string): string[] {
  const tools = parts.flatMap(({ list }) => list?.tools ?? [])
  const names = new Map(
    tools.flatMap(({ name, tool }) => [
      [name, name],
      [tool, name],
    ]),
  )
  return [...new Set(nearest(address, names.keys()).map((one) => names.get(one)!))]
}

/** The error for an address that no tool of these lists answers to; what is to be said `first` comes before its hint. */
export function unknown(
  address: string,
  parts: readonly ServiceList[],
  near: readonly string[] = nearIn(parts, address),
  first: readonly string[] = [],
): McpStoreError<ErrorCode> {
  const unread = parts
    .filter(({ list }) => !list)
    .map(({ service, error }) => ({ name: service.name, error }))
  const isKnown = unread.every(({ error }) => error?.code !== 'not_listed')
  const where = isKnown ? '' : ' in the tool lists that are known here'
  const instead = meantInstead(near, unread, 'See the tools there are: mcpstore list-tools (listTools)')
  const hint = [...first, instead.hint].join(' ')
  const message = `there is no tool "${address}"${where}`
  return storeError(isKnown ? 'unknown_tool' : 'not_listed', message, { ...instead, hint })
}
