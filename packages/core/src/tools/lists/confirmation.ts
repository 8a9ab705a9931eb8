import type { Dataspace, Entry, Json, Stamp } from '@mcpstore/storage'
import { isObject } from '../../config/problem.ts'
import { isMoment } from '../../moment.ts'
import { serviceKey } from '../../services/keys.ts'
import type { Service } from '../../services/registry.ts'
import type { CachedList } from './list-head.ts'
import { type ListRecord, storedList } from './read-list.ts'

/** That a server was asked again, and answered with the list that is shared already. */
interface Confirmation {
  /** The stamp of that list. */
  list: Stamp
  /** When the asking began. */
  stamp: Stamp
  /** When it was answered, ISO 8601; `undefined` where that is still to come. */
  fetchedAt: string | undefined
}

/** When a list was fetched: what a confirmation of it renews. */
type Fetched = Pick<CachedList, 'stamp' | 'fetchedAt' | 'freshUntil'>

/** After this time a list is written again though it is as it was, in ms: the lookup keys that are made of it end by themselves. */
const WHOLE_AGAIN_MS = 24 * 60 * 60_000
/** How far the clock of who has confirmed a list may be ahead, in ms; what he says is not waited for. */
const MOST_AHEAD_MS = 60_000

const read = new WeakMap<Entry, Confirmation | undefined>()
const renewed = new WeakMap<Fetched, { by: Confirmation; list: Fetched }>()

/**
 * The stamp of the shared list where nothing but the time would be another in it: neither in what its server says, nor in what
 * it was fetched with, nor in its head.
 */
export function sharedAlready(dataspace: Dataspace, service: Service, list: ListRecord): Stamp | undefined {
  const key = serviceKey(service, 'cache')
  const entry = dataspace.get(key)
  if (entry?.basis !== service.stamp || !isObject(entry.value)) return undefined
  const { fetchedAt } = entry.value
  if (!isMoment(fetchedAt)) return undefined
  const age = Date.parse(list.fetchedAt) - Date.parse(fetchedAt)
  if (age < 0 || age >= WHOLE_AGAIN_MS) return undefined
  const { value, head } = storedList(service.name, { ...list, fetchedAt })
  return areEqual(value, entry.value) && areEqual(head, dataspace.head(key)?.head) ? entry.stamp : undefined
}

/**
 * Says for everybody that the list of this stamp is what its server answers at `fetchedAt`, when the asking began at `stamp`: a mark
 * that outdates every list that was asked for before, but this one. Whoever has another list than this one learns that it is out
 * of date; who has it, that it is as new as the mark.
 */
export async function confirm(
  dataspace: Dataspace,
  service: Service,
  { list, stamp, fetchedAt }: Confirmation & { fetchedAt: string },
): Promise<void> {
  const value = { by: 'confirmed', at: fetchedAt, list }
  await dataspace.put(serviceKey(service, 'outdated'), value, { basis: service.stamp, stamp })
}

/** The same list as new as the last confirmation of it says, if there is one. */
export function confirmed<List extends Fetched>(dataspace: Dataspace, service: Service, list: List): List {
  const by = confirmationOf(dataspace, service)
  if (by?.list !== list.stamp || by.stamp <= list.stamp) return list
  const before = renewed.get(list)
  if (before?.by === by) return before.list as List
  const { stamp, fetchedAt = list.fetchedAt } = by
  const freshUntil = list.freshUntil - Date.parse(list.fetchedAt) + Date.parse(fetchedAt)
  const own = { ...list, stamp, fetchedAt, freshUntil }
  renewed.set(list, { by, list: own })
  return own
}

/** Whether the shared list was confirmed, with the config as it is, by who began to ask after `stamp`. */
export function isConfirmedSince(dataspace: Dataspace, service: Service, stamp: Stamp): boolean {
  const shared = dataspace.head(serviceKey(service, 'cache'))
  const by = confirmationOf(dataspace, service)
  return shared?.basis === service.stamp && by?.list === shared.stamp && by.stamp > stamp
}

/** When the shared list, whoever it is good for, was asked for last. */
export function askedAt(dataspace: Dataspace, service: Service): Stamp | undefined {
  const stamp = dataspace.head(serviceKey(service, 'cache'))?.stamp
  const by = confirmationOf(dataspace, service)
  return stamp !== undefined && by?.list === stamp && by.stamp > stamp ? by.stamp : stamp
}

function confirmationOf(dataspace: Dataspace, service: Service): Confirmation | undefined {
  const mark = dataspace.get(serviceKey(service, 'outdated'))
  if (!mark || read.has(mark)) return mark && read.get(mark)
  const confirmation = readConfirmation(mark, dataspace.now())
  read.set(mark, confirmation)
  return confirmation
}

/** `undefined` for what is a mark and nothing more: it outdates all lists before it. */
function readConfirmation({ value, stamp }: Entry, now: number): Confirmation | undefined {
  const { list, at } = isObject(value) ? value : {}
  if (typeof list !== 'string' || !isMoment(at)) return undefined
  return { list, stamp, fetchedAt: Date.parse(at) <= now + MOST_AHEAD_MS ? at : undefined }
}

function areEqual(a: Json, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
