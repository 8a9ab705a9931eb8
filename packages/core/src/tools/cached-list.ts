import { type Dataspace, type Entry, type Json, recordKey, type Stamp } from '@mcpstore/storage'
import { fingerprint } from '../config/fingerprint.ts'
import type { RawTool, ServerFacts } from '../connections/connector.ts'
import type { Service } from '../services/registry.ts'
import { exportNameOf } from './naming.ts'
import type { ListedTool } from './tool-list.ts'

/** A tool list as it is shared: what the server answered, whole, and what it holds for. */
interface ListRecord {
  tools: RawTool[]
  server: ServerFacts
  /** ISO 8601. */
  fetchedAt: string
  /** How long the list is fresh, in ms. */
  ttlMs: number
  /** Of the config it was fetched with. */
  fingerprint: string
}

/** A service's shared tool list, ready for listings. */
export interface CachedList {
  tools: readonly ListedTool[]
  server: ServerFacts
  fetchedAt: string
  /** When it stops being fresh, ms since 1970. */
  freshUntil: number
}

const cacheKey = (service: string) => recordKey({ scope: 'store', service, kind: 'cache' })

/** Reads and writes the shared tool lists of a dataspace. */
export class CachedLists {
  readonly #dataspace: Dataspace
  readonly #read = new WeakMap<Entry, CachedList | undefined>()
  readonly #fingerprints = new WeakMap<object, string>()

  constructor(dataspace: Dataspace) {
    this.#dataspace = dataspace
  }

  /** The list of exactly this config; one that was fetched with another way to connect is none. */
  get(service: Service): CachedList | undefined {
    const entry = this.#dataspace.get(cacheKey(service.name))
    if (!entry || (entry.value as { fingerprint?: Json } | null)?.fingerprint !== this.fingerprint(service))
      return undefined
    if (!this.#read.has(entry)) this.#read.set(entry, readList(service.name, entry.value))
    return this.#read.get(entry)
  }

  /** A stamp for a list whose fetching begins now. */
  begin(): Stamp {
    return this.#dataspace.tick()
  }

  /** Shares what a server answered; a list whose fetching began later stays. Resolves when it is written. */
  async put(service: Service, stamp: Stamp, list: Omit<ListRecord, 'fingerprint'>): Promise<void> {
    const value = { ...list, fingerprint: this.fingerprint(service) } as unknown as Json
    await this.#dataspace.put(cacheKey(service.name), value, { basis: service.stamp, stamp })
  }

  /** What of a config matters for connecting, as a hash. */
  fingerprint({ config }: Service): string {
    const known = this.#fingerprints.get(config)
    if (known !== undefined) return known
    const made = fingerprint(config, `${this.#dataspace.namespace}:${this.#dataspace.dataspace}`)
    this.#fingerprints.set(config, made)
    return made
  }
}

/** A list as its readers get it: every tool with its addresses. */
export function listedTools(service: string, tools: readonly RawTool[]): readonly ListedTool[] {
  const listed = tools.map((raw) => {
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

function readList(service: string, value: Json): CachedList | undefined {
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
  return { tools: listedTools(service, tools), server, fetchedAt: fetchedAt!, freshUntil: began + ttlMs }
}
