import { parseRecordKey } from '@mcpstore/storage'
import type { House } from '../house.ts'
import { serviceKey } from '../services/keys.ts'
import type { ToolFilter } from '../tools/tool-filter.ts'
import type { Emitter } from './events.ts'
import { Gather } from './gather.ts'
import type { MalformedReports } from './malformed-reports.ts'

/** Tells how what agents may use of the store's services differs from what was told before. */
export class AssignmentReports {
  readonly #house: House
  readonly #emitter: Emitter
  readonly #malformed: MalformedReports
  /** By the key of the assignment. */
  readonly #told = new Map<string, ToolFilter>()
  readonly #gather: Gather<string>
  readonly #unwatch: readonly (() => void)[]

  /** Takes what is known now for told. */
  constructor(house: House, emitter: Emitter, malformed: MalformedReports) {
    this.#house = house
    this.#emitter = emitter
    this.#malformed = malformed
    for (const { agent, service } of house.registry.assignments.list()) {
      const now = this.#look(agent, service)
      if (now) this.#told.set(keyOf(agent, service), now)
    }
    this.#gather = new Gather((keys) => {
      for (const key of this.#touched(keys)) this.#compare(key)
    })
    this.#unwatch = ['agents:', 'services:'].map((prefix) =>
      house.dataspace.watch(prefix, ({ key }) => this.#note(key)),
    )
  }

  stop(): void {
    for (const unwatch of this.#unwatch) unwatch()
    this.#gather.stop()
  }

  #note(key: string): void {
    const record = parseRecordKey(key)
    const ofStore = record?.scope === 'store' && (record.kind === 'config' || record.kind === 'birth')
    if (ofStore || record?.kind === 'assignment') this.#gather.note(key)
  }

  /** The assignments that these records are, or that end and begin with them. */
  #touched(keys: readonly string[]): Set<string> {
    const touched = new Set<string>()
    const services = new Set<string>()
    for (const key of keys) {
      const { kind, service } = parseRecordKey(key)!
      if (kind === 'assignment') touched.add(key)
      else services.add(service)
    }
    if (services.size === 0) return touched
    const known = this.#house.registry.assignments.list().map(({ agent, service }) => keyOf(agent, service))
    for (const key of [...this.#told.keys(), ...known]) {
      if (services.has(parseRecordKey(key)!.service)) touched.add(key)
    }
    return touched
  }

  #look(agent: string, service: string): ToolFilter | undefined {
    const { assignments, records } = this.#house.registry
    const grant = assignments.find(agent, service)
    if (!grant || !records.find({ scope: 'store', name: service })) return undefined
    return { allow: grant.allow, deny: grant.deny }
  }

  #compare(key: string): void {
    const { scope, service } = parseRecordKey(key) as { scope: { agent: string }; service: string }
    const problem = this.#house.registry.assignments.problem(key)
    if (problem === undefined) this.#malformed.sound(key)
    else this.#malformed.note({ key, problem })
    const before = this.#told.get(key)
    const now = this.#look(scope.agent, service)
    if (now) this.#told.set(key, now)
    else this.#told.delete(key)
    if (JSON.stringify(before) === JSON.stringify(now)) return
    this.#emitter.emit('assignmentChanged', { agent: scope.agent, service, assigned: now ?? null })
  }
}

function keyOf(agent: string, service: string): string {
  return serviceKey({ scope: { agent }, name: service }, 'assignment')
}
