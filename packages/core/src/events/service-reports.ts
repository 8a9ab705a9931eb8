import type { Scope } from '@mcpstore/storage'
import type { House } from '../house.ts'
import { healthProblem } from '../services/health-note.ts'
import { serviceKey } from '../services/keys.ts'
import type { Service } from '../services/registry.ts'
import type { ServiceSummary } from '../services/service-info.ts'
import { summarise } from '../services/summary.ts'
import type { KnownList } from '../tools/lists/list-head.ts'
import type { Emitter } from './events.ts'
import { Gather } from './gather.ts'
import type { MalformedReports } from './malformed-reports.ts'

/** What was last told of a service. */
interface Told {
  service: Service
  list: KnownList | undefined
  summary: ServiceSummary
}

/**
 * Turns news of services into events: looks at a service a moment after the first news of it, and tells how it differs
 * from what was told before. However often it changed meanwhile, that is one look.
 */
export class ServiceReports {
  readonly #house: House
  readonly #emitter: Emitter
  readonly #told = new Map<string, Told>()
  readonly #malformed: MalformedReports
  readonly #gather = new Gather<string>((ids) => this.#report(ids))
  readonly #unlisten: () => void

  /** Takes what is known now for told. */
  constructor(house: House, emitter: Emitter, malformed: MalformedReports) {
    this.#house = house
    this.#emitter = emitter
    this.#malformed = malformed
    const services = known(house)
    this.#consult(services)
    for (const service of services) this.#told.set(service.id, look(house, service))
    this.#unlisten = house.news.on((id) => id !== null && this.#gather.note(id))
  }

  stop(): void {
    this.#unlisten()
    this.#gather.stop()
    this.#told.clear()
  }

  #report(ids: readonly string[]): void {
    this.#consult(ids.flatMap((id) => this.#house.registry.records.byId(id) ?? []))
    for (const id of ids) this.#compare(id)
  }

  /** What is known of approvals is up to date at once; what the host has to be asked is looked at when it has answered. */
  #consult(services: readonly Service[]): void {
    const { gate, logger } = this.#house
    if (gate.isOwn) return
    for (const service of services) {
      // Nobody waits for the host, not even who closes the store: it may take as long as it likes.
      const decided = gate.decide([service]).then(() => {
        if (this.#told.has(service.id)) this.#compare(service.id)
      })
      decided.catch((error: Error) => logger.debug(error.message))
    }
  }

  #compare(id: string): void {
    const emit = this.#emitter
    const before = this.#told.get(id)
    const service = this.#house.registry.records.byId(id)
    this.#judge(id, service)
    if (!service) {
      this.#told.delete(id)
      if (before) emit.emit('serviceRemoved', named(before.service))
      return
    }
    const now = look(this.#house, service)
    this.#told.set(id, now)
    if (now.list && now.list !== before?.list) this.#malformed.sound(serviceKey(service, 'cache'))
    const { status, toolCount, facts } = now.summary
    if (!before) emit.emit('serviceAdded', { ...named(service), status })
    else if (differ(before.service, service, ({ config }) => config)) {
      emit.emit('serviceUpdated', named(service))
    }
    if (differ(before?.list, now.list, (list) => list?.hash)) {
      emit.emit('toolsChanged', { ...named(service), toolCount })
      if (now.list) this.#house.behind(this.#house.pins.look(service))
    }
    if (before && before.summary.status !== status) {
      const change = { status, before: before.summary.status, error: facts.lastError }
      emit.emit('statusChanged', { ...named(service), ...change })
    }
  }

  /** What cannot be used is told, and that of a service that goes on without it. */
  #judge(id: string, service: Service | undefined): void {
    const { dataspace, registry } = this.#house
    const config = registry.records.problemOf(id)
    const problems = new Map([[id, config]])
    if (service) problems.set(serviceKey(service, 'state'), healthProblem(dataspace, service))
    for (const [key, problem] of problems) {
      if (problem !== undefined) this.#malformed.note({ key, problem })
      // What is no JSON is told by who reads it.
      else if (dataspace.get(key)) this.#malformed.sound(key)
    }
  }
}

function named({ name, scope }: Service): { service: string; scope: Scope } {
  return { service: name, scope }
}

function look(house: House, service: Service): Told {
  return { service, list: house.lists.known(service), summary: summarise(house, service) }
}

/** All services; none while the storage was never read. */
function known({ registry }: House): Service[] {
  try {
    return registry.shown()
  } catch {
    return []
  }
}

/** Whether that part of the two is another value; what was read once stays the same object. */
function differ<Whole>(before: Whole, now: Whole, part: (whole: Whole) => unknown): boolean {
  return before !== now && JSON.stringify(part(before)) !== JSON.stringify(part(now))
}
