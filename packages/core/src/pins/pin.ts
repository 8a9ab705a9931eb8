import { hash as hashOf } from 'node:crypto'
import type { RawTool } from '../connections/connector.ts'
import type { ListedTool } from '../tools/lists/tool-list.ts'
import { canonical } from '../trust/config-hash.ts'

/** A tool as it was when its service's tools were seen first, or accepted. */
export interface PinnedTool {
  tool: string
  /** Of the whole definition. */
  sha256: string
  /** To show what changed; not kept where it is too large. */
  definition?: RawTool
}

/** The tools of one service as this user saw them first, or accepted them. */
export interface Pin {
  namespace: string
  dataspace: string
  /** From `scopeName`. */
  scope: string
  service: string
  /** Fingerprint of the config, as it is stored, that they were offered with. */
  shape: string
  /** ISO 8601. */
  at: string
  /** From `listHash`: where it is the same, no tool has to be looked at. */
  list: string
  /** Read when it is looked at. @throws `storage` when the file they lie in is another one by then */
  readonly tools: readonly PinnedTool[]
}

/** By `pinKey`. */
export type PinMap = Map<string, Pin>

/** How much of definitions is kept, in characters of JSON: of one tool, of one service. */
const MOST_OF_A_TOOL = 64 * 1024
const MOST_OF_A_SERVICE = 512 * 1024

export function pinKey(pin: Pick<Pin, 'namespace' | 'dataspace' | 'scope' | 'service'>): string {
  return JSON.stringify([pin.namespace, pin.dataspace, pin.scope, pin.service])
}

const hashes = new WeakMap<ListedTool, string>()

/** SHA-256, in hex, of a tool's whole definition, whatever the order of its fields. */
export function toolHash(tool: ListedTool): string {
  const known = hashes.get(tool)
  if (known !== undefined) return known
  const hash = hashOf('sha256', canonical(definitionOf(tool)))
  hashes.set(tool, hash)
  return hash
}

/** The definition as its server gave it, unknown fields included; without those that mcpstore puts in its place. */
export function definitionOf({ service: _, exportName: __, tool, ...definition }: ListedTool): RawTool {
  return { ...definition, name: tool }
}

/** The tools to be kept; the definitions as long as there is room. */
export function pinnedTools(tools: readonly ListedTool[]): PinnedTool[] {
  let room = MOST_OF_A_SERVICE
  return tools.map((tool) => {
    const pinned = { tool: tool.tool, sha256: toolHash(tool) }
    const definition = definitionOf(tool)
    const { length } = JSON.stringify(definition)
    if (length > Math.min(MOST_OF_A_TOOL, room)) return pinned
    room -= length
    return { ...pinned, definition }
  })
}
