import type { McpStoreError } from '@mcpstore/storage'
import { serviceWords } from '../config/shell-words.ts'
import { LONGEST_TIMER_MS, within } from '../connections/deadline.ts'
import { noteOfError, storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { ASKING, inParallel } from '../in-parallel.ts'
import type { ToolChanges } from '../pins/tool-changes.ts'
import type { Service } from '../services/registry.ts'
import { ageOf, isSpent, isStale, isWithin } from './lists/freshness.ts'
import type { CachedList, KnownList } from './lists/list-head.ts'
import type { ListedTool, ToolList, ToolSource } from './lists/tool-list.ts'
import { narrowed } from './tool-filter.ts'

export interface RenewOptions {
  /** Ask the servers even where a list is known and no server said that it changed. */
  fresh?: boolean | undefined
  /** How long one server may take, in ms. Default: the store's `connectTimeoutMs`. */
  timeout?: number | undefined
  /** Stops waiting for servers. */
  signal?: AbortSignal | undefined
}

export interface ListOptions extends RenewOptions {
  /** Ask also where the list that is known is as old as this, in ms, or older. */
  maxAge?: number | undefined
  /** Ask nobody: a list that is not known is the error `not_listed`. */
  offline?: boolean | undefined
}

/** What only mcpstore itself asks for. */
export interface AskOptions extends ListOptions {
  /** Ask even a service that failed so often that it is left alone for a while. */
  insist?: boolean | undefined
}

/** One service's part of a listing. */
export interface ServiceList {
  service: Service
  list: CachedList | undefined
  /** The same with what may not be used by who sees the service, where it was looked at. */
  whole?: CachedList
  source: ToolSource['source']
  /** What is known of a list that was not loaded. */
  unread?: KnownList | undefined
  error: McpStoreError | undefined
  /** Whether the list is older than what its server, or a connection to it, has said since. */
  isOutdated: boolean
}

/**
 * The lists of these services: the shared one where there is one, else the server's. Failures stand beside them.
 * @throws `aborted`
 */
export async function listServices(
  house: House,
  services: readonly Service[],
  options: AskOptions,
): Promise<ServiceList[]> {
  const { fresh, maxAge, offline, signal } = options
  if (offline && (fresh || maxAge !== undefined)) {
    throw storeError('usage', 'offline excludes fresh and maxAge', { hint: 'Leave out one of them.' })
  }
  if (offline) return listsKnown(house, services)
  const listed = partsOf(house, services, options)
  return signal ? within({ timeoutMs: LONGEST_TIMER_MS, signal }, 'the listing', listed) : listed
}

async function partsOf(
  house: House,
  services: readonly Service[],
  options: AskOptions,
): Promise<ServiceList[]> {
  const ask = (asked: readonly Service[]) =>
    inParallel(asked, { ...ASKING, signal: options.signal }, (service) => listOf(house, service, options))
  // What the servers are asked for anyway is read only where they do not answer.
  if (options.fresh) return ask(services)
  await house.lists.load(services)
  // Most lists are known and good: those wait for nobody, and nobody is looked up for each of them.
  await house.gate.look(services)
  const settled = services.map((service) => settledPart(house, service, options))
  if (!settled.includes(undefined)) return settled as ServiceList[]
  const asked = (await ask(services.filter((_, at) => !settled[at]))).values()
  return settled.map((part) => part ?? asked.next().value!)
}

/** What there is to say of a service without waiting for anybody, where that is all: its good list, or that it is inert. */
function settledPart(house: House, service: Service, { maxAge }: AskOptions): ServiceList | undefined {
  const { gate, lists, options, refresher } = house
  const decision = gate.decision(service)
  if (decision?.refusal) return knownNow(house, service, decision.refusal)
  const whole = decision && lists.whole(service)
  const list = whole && narrowed(whole, service)
  if (!list || isSpent(house, list) || !isWithin(house, maxAge, list)) return undefined
  if (refresher.isOutdated(service, list)) return undefined
  if (isStale(house, list) && options.refreshBehind) return undefined
  return { service, list, whole, source: sourceOfKnown(list), error: undefined, isOutdated: false }
}

async function listOf(
  house: House,
  service: Service,
  { fresh = false, insist, maxAge, timeout }: AskOptions,
): Promise<ServiceList> {
  const { gate, lists, logger, options, refresher } = house
  const timeoutMs = timeout ?? options.connectTimeoutMs
  const since = fresh ? refresher.now() : undefined
  try {
    await gate.admit(service, { timeoutMs })
  } catch (refusal) {
    return known(house, service, refusal as McpStoreError)
  }
  const cached = lists.get(service)
  const isYoung = !fresh && isWithin(house, maxAge, cached)
  if (cached && isYoung && !isSpent(house, cached) && !refresher.isOutdated(service, cached)) {
    if (isStale(house, cached) && options.refreshBehind) {
      const renewal = refresher.refresh(service, { timeoutMs })
      house.behind(renewal.catch((error: Error) => logger.debug(`a stale list stays: ${error.message}`)))
    }
    const source = sourceOfKnown(cached)
    return { service, list: cached, source, error: undefined, isOutdated: false }
  }
  if (!fresh && lists.isUnread(service) && !refresher.isOutdated(service)) {
    return known(house, service, notLoaded(service))
  }
  try {
    return {
      service,
      list: await refresher.refresh(service, { timeoutMs, insist, since }),
      source: 'live',
      error: undefined,
      isOutdated: false,
    }
  } catch (thrown) {
    return known(house, service, thrown as McpStoreError)
  }
}

/** The same of what is known here, without asking anybody. */
async function listsKnown(house: House, services: readonly Service[]): Promise<ServiceList[]> {
  await Promise.all([house.gate.consult(services), house.lists.load(services)])
  return services.map((service) => {
    const part = headKnown(house, service)
    const list = part.error ? undefined : house.lists.get(service)
    return list ? { ...part, list, source: sourceOfKnown(list) } : part
  })
}

/**
 * What is known here of a list whose tools are not read (`unread`). One that may be empty only because its server was not ready
 * is none.
 */
export function headKnown(
  house: House,
  service: Service,
  isMissing: boolean = house.lists.isUnread(service),
): ServiceList {
  const { lists, refresher } = house
  const unread = lists.known(service)
  const part = { service, list: undefined, unread, isOutdated: refresher.isOutdated(service) }
  if (isMissing) return { ...part, source: 'notLoaded', error: notLoaded(service) }
  return unread && !isSpent(house, unread)
    ? { ...part, source: 'cache', error: undefined }
    : { ...part, unread: undefined, source: 'none', error: notListed(service) }
}

/** What is known now: nothing of a service that was removed meanwhile. */
async function known(house: House, service: Service, error: McpStoreError): Promise<ServiceList> {
  await house.lists.load([service])
  return knownNow(house, service, error)
}

function knownNow({ lists, refresher }: House, service: Service, error: McpStoreError): ServiceList {
  const isOutdated = refresher.isOutdated(service)
  if (lists.isUnread(service)) {
    const unread = lists.known(service)
    return { service, list: undefined, source: 'notLoaded', unread, error, isOutdated }
  }
  const list = lists.get(service)
  return { service, list, source: sourceOfKnown(list), error, isOutdated }
}

function notLoaded({ name }: Service): McpStoreError {
  const message = `the tools of service "${name}" could not be read from the storage`
  return storeError('not_loaded', message, {
    hint: 'See mcpstore status and try again, or ask the server itself: fresh, or --fresh.',
  })
}

function notListed({ name, scope }: Service): McpStoreError {
  const message = `the tools of service "${name}" are not known here, and it was not asked`
  return storeError('not_listed', message, {
    hint: `Leave out offline (--offline), or ask it once: mcpstore list-tools ${serviceWords(name, scope)}`,
  })
}

function sourceOfKnown(list: CachedList | undefined): ToolSource['source'] {
  if (!list) return 'none'
  return list.isOwn ? 'private' : 'cache'
}

/** The tools of all parts as one array, and where each part came from. */
export function toolList(
  house: House,
  parts: readonly ServiceList[],
  changes: ReadonlyMap<string, ToolChanges>,
): ToolList {
  const tools: ListedTool[] = []
  // Several times as fast as `flatMap`.
  for (const { list } of parts) if (list) for (const tool of list.tools) tools.push(tool)
  return Object.assign(tools, {
    services: parts.map((part) => sourceOf(house, part, changes.get(part.service.id))),
  })
}

export function sourceOf(
  house: House,
  { service, list, source, unread, error, isOutdated }: ServiceList,
  changes?: ToolChanges | undefined,
): ToolSource {
  const told = list ?? unread
  return {
    name: service.name,
    source,
    fetchedAt: told?.fetchedAt ?? null,
    age: told ? ageOf(house, told) : null,
    stale: told !== undefined && (isOutdated || isStale(house, told)),
    ...(changes && { changes }),
    ...(list?.leftOut && { leftOut: list.leftOut }),
    ...(error && { error: noteOfError(error) }),
  }
}

/** Whether what failed was wanted newer than what is shown of it instead. */
export function isTooOld(
  house: House,
  { error, list }: ServiceList,
  { fresh, maxAge }: ListOptions,
): boolean {
  return error !== undefined && (fresh === true || (maxAge !== undefined && !isWithin(house, maxAge, list)))
}
