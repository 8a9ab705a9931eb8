import { type Dataspace, type Entry, type Logger, parseRecordKey, type Stamp } from '@mcpstore/storage'
import { validateConfig } from '../config/entry.ts'
import { printable } from '../config/problem.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { storeError } from '../errors.ts'
import { nearest } from '../near.ts'
import { serviceKey } from './keys.ts'
import { isServiceName } from './names.ts'

const LONGEST_PROBLEM = 1000

/** A registered service as it is stored. */
export interface Service {
  name: string
  config: ServiceConfig
  /** Which writing of the config this is. */
  stamp: Stamp
}

/** The services of a dataspace, read from its replica; what is no config is set aside and named. */
export class Registry {
  readonly #dataspace: Dataspace
  readonly #logger: Logger
  readonly #read = new WeakMap<Entry, Service | { problem: string }>()

  constructor(dataspace: Dataspace, logger: Logger) {
    this.#dataspace = dataspace
    this.#logger = logger
  }

  /**
   * All services, in order of their names.
   * @throws `unavailable` when there are none to show and the storage was never read, so that nobody can know.
   */
  all(): Service[] {
    const services = this.#entries()
      .flatMap((entry) => this.#service(entry) ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    if (services.length === 0) this.#refuseUnknown()
    return services
  }

  /** @throws what `require` throws, and `bad_config` when the record cannot be used. */
  get(name: string): Service {
    const service = this.find(name)
    if (service) return service
    this.require(name)
    throw storeError(
      'bad_config',
      `the stored config of service "${name}" cannot be used: ${this.problem(name)}`,
      { hint: 'Remove it, or add it again.' },
    )
  }

  /**
   * Passes when a record of this name is there, be it one that cannot be used.
   * @throws `unknown_service`, with the names that come near; `unavailable` when nobody can know.
   */
  require(name: string): void {
    if (this.find(name) || this.problem(name) !== undefined) return
    const names = this.all().map((one) => one.name)
    const near = nearest(name, names)
    throw storeError('unknown_service', `there is no service "${name}"`, {
      hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : hintForNone(names),
    })
  }

  find(name: string): Service | undefined {
    const entry = this.#dataspace.get(serviceKey(name, 'config'))
    return entry && this.#service(entry)
  }

  /** The stored configs that cannot be used, and why. */
  problems(): { key: string; problem: string }[] {
    return this.#entries().flatMap((entry) => {
      const read = this.#readEntry(entry)
      return 'problem' in read ? [{ key: entry.key, problem: read.problem }] : []
    })
  }

  /** Why the record of this name cannot be used, if so. */
  problem(name: string): string | undefined {
    const problems = [...this.problems(), ...this.#dataspace.status().quarantined]
    return problems.find(({ key }) => key === serviceKey(name, 'config'))?.problem
  }

  #entries(): Entry[] {
    return this.#dataspace.list('services:').filter(({ key }) => key.endsWith(':config'))
  }

  #service(entry: Entry): Service | undefined {
    const read = this.#readEntry(entry)
    return 'problem' in read ? undefined : read
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

  #refuseUnknown(): void {
    const { staleMs, error, reason } = this.#dataspace.status()
    if (staleMs !== null) return
    throw storeError(
      'unavailable',
      `which services there are is unknown: ${reason ?? 'the storage has not answered yet'}`,
      {
        hint: error?.hint,
        cause: error ?? undefined,
      },
    )
  }
}

function readService(entry: Entry): Service | { problem: string } {
  const { service } = parseRecordKey(entry.key)!
  if (!isServiceName(service)) return { problem: 'no service may have this name' }
  const read = validateConfig(entry.value)
  if ('config' in read) return { name: service, config: read.config, stamp: entry.stamp }
  const problem = read.problems.map(({ field, message }) => `${field}: ${message}`).join('; ')
  return { problem: printable(problem, LONGEST_PROBLEM) }
}

function hintForNone(names: readonly string[]): string {
  if (names.length === 0) return 'No service was added yet.'
  return `There ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' …' : ''}.`
}
