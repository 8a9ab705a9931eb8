import { type Conflict, type HealthState, parseRecordKey } from '@mcpstore/storage'
import { validateConfig } from '../config/entry.ts'
import { quoted } from '../config/problem.ts'
import { redactConfig } from '../config/redaction/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { storeError } from '../errors.ts'
import { type House, whileOpen } from '../house.ts'
import type { ServiceName } from '../services/keys.ts'
import { canonical } from '../trust/config-hash.ts'
import { splitSignature } from '../trust/signature.ts'
import { AssignmentReports } from './assignment-reports.ts'
import { Emitter, type StoreEventName, type StoreEvents, type StoreListener } from './events.ts'
import { MalformedReports } from './malformed-reports.ts'
import { ServiceReports } from './service-reports.ts'
import { StatisticsReports } from './statistics-reports.ts'

const NAMES: Record<StoreEventName, true> = {
  serviceAdded: true,
  serviceUpdated: true,
  serviceRemoved: true,
  toolsChanged: true,
  toolsDiffer: true,
  statusChanged: true,
  assignmentChanged: true,
  statsChanged: true,
  malformed: true,
  conflict: true,
  storageChanged: true,
}

/** The events of one store; nothing is watched while nobody listens. */
export class WatchedEvents implements StoreEvents {
  readonly #house: House
  readonly #emitter: Emitter
  #stop: (() => void) | undefined

  constructor(house: House) {
    this.#house = house
    this.#emitter = new Emitter(house.logger)
  }

  on<Name extends StoreEventName>(name: Name, listener: StoreListener<Name>): () => void {
    if (!Object.hasOwn(NAMES, name)) {
      throw storeError('usage', `there is no event ${quoted(String(name))}`, {
        hint: `There are ${Object.keys(NAMES).join(', ')}.`,
      })
    }
    if (typeof listener !== 'function')
      throw storeError('usage', `the listener of ${name} must be a function`)
    whileOpen(this.#house)
    this.#stop ??= this.#start()
    const remove = this.#emitter.add(name, listener)
    return () => {
      remove()
      if (!this.#emitter.isHeard) this.#rest()
    }
  }

  /** Tells nothing more. */
  close(): void {
    this.#emitter.clear()
    this.#rest()
  }

  #rest(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #start(): () => void {
    const { dataspace } = this.#house
    const malformed = new MalformedReports(this.#emitter)
    const reports = [
      malformed,
      new ServiceReports(this.#house, this.#emitter, malformed),
      new AssignmentReports(this.#house, this.#emitter, malformed),
    ]
    const statistics = new StatisticsReports(this.#house, this.#emitter)
    let told = dataspace.status().state
    const unobserve = dataspace.observe({
      onState: (state) => {
        // One attempt that failed is no trouble yet.
        if (state === 'suspect' || state === told) return
        this.#tellState(state, told)
        told = state
      },
      onConflict: (conflict) => this.#tellConflict(conflict),
      onCounted: (counter) => statistics.note(counter),
      onMalformed: (found) => malformed.note(found),
    })
    const unhear = this.#house.pins.on(({ name: service, scope }, changes) =>
      this.#emitter.emit('toolsDiffer', { service, scope, ...changes }),
    )
    return () => {
      unhear()
      unobserve()
      for (const report of [...reports, statistics]) report.stop()
    }
  }

  #tellState(state: HealthState, before: HealthState): void {
    const { backend, reason } = this.#house.dataspace.status()
    this.#soon(() => this.#emitter.emit('storageChanged', { state, before, backend, reason }))
  }

  #tellConflict({ key, loser, winner }: Conflict): void {
    const record = parseRecordKey(key)
    const [lost, kept] = [configOf(loser.json), configOf(winner.json)]
    if (record?.kind !== 'config' || lost === undefined || kept === undefined) return
    const { service: name, scope } = record
    this.#house.behind(
      this.#saySame({ name, scope }, lost, kept).then((isSame) => {
        if (isSame) return
        const shown = { lost: lost && redactConfig(lost), kept: kept && redactConfig(kept) }
        this.#emitter.emit('conflict', { service: name, scope, ...shown })
      }),
    )
  }

  /** Whether two who signed and sealed by themselves have written the same. */
  async #saySame(
    service: ServiceName,
    lost: ServiceConfig | null,
    kept: ServiceConfig | null,
  ): Promise<boolean> {
    if (!lost || !kept) return false
    const { vault } = this.#house
    for (const config of [lost, kept]) await vault.prepare(config)
    const [one, other] = [lost, kept].map((config) => canonical(vault.openWhatOpens(service, config)))
    return one === other
  }

  /** The storage is in the midst of something when it tells. */
  #soon(tell: () => void): void {
    queueMicrotask(tell)
  }
}

/** The config as it is stored, `null` for a removal; `undefined` for what is none. */
function configOf(json: string | null): ServiceConfig | null | undefined {
  if (json === null) return null
  try {
    const read = validateConfig(splitSignature(JSON.parse(json)).config)
    return 'config' in read ? read.config : undefined
  } catch {
    return undefined
  }
}
