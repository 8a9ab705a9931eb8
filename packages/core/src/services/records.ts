import {
  type Dataspace,
  type Entry,
  type Logger,
  parseRecordKey,
  type Scope,
  type Stamp,
  scopePrefix,
} from '@mcpstore/storage'
import { validateConfig } from '../config/entry.ts'
import { printable } from '../config/problem.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { Grant } from '../tools/tool-filter.ts'
import { type Signature, splitSignature } from '../trust/signature.ts'
import { type ServiceName, serviceId, serviceKey } from './keys.ts'
import { isServiceName } from './names.ts'

const LONGEST_PROBLEM = 1000

/** A registered service as it is stored. */
export interface Service extends ServiceName {
  /** From `serviceId`. */
  id: string
  /** As it is stored: placeholders stand as they were written, and what is sealed is sealed. */
  config: ServiceConfig
  /** What stands beside the config; whether it is good is another question. */
  signature?: Signature
  /** Which writing of the config this is. */
  stamp: Stamp
  /** Of a service of the store, seen by an agent to whom it is assigned: what that agent may use of it. */
  grant?: Grant
}

/** A stored record that cannot be used, and why. */
export interface UnusableRecord {
  key: string
  problem: string
}

/** The services of all scopes, read from the replica of their dataspace; what is no config is set aside and named. */
export class ServiceRecords {
  readonly #dataspace: Dataspace
  readonly #logger: Logger
  readonly #read = new WeakMap<Entry, Service | { problem: string }>()

  constructor(dataspace: Dataspace, logger: Logger) {
    this.#dataspace = dataspace
    this.#logger = logger
  }

  /** The services of one scope, in order of their names. */
  of(scope: Scope): Service[] {
    return this.#configs(`${scopePrefix(scope)}services:`)
      .flatMap((entry) => this.read(entry) ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The agents that have services of their own. */
  agents(): string[] {
    const services = this.#configs('agents:').flatMap((entry) => this.read(entry) ?? [])
    return [...new Set(services.flatMap(({ scope }) => (scope === 'store' ? [] : [scope.agent])))]
  }

  find(service: ServiceName): Service | undefined {
    return this.byId(serviceId(service))
  }

  byId(id: string): Service | undefined {
    const entry = this.#dataspace.get(id)
    return entry && this.read(entry)
  }

  /** The service that stands in the record of a config. */
  read(entry: Entry): Service | undefined {
    const read = this.#readEntry(entry)
    return 'problem' in read ? undefined : read
  }

  /** The stored configs that cannot be used, and why. */
  problems(): UnusableRecord[] {
    return [...this.#configs('services:'), ...this.#configs('agents:')].flatMap((entry) => {
      const read = this.#readEntry(entry)
      return 'problem' in read ? [{ key: entry.key, problem: read.problem }] : []
    })
  }

  /** Why the config under this id cannot be used, where it could be read at all. */
  problemOf(id: string): string | undefined {
    const entry = this.#dataspace.get(id)
    const read = entry && this.#readEntry(entry)
    return read && 'problem' in read ? read.problem : undefined
  }

  /** Why the record of this service cannot be used, if so. */
  problem(service: ServiceName): string | undefined {
    const problems = [...this.problems(), ...this.#dataspace.status().quarantined]
    return problems.find(({ key }) => key === serviceKey(service, 'config'))?.problem
  }

  #configs(prefix: string): Entry[] {
    return this.#dataspace.list(prefix, 'config')
  }

  #readEntry(entry: Entry): Service | { problem: string } {
    const known = this.#read.get(entry)
    if (known) return known
    const read = readService(entry)
    this.#read.set(entry, read)
    if ('problem' in read) {
      this.#logger.warn(`the record ${printable(entry.key, 200)} was set aside: ${read.problem}`)
    }
    return read
  }
}

function readService(entry: Entry): Service | { problem: string } {
  const { scope, service: name } = parseRecordKey(entry.key)!
  if (!isServiceName(name)) return { problem: 'no service may have this name' }
  if (scope !== 'store' && !isServiceName(scope.agent)) return { problem: 'no agent may have this id' }
  const { config, signature } = splitSignature(entry.value)
  const read = validateConfig(config)
  if ('config' in read) {
    const service = { scope, name, id: entry.key, config: read.config, stamp: entry.stamp }
    return signature ? { ...service, signature } : service
  }
  const problem = read.problems.map(({ message }) => message).join('; ')
  return { problem: printable(problem, LONGEST_PROBLEM) }
}
