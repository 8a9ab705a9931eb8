import { type Dataspace, type Logger, parseRecordKey, type Scope } from '@mcpstore/storage'
import { quoted } from '../config/problem.ts'
import { serviceWords } from '../config/shell-words.ts'
import { storeError } from '../errors.ts'
import { didYouMean, nearest } from '../near.ts'
import { Assignments } from './assignments.ts'
import { isServiceName, storedName } from './names.ts'
import { type Service, ServiceRecords, type UnusableRecord } from './records.ts'

export type { Service } from './records.ts'

interface RegistryParts {
  dataspace: Dataspace
  records: ServiceRecords
  assignments: Assignments
}

/**
 * The services of a dataspace as one scope sees them. The store has its own; an agent has its own, and those of the store
 * that are assigned to it and that none of its own goes by the name of.
 */
export class Registry {
  readonly scope: Scope
  readonly records: ServiceRecords
  readonly assignments: Assignments
  readonly #parts: RegistryParts

  private constructor(scope: Scope, parts: RegistryParts) {
    this.scope = scope
    this.records = parts.records
    this.assignments = parts.assignments
    this.#parts = parts
  }

  /** What the store sees of a dataspace. */
  static over(dataspace: Dataspace, logger: Logger): Registry {
    const assignments = new Assignments(dataspace)
    return new Registry('store', { dataspace, assignments, records: new ServiceRecords(dataspace, logger) })
  }

  /** The same services as an agent sees them. */
  ofAgent(agent: string): Registry {
    return new Registry({ agent }, this.#parts)
  }

  /** The same services as the store sees them. */
  ofStore(): Registry {
    return this.scope === 'store' ? this : new Registry('store', this.#parts)
  }

  /**
   * All services that have a name here, in order of their names.
   * @throws `unavailable` when there are none to show and the storage was never read, so that nobody can know.
   */
  all(): Service[] {
    const services = [...this.records.of(this.scope), ...this.#assigned()]
    return this.sure(services.sort((a, b) => (a.name < b.name ? -1 : 1)))
  }

  /** The same without what is assigned. */
  own(): Service[] {
    return this.sure(this.records.of(this.scope))
  }

  /** All services to show: the store shows those of all agents after its own, though they have no name in it. */
  shown(): Service[] {
    if (this.scope !== 'store') return this.all()
    return this.sure(this.known())
  }

  /** Those of the store and of all agents, as far as anybody knows. */
  known(): Service[] {
    const agents = this.records.agents().sort()
    const scopes: Scope[] = ['store', ...agents.map((agent) => ({ agent }))]
    return scopes.flatMap((scope) => this.records.of(scope))
  }

  /** @throws `unknown_service`, with the names that come near; `bad_config` when the record cannot be used. */
  get(name: string): Service {
    const service = this.find(name)
    if (service) return service
    const problem = this.problem(name)
    if (problem === undefined) throw this.#unknown(name)
    throw unusable(name, problem)
  }

  /** The service of this name; of an agent's own and an assigned one, its own. */
  find(name: string): Service | undefined {
    return this.findOwn(name) ?? this.#findAssigned(name)
  }

  /** The same for a service that is to be changed here: an agent changes its own only. @throws what `get` throws */
  getOwn(name: string): Service {
    const service = this.findOwn(name)
    if (service) return service
    this.requireOwn(name)
    throw unusable(name, this.problem(name)!)
  }

  findOwn(name: string): Service | undefined {
    return this.records.find({ scope: this.scope, name })
  }

  /**
   * Passes when this scope has a record of this name, be it one that cannot be used.
   * @throws `unknown_service`; `unavailable` when nobody can know.
   */
  requireOwn(name: string): void {
    if (this.findOwn(name) || this.records.problem({ scope: this.scope, name }) !== undefined) return
    throw this.#unknown(name)
  }

  /** The stored records of all scopes that cannot be used, and why. */
  problems(): UnusableRecord[] {
    return [...this.records.problems(), ...this.assignments.problems()]
  }

  /** Why the record of this name cannot be used, if so. */
  problem(name: string): string | undefined {
    const own = this.records.problem({ scope: this.scope, name })
    if (own !== undefined || this.scope === 'store') return own
    const isAssigned = this.assignments.find(this.scope.agent, name) !== undefined
    return isAssigned ? this.records.problem({ scope: 'store', name }) : undefined
  }

  /** The name as it was written, where no service may have it and somebody has written a record of it all the same. */
  strangeName(written: string): string | undefined {
    if (typeof written !== 'string' || isServiceName(written)) return undefined
    const isThere = this.records.problem({ scope: this.scope, name: written }) !== undefined
    return isThere && !this.findOwn(storedName(written)) ? written : undefined
  }

  /** The id as it was written, where no agent may have it and somebody has written records of one all the same. */
  strangeAgent(written: string): string | undefined {
    if (typeof written !== 'string' || isServiceName(written)) return undefined
    const unusable = [...this.problems(), ...this.#parts.dataspace.status().quarantined]
    const id = storedName(written)
    if (this.records.agents().includes(id) || this.assignments.list().some(({ agent }) => agent === id))
      return undefined
    const agents = unusable.map(({ key }) => parseRecordKey(key)?.scope)
    return agents.some((one) => typeof one === 'object' && one.agent === written) ? written : undefined
  }

  #assigned(): Service[] {
    if (this.scope === 'store') return []
    const assignments = this.assignments.list(this.scope.agent)
    return assignments.flatMap(({ service }) =>
      this.findOwn(service) ? [] : (this.#findAssigned(service) ?? []),
    )
  }

  #findAssigned(name: string): Service | undefined {
    if (this.scope === 'store') return undefined
    const grant = this.assignments.find(this.scope.agent, name)
    const service = grant && this.records.find({ scope: 'store', name })
    return service && { ...service, grant }
  }

  #unknown(name: string) {
    const known = this.all()
    const names = known.map((one) => one.name)
    if (this.scope === 'store') {
      return storeError('unknown_service', `there is no service "${name}"`, { hint: hintFor(name, names) })
    }
    const agent = quoted(this.scope.agent)
    if (names.includes(name)) {
      return storeError('unknown_service', `agent ${agent} has no service "${name}" of its own`, {
        hint: `It is assigned from the store: change it there, or take it away: mcpstore unassign ${serviceWords(name, this.scope)} (unassignService)`,
      })
    }
    const isInStore = this.records.find({ scope: 'store', name }) !== undefined
    return storeError('unknown_service', `agent ${agent} has no service "${name}"`, {
      hint: isInStore
        ? `The store has one, assign it: mcpstore assign ${serviceWords(name, this.scope)} (assignService)`
        : names.length > 0
          ? hintFor(name, names)
          : 'It has none. Add one, or assign one of the store.',
    })
  }

  /** What was found. @throws `unavailable` when that is nothing and nobody can know, as the storage was never read. */
  sure<Found>(found: Found[], what = 'which services there are'): Found[] {
    if (found.length === 0) this.#refuseUnknown(what)
    return found
  }

  #refuseUnknown(what: string): void {
    const { dataspace } = this.#parts
    if (dataspace.isKnown) return
    const { error, reason } = dataspace.status()
    throw storeError('unavailable', `${what} is unknown: ${reason ?? 'the storage has not answered yet'}`, {
      hint: error?.hint,
      cause: error ?? undefined,
    })
  }
}

function unusable(name: string, problem: string) {
  return storeError('bad_config', `the stored config of service "${name}" cannot be used: ${problem}`, {
    hint: 'If a newer mcpstore wrote it, update this one. Otherwise remove it, or add it again.',
  })
}

function hintFor(name: string, names: readonly string[]): string {
  const near = nearest(name, names)
  if (near.length > 0) return didYouMean(near)
  if (names.length === 0) return 'No service was added yet.'
  return `There ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' …' : ''}.`
}
