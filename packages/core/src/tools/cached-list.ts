import type { Dataspace, Entry, Json, PutResult, Stamp } from '@mcpstore/storage'
import { fingerprint } from '../config/fingerprint.ts'
import { isPlain } from '../config/placeholder-syntax.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { RawTool, ServerFacts } from '../connections/connector.ts'
import { serviceKey } from '../services/keys.ts'
import type { Service } from '../services/registry.ts'
import type { Gate } from '../trust/gate.ts'
import { exportNameOf } from './naming.ts'
import { type Grant, isAllowed } from './tool-filter.ts'
import type { ListedTool } from './tool-list.ts'

/** A tool list as it is shared: what the server answered, whole, and what it holds for. */
interface ListRecord {
  tools: readonly RawTool[]
  server: ServerFacts
  /** ISO 8601. */
  fetchedAt: string
  /** How long the list is fresh, in ms. */
  ttlMs: number
  /** Of the expanded config it was fetched with. */
  fingerprint: string
  /** Of the same config as it is stored, placeholders and all. */
  shape: string
}

/** A list that is for nobody but who asked. */
interface OwnList {
  stamp: Stamp
  fingerprint: string | undefined
  list: CachedList
}

/** What a server answered, before it is shared. */
export type FetchedList = Omit<ListRecord, 'fingerprint' | 'shape'>

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
}

/** Reads and writes the shared tool lists of a dataspace, and keeps those that must not be shared. */
export class CachedLists {
  readonly #dataspace: Dataspace
  readonly #gate: Gate
  readonly #own = new Map<string, OwnList>()
  readonly #read = new WeakMap<Entry, CachedList | undefined>()
  readonly #fingerprints = new WeakMap<ServiceConfig, { expanded: ServiceConfig; hash: string }>()

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
    const own = this.#own.get(service.id)
    if (own && own.fingerprint === this.fingerprint(service)) return own.list
    const entry = this.#dataspace.get(serviceKey(service, 'cache'))
    if (!entry || !this.#fits(entry, service)) return undefined
    const known = this.#read.get(entry)
    if (known || this.#read.has(entry)) return known
    const list = readList(service.name, entry)
    this.#read.set(entry, list)
    return list
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

  /** Shares what a server answered; a list whose fetching began later stays. */
  async put(service: Service, stamp: Stamp, list: FetchedList): Promise<PutResult> {
    const own = this.#own.get(service.id)
    if (own && own.stamp < stamp) this.#own.delete(service.id)
    const hashes = { fingerprint: this.fingerprint(service), shape: this.#shape(service.config) }
    const value = { ...list, ...hashes } as unknown as Json
    return this.#dataspace.put(serviceKey(service, 'cache'), value, { basis: service.stamp, stamp })
  }

  /** What matters for connecting, as a hash; `undefined` where the config cannot, or must not, be expanded. */
  fingerprint(service: Service): string | undefined {
    const { config } = service
    const own = this.#expanded(service)
    if (!own) return undefined
    const known = this.#fingerprints.get(config)
    if (known && isSame(known.expanded, own)) return known.hash
    const hash = fingerprint(own, this.#gate.hashingKey(service))
    this.#fingerprints.set(config, { expanded: own, hash })
    return hash
  }

  #fits({ basis, value }: Entry, service: Service): boolean {
    const list = value as Partial<ListRecord> | null
    // Fetched with this very config, which reads the same in every environment: there is nothing to compare.
    if (basis === service.stamp && list !== null && isPlain(service.config)) return true
    const own = this.fingerprint(service)
    return own === undefined ? list?.shape === this.#shape(service.config) : list?.fingerprint === own
  }

  #expanded(service: Service): ServiceConfig | undefined {
    try {
      return this.#gate.expand(service)
    } catch {
      return undefined
    }
  }

  /** Of the config as it is stored. */
  #shape(config: ServiceConfig): string {
    return fingerprint(config, `${this.#dataspace.namespace}:${this.#dataspace.dataspace}`)
  }
}

function isSame(a: ServiceConfig, b: ServiceConfig): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

/** For each grant the last list, and what may be used of it. */
const allowed = new WeakMap<Grant, { of: CachedList; list: CachedList }>()

/** What may be used of a list by who sees the service. */
export function narrowed(list: CachedList, { grant }: Service): CachedList {
  if (!grant) return list
  const known = allowed.get(grant)
  if (known?.of === list) return known.list
  const own = { ...list, tools: list.tools.filter(({ tool }) => isAllowed(grant, tool)) }
  allowed.set(grant, { of: list, list: own })
  return own
}

/** A list as its readers get it: every tool with its addresses; of several of one name the first. */
export function listedTools(service: string, tools: readonly RawTool[]): readonly ListedTool[] {
  const first = new Map<string, RawTool>()
  for (const tool of tools) if (!first.has(tool.name)) first.set(tool.name, tool)
  const listed = Array.from(first.values(), (raw) => {
    const { name: tool, ...rest } = raw
    return Object.freeze({
      ...rest,
      name: `${service}/${tool}`,
      service,
      tool,
      exportName: exportNameOf(service, tool),
    })
  })
  return Object.freeze(listed)
}

function readList(service: string, { value, stamp }: Pick<Entry, 'value' | 'stamp'>): CachedList | undefined {
  const { tools, server, fetchedAt, ttlMs } = value as unknown as Partial<ListRecord>
  const began = Date.parse(String(fetchedAt))
  const sound =
    Array.isArray(tools) &&
    tools.every((tool) => typeof tool?.name === 'string') &&
    typeof server === 'object' &&
    server !== null &&
    typeof ttlMs === 'number' &&
    !Number.isNaN(began)
  if (!sound) return undefined
  const freshUntil = began + ttlMs
  return {
    tools: listedTools(service, tools),
    server,
    stamp,
    fetchedAt: fetchedAt!,
    freshUntil,
    isOwn: false,
  }
}
