import { hash as hashOf } from 'node:crypto'
import { isObject } from '../config/problem.ts'
import type { RawTool } from '../connections/connector.ts'
import type { ListedTool } from '../tools/tool-list.ts'
import { canonical } from '../trust/config-hash.ts'
import { readListed } from '../trust/listed-entries.ts'
import type { PrivateFormat } from '../trust/private-file.ts'

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
  tools: PinnedTool[]
}

/** By `pinKey`. */
export type PinMap = Map<string, Pin>

const VERSION = 1
const TEXTS = ['namespace', 'dataspace', 'scope', 'service', 'shape', 'at', 'list'] as const
/** How much of definitions is kept, in characters of JSON: of one tool, of one service, of all. */
const MOST_OF_A_TOOL = 64 * 1024
const MOST_OF_A_SERVICE = 512 * 1024
const MOST_OF_ALL = 16 * 1024 * 1024

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

/** Pins as a private file holds them. */
export const pinFormat: PrivateFormat<Pin> = {
  read: readPins,
  write: writePins,
  disbelieved: 'pins nothing',
  remedy: 'Remove it; then what the tools are now is taken for what they were.',
  unkept: 'what the tools are cannot be kept in',
}

/** The newest keep their definitions, where there is no room for all. */
function writePins(pins: PinMap): string {
  let room = MOST_OF_ALL
  const newest = [...pins].sort(([, a], [, b]) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0))
  const texts = newest.map(([key, pin]): [string, string] => {
    const text = JSON.stringify(pin)
    room -= text.length
    if (room >= 0) return [key, text]
    return [key, JSON.stringify({ ...pin, tools: pin.tools.map(({ definition: _, ...tool }) => tool) })]
  })
  const lines = texts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  return `{"version":${VERSION},"pins":[\n${lines.join(',\n')}\n]}\n`
}

function readPins(text: string): PinMap {
  return readListed<Pin>(text, { version: VERSION, name: 'pins', isEntry: isPin, keyOf: pinKey })
}

function isPin(value: unknown): value is Pin {
  if (!isObject(value) || !TEXTS.every((field) => typeof value[field] === 'string')) return false
  const { tools } = value
  return Array.isArray(tools) && tools.every(isPinnedTool)
}

function isPinnedTool(value: unknown): value is PinnedTool {
  if (!isObject(value)) return false
  const { tool, sha256, definition } = value
  const isSound = definition === undefined || (isObject(definition) && definition['name'] === tool)
  return typeof tool === 'string' && typeof sha256 === 'string' && isSound
}
