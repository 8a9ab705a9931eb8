import type { Entry, Json } from '@mcpstore/storage'
import type { RawTool } from '../../connections/connector.ts'
import { exportNameOf } from '../naming.ts'
import { areSoundTerms, type CachedList, headOf, type ListTerms } from './list-head.ts'
import type { ListedTool, ToolSource } from './tool-list.ts'

/** A tool list as it is shared: what the server answered, whole, and what it holds for. */
export interface ListRecord extends ListTerms {
  tools: readonly RawTool[]
}

/** A list as its readers get it: every tool with its addresses; of several of one name the first. */
export function listedTools(service: string, tools: readonly RawTool[]): readonly ListedTool[] {
  const first = new Map<string, RawTool>()
  for (const tool of tools) if (!first.has(tool.name)) first.set(tool.name, tool)
  const listed = Array.from(first.values(), (raw) => {
    const { name: tool } = raw
    // To leave the name out of a copy would take ten times as long as to write over it.
    return Object.freeze({
      ...raw,
      name: `${service}/${tool}`,
      service,
      tool,
      exportName: exportNameOf(service, tool),
    })
  })
  return Object.freeze(listed)
}

/** What of these tools is not among those that are `listed`, as far as it has a name. */
export function leftOutOf(
  tools: readonly RawTool[],
  { listed, nameless = 0 }: { listed: readonly ListedTool[]; nameless?: unknown },
): ToolSource['leftOut'] {
  const count = Number.isSafeInteger(nameless) ? (nameless as number) : 0
  if (count <= 0 && listed.length === tools.length) return undefined
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name } of tools) (seen.has(name) ? repeated : seen).add(name)
  return { nameless: Math.max(0, count), repeated: [...repeated] }
}

/** What is stored of a list: the whole of it, and its head. */
export function storedList(service: string, { tools, ...terms }: ListRecord): { value: Json; head: Json } {
  const head = headOf(listedTools(service, tools), terms)
  return { value: { tools, ...terms } as unknown as Json, head }
}

/** What is stored as a list; `undefined` where it is none. */
export function readList(
  service: string,
  { value, stamp }: Pick<Entry, 'value' | 'stamp'>,
): CachedList | undefined {
  const { tools, server, fetchedAt, ttlMs, nameless } = value as unknown as Partial<ListRecord>
  const isSound = Array.isArray(tools) && tools.every((tool) => typeof tool?.name === 'string')
  if (!isSound || !areSoundTerms({ server, fetchedAt, ttlMs })) return undefined
  const listed = listedTools(service, tools)
  return {
    tools: listed,
    leftOut: leftOutOf(tools, { listed, nameless }),
    server: server!,
    stamp,
    fetchedAt: fetchedAt!,
    freshUntil: Date.parse(fetchedAt!) + ttlMs!,
    isOwn: false,
  }
}
