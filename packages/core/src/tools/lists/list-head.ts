import { hash as hashOf } from 'node:crypto'
import type { Json, Stamp } from '@mcpstore/storage'
import { isObject } from '../../config/problem.ts'
import type { ServerFacts } from '../../connections/connector.ts'
import { isMoment } from '../../moment.ts'
import type { ListedTool, ToolSource } from './tool-list.ts'

/** How many characters of JSON the names of the tools may take in a head; else they are only in the list. */
const MOST_OF_NAMES = 16 * 1024

/** What a list holds for, beside its tools. */
export interface ListTerms {
  server: ServerFacts
  /** ISO 8601. */
  fetchedAt: string
  /** How long the list is fresh, in ms. */
  ttlMs: number
  /** Of the expanded config it was fetched with. */
  fingerprint: string | undefined
  /** Of the same config as it is stored, placeholders and all. */
  shape: string
  /** How many tools without a name its server lists, which are not in it; left out where there are none. */
  nameless?: number
}

/** What is read of a list without its tools. */
export interface ListHead extends ListTerms {
  count: number
  /** From `listHash`. */
  hash: string
  /** What its server calls the tools; left out where they are too many. */
  names?: readonly string[]
}

/** A service's shared tool list, ready for listings. */
export interface CachedList {
  tools: readonly ListedTool[]
  server: ServerFacts
  /** When its fetching began: from `begin`. */
  stamp: Stamp
  fetchedAt: string
  /** When it stops being fresh, ms since 1970. */
  freshUntil: number
  /** Kept by this process alone, as its server wants it. */
  isOwn: boolean
  leftOut: ToolSource['leftOut']
}

/** What is known of a service's list, whether its tools are here or not. */
export interface KnownList extends Pick<CachedList, 'server' | 'stamp' | 'fetchedAt' | 'freshUntil'> {
  /** How many tools there are, those that may not be used included. */
  count: number
  /** What its server calls them, where that is known without the tools. */
  names: readonly string[] | undefined
  /** From `listHash`. */
  hash: string
}

const hashes = new WeakMap<readonly ListedTool[], string>()

/** SHA-256, in hex, of a list as it stands, in its order. Much faster than the hashes of its tools, and made once. */
export function listHash(tools: readonly ListedTool[]): string {
  const known = hashes.get(tools)
  if (known !== undefined) return known
  const hash = hashOf('sha256', JSON.stringify(tools))
  if (Object.isFrozen(tools)) hashes.set(tools, hash)
  return hash
}

/** Has `listHash` answer this for the list. */
export function noteHash(tools: readonly ListedTool[], hash: string): void {
  hashes.set(tools, hash)
}

/** The head of a list with these tools. */
export function headOf(tools: readonly ListedTool[], terms: ListTerms): Json {
  const names = tools.map(({ tool }) => tool)
  const isSmall = JSON.stringify(names).length <= MOST_OF_NAMES
  const head: ListHead = { ...terms, count: tools.length, hash: listHash(tools), ...(isSmall && { names }) }
  return head as unknown as Json
}

/** The head of a list; `undefined` where there is none that can be used: then the list itself has to be looked at. */
export function readHead(head: Json | undefined): ListHead | undefined {
  if (!isObject(head)) return undefined
  const { count, hash, names, server, fetchedAt, ttlMs } = head as unknown as Partial<ListHead>
  const isSound =
    Number.isSafeInteger(count) &&
    typeof hash === 'string' &&
    (names === undefined || (Array.isArray(names) && names.every((name) => typeof name === 'string'))) &&
    areSoundTerms({ server, fetchedAt, ttlMs })
  return isSound ? (head as unknown as ListHead) : undefined
}

/** Whether what a list holds for can be used. */
export function areSoundTerms({
  server,
  fetchedAt,
  ttlMs,
}: Record<'server' | 'fetchedAt' | 'ttlMs', unknown>): boolean {
  return typeof server === 'object' && server !== null && typeof ttlMs === 'number' && isMoment(fetchedAt)
}

/** What a head tells of its list. */
export function knownByHead(
  { count, hash, names, server, fetchedAt, ttlMs }: ListHead,
  stamp: Stamp,
): KnownList {
  return { count, hash, names, server, fetchedAt, stamp, freshUntil: Date.parse(fetchedAt) + ttlMs }
}

const known = new WeakMap<CachedList, KnownList>()

/** The same of a list that is here; whoever looks only now has it hashed. */
export function knownByTools(list: CachedList): KnownList {
  const before = known.get(list)
  if (before) return before
  const { server, stamp, fetchedAt, freshUntil, tools } = list
  const names = tools.map(({ tool }) => tool)
  const made = { server, stamp, fetchedAt, freshUntil, names, count: tools.length, hash: listHash(tools) }
  known.set(list, made)
  return made
}
