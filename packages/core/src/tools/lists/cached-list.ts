import type { Dataspace, Durability, Entry, EntryHead, Json, RecordKey, Stamp } from '@mcpstore/storage'
import { fingerprint } from '../../config/fingerprint.ts'
import { isPlain } from '../../config/placeholders/placeholder-syntax.ts'
import { isObject } from '../../config/problem.ts'
import type { ServiceConfig } from '../../config/service-config.ts'
import { serviceKey } from '../../services/keys.ts'
import type { Service } from '../../services/registry.ts'
import type { Gate } from '../../trust/gate.ts'
import { isAllowed, narrowed } from '../tool-filter.ts'
import { confirm, confirmed, isConfirmedSince, sharedAlready } from './confirmation.ts'
import {
  type CachedList,
  type KnownList,
  knownByHead,
  knownByTools,
  type ListHead,
  type ListTerms,
  noteHash,
  readHead,
} from './list-head.ts'
import { type ListRecord, readList, storedList } from './read-list.ts'

/** A list that is for nobody but who asked. */
interface OwnList {
  stamp: Stamp
  fingerprint: string | undefined
  list: CachedList
}

/** What a server answered, before it is shared. */
export type FetchedList = Omit<ListRecord, 'fingerprint' | 'shape'>

/** Reads and writes the shared tool lists of a dataspace, and keeps those that must not be shared. */
export class CachedLists {
  readonly #dataspace: Dataspace
  readonly #gate: Gate
  readonly #own = new Map<string, OwnList>()
  readonly #read = new WeakMap<Entry, CachedList | undefined>()
  readonly #heads = new WeakMap<EntryHead, { head: ListHead; known: KnownList } | undefined>()
  readonly #fingerprints = new WeakMap<ServiceConfig, { text: string; hash: string }>()
  readonly #shapes = new WeakMap<ServiceConfig, string>()

  constructor(dataspace: Dataspace, gate: Gate) {
    this.#dataspace = dataspace
    this.#gate = gate
  }

  /**
   * The list of exactly this config; one that was fetched with another way to connect is none. Where the config cannot
   * be expanded nobody could connect, and a list that was fetched with any values of its variables is shown.
   */
  get(service: Service): CachedList | undefined {
    const whole = this.whole(service)
    return whole && narrowed(whole, service)
  }

  /** Whether a list of this service may change without a record that does. */
  isUnrecorded({ id, config }: Service): boolean {
    return this.#own.has(id) || !isPlain(config)
  }

  /** The same with the tools that may not be used by whom the service is assigned to. */
  whole(service: Service): CachedList | undefined {
    const own = this.#ownOf(service)
    if (own) return own
    const shared = this.#shared(service)
    return shared && confirmed(this.#dataspace, service, shared)
  }

  /** What is known of the same list without reading its tools, which may not be here: see `isUnread`. */
  known(service: Service): KnownList | undefined {
    const own = this.#ownOf(service)
    if (own) return knownByTools(own)
    const head = this.#dataspace.head(serviceKey(service, 'cache'))
    const read = head && this.#readHead(head)
    if (head && read) {
      const fits = this.#fits(head.basis, read.head, service)
      return fits ? confirmed(this.#dataspace, service, read.known) : undefined
    }
    const list = this.whole(service)
    return list && knownByTools(list)
  }

  /** Shows these lists as JSON, `{ tools }` and more, as far as they can be had; one that is not here is not kept. */
  async show(services: readonly Service[], see: (service: Service, text: string) => void): Promise<void> {
    const kept = new Map<RecordKey, Service>()
    for (const service of services) {
      const own = this.#ownOf(service)
      if (!own) kept.set(serviceKey(service, 'cache'), service)
      else see(service, JSON.stringify({ tools: own.tools.map((tool) => ({ ...tool, name: tool.tool })) }))
    }
    await this.#dataspace.show([...kept.keys()], (key, json) => see(kept.get(key)!, json))
  }

  /** How many of its tools may be used by who sees the service; `null` where only the tools would tell. */
  countOf(service: Service, { count, names }: KnownList): number | null {
    const { grant } = service
    if (!grant) return count
    if (names) return names.filter((name) => isAllowed(grant, name)).length
    return this.get(service)?.tools.length ?? null
  }

  /** Whether there is such a list, and its tools were not read. */
  isUnread(service: Service): boolean {
    if (this.#dataspace.head(serviceKey(service, 'cache'))?.isLoaded !== false) return false
    return this.#ownOf(service) === undefined && this.known(service) !== undefined
  }

  /** Reads the tools of these lists that were not read, all at once; where the storage does not give them they stay unread. */
  async load(services: readonly Service[]): Promise<void> {
    const unread = services.filter((service) => this.isUnread(service))
    if (unread.length === 0) return
    await this.#dataspace.load(unread.map((service) => serviceKey(service, 'cache')))
  }

  /** A stamp for a list whose fetching begins now. */
  begin(): Stamp {
    return this.#dataspace.tick()
  }

  /** Whether a private list may be put: nobody reads it but this user. */
  get isOwn(): boolean {
    return this.#gate.isOwn
  }

  /** Keeps a list for this process only; one whose fetching began later stays. */
  keep(service: Service, stamp: Stamp, list: FetchedList): void {
    const before = this.#own.get(service.id)
    if (before && before.stamp > stamp) return
    const read = { ...readList(service.name, { value: list as unknown as Json, stamp })!, isOwn: true }
    this.#own.set(service.id, { stamp, fingerprint: this.fingerprint(service), list: read })
  }

  /** Drops what is kept of a service that is gone. */
  forget(id: string): void {
    this.#own.delete(id)
  }

  /**
   * Shares what a server answered; a list whose fetching began later stays. One that is shared already is confirmed instead of
   * being sent once more, unless it is to be (`isWhole`). Answers the place that holds it, if it was written.
   */
  async put(
    service: Service,
    stamp: Stamp,
    list: FetchedList,
    { isWhole }: { isWhole: boolean },
  ): Promise<Durability | undefined> {
    const own = this.#own.get(service.id)
    if (own && own.stamp < stamp) this.#own.delete(service.id)
    if (isConfirmedSince(this.#dataspace, service, stamp)) return undefined
    const hashes = { fingerprint: this.fingerprint(service), shape: this.shape(service.config) }
    const record = { ...list, ...hashes }
    const same = !isWhole && sharedAlready(this.#dataspace, service, record)
    if (same) {
      await confirm(this.#dataspace, service, { list: same, stamp, fetchedAt: list.fetchedAt })
      return undefined
    }
    const { value, head } = storedList(service.name, record)
    const options = { basis: service.stamp, stamp, head }
    const { status, durable } = await this.#dataspace.put(serviceKey(service, 'cache'), value, options)
    return status === 'written' ? durable : undefined
  }

  /** What matters for connecting, as a hash; `undefined` where the config cannot, or must not, be expanded. */
  fingerprint(service: Service): string | undefined {
    const { config } = service
    const own = this.#expanded(service)
    if (!own) return undefined
    const known = this.#fingerprints.get(config)
    const text = JSON.stringify(own)
    if (known?.text === text) return known.hash
    const hash = fingerprint(own, this.#gate.hashingKey(service))
    this.#fingerprints.set(config, { text, hash })
    return hash
  }

  /** The same of a config as it is stored, placeholders and all. */
  shape(config: ServiceConfig): string {
    const { namespace, dataspace } = this.#dataspace
    const shape = this.#shapes.get(config) ?? fingerprint(config, `${namespace}:${dataspace}`)
    this.#shapes.set(config, shape)
    return shape
  }

  #shared(service: Service): CachedList | undefined {
    const entry = this.#dataspace.get(serviceKey(service, 'cache'))
    if (!entry) return undefined
    const { basis, value } = entry
    if (isObject(value) && !this.#fits(basis, value, service)) return undefined
    const known = this.#read.get(entry)
    if (known || this.#read.has(entry)) return known
    const list = isObject(value) ? readList(service.name, entry) : undefined
    if (!list) this.#dataspace.setAside(entry.key, 'it is no list of tools')
    else if (this.#gate.isOwn) this.#believe(service, entry, list)
    this.#read.set(entry, list)
    return list
  }

  #ownOf(service: Service): CachedList | undefined {
    const own = this.#own.get(service.id)
    return own && own.fingerprint === this.fingerprint(service) ? own.list : undefined
  }

  #readHead(entry: EntryHead): { head: ListHead; known: KnownList } | undefined {
    if (this.#heads.has(entry)) return this.#heads.get(entry)
    const head = readHead(entry.head)
    const read = head && { head, known: knownByHead(head, entry.stamp) }
    this.#heads.set(entry, read)
    return read
  }

  /** Takes the hashes that this user's own processes have made: to make any loads a part of Node that takes long to start. */
  #believe(service: Service, { key, basis, stamp }: Entry, { tools }: CachedList): void {
    const entry = this.#dataspace.head(key)
    const head = entry?.stamp === stamp && this.#readHead(entry)?.head
    if (!head) return
    noteHash(tools, head.hash)
    if (basis === service.stamp && head.shape) this.#shapes.set(service.config, head.shape)
  }

  #fits(basis: Stamp, list: Partial<ListTerms>, service: Service): boolean {
    // Fetched with this very config, which reads the same in every environment: there is nothing to compare.
    if (basis === service.stamp && isPlain(service.config)) return true
    const own = this.fingerprint(service)
    return own === undefined ? list.shape === this.shape(service.config) : list.fingerprint === own
  }

  #expanded(service: Service): ServiceConfig | undefined {
    // To make an error takes longer than all else.
    if (this.#gate.isInert(service)) return undefined
    try {
      return this.#gate.expand(service)
    } catch {
      return undefined
    }
  }
}
