import type { DataspaceNode, DataspaceStatus, Durability, Finding, Inspection } from '@mcpstore/storage'
import { AgentContext } from './agent-context.ts'
import { StoreContext } from './context.ts'
import { type DataspaceList, dataspacesOf } from './dataspaces.ts'
import type { StoreEvents } from './events/events.ts'
import { WatchedEvents } from './events/store-events.ts'
import { type House, houseOf, whileOpen } from './house.ts'
import { checkMethodOptions } from './options/option-checks.ts'
import { type AgentSummary, agentsOf } from './services/agents.ts'
import { checkAgentId } from './services/names.ts'
import type { DataspaceExport } from './transfer/document.ts'
import type { ImportOptions, ImportReport } from './transfer/import-dataspace.ts'
import type { ImportInput } from './transfer/read-document.ts'

/** What is true of a store right now. */
export type StoreStatus = DataspaceStatus

/** A process that has a dataspace open, or had. */
export type StoreNode = DataspaceNode

/** A store, open until it is closed. Made by `setupStore`. */
export class Store {
  /** What happens to the services and to the storage, in this process or another. */
  readonly events: StoreEvents
  readonly #events: WatchedEvents
  readonly #house: House
  readonly #context: StoreContext
  readonly #settled: () => Promise<void>
  #closing: Promise<{ left: number }> | undefined

  constructor(house: House, settled: () => Promise<void>) {
    this.#house = house
    this.#settled = settled
    this.#events = new WatchedEvents(house)
    this.events = this.#events
    this.#context = new StoreContext(house)
  }

  get namespace(): string {
    return this.#house.dataspace.namespace
  }

  /** The real one, also when `auto` was asked for. */
  get dataspace(): string {
    return this.#house.dataspace.dataspace
  }

  /** What the store sees. */
  forStore(): StoreContext {
    return this.#context
  }

  /**
   * What one agent sees: its own services, and those of the store that are assigned to it. An agent is there as long as it
   * has either. @throws `usage` for an id that no agent may have, unless somebody has written records of one all the same:
   * these can be removed
   */
  forAgent(id: string): AgentContext {
    const agent = this.#house.registry.strangeAgent(id) ?? checkAgentId(id)
    return new AgentContext(houseOf(this.#house, agent), agent)
  }

  /** The agents that have services, own or assigned ones, in order of their ids. @throws `unavailable` */
  async listAgents(): Promise<AgentSummary[]> {
    return agentsOf(whileOpen(this.#house).registry)
  }

  /** Which storage really answers, since when, why, and what waits; `closed` after the end. */
  status(): StoreStatus {
    const problems = this.#house.registry.problems()
    const status = this.#house.dataspace.status()
    const byKey = new Map([...problems, ...status.quarantined].map((one) => [one.key, one]))
    return { ...status, ...this.#house.instead, quarantined: [...byKey.values()] }
  }

  /**
   * The processes that have this dataspace open, this one among them, and those that had and are gone without a word; as was
   * last heard where the storage does not answer. In a file a process shows after a second.
   */
  async nodes(): Promise<StoreNode[]> {
    return whileOpen(this.#house).dataspace.nodes()
  }

  /**
   * Looks at the place the data lies in: for Redis its version, memory, eviction policy, missing rights and more, for a
   * file its size, mode and disk. Empty for memory. @throws `storage` when it does not answer
   */
  inspect(): Promise<Inspection> {
    return this.#house.dataspace.inspect()
  }

  /**
   * Looks for the usual faults of the services, those of agents too: commands, folders and files that are not there, variables
   * that are not set, addresses that nobody answers at, what is known of them already, and
   * whether what their tools were can be read. Starts nothing and sends nothing;
   * trusted addresses are connected to, each for at most 2 s. @throws `unavailable` when nobody can know the services
   */
  async inspectServices(): Promise<Finding[]> {
    const { inspectServices } = await import('./faults/inspect-services.ts')
    return inspectServices(whileOpen(this.#house))
  }

  /**
   * Adds what the mirror of another dataspace holds to this one: for a Redis that came back empty and was begun anew before
   * this machine could restore it. @throws `unavailable`, or `usage` where there is no mirror
   */
  async adopt(): Promise<void> {
    await this.#house.dataspace.adopt()
  }

  /**
   * All that was put into the dataspace, as it is stored: services, those of agents, and assignments; placeholders as they
   * were written, and every secret that stands in a config. Nothing of what was found out: tool lists, health, statistics.
   * What cannot be used is left out; `status().quarantined` names it. @throws `unavailable` when nobody can know
   */
  async exportDataspace(): Promise<DataspaceExport> {
    const { exportDataspace } = await import('./transfer/export-dataspace.ts')
    return exportDataspace(whileOpen(this.#house))
  }

  /**
   * Adds what an export holds, and reports on each service and assignment. What is there already in the same words is left
   * alone; what differs too, unless `replace` says otherwise. As with `addService`, what is imported is approved here; but
   * what nobody had trusted where it was exported is not, and does not get into a dataspace that is trusted as a whole,
   * unless `includeUntrusted` says so. @throws `bad_config` for what is no sound export, of which nothing is imported then;
   * `unavailable` when nobody can know what is there
   */
  async importDataspace(input: ImportInput, options: ImportOptions = {}): Promise<ImportReport> {
    checkMethodOptions('importDataspace', options)
    const { importDataspace } = await import('./transfer/import-dataspace.ts')
    return importDataspace(whileOpen(this.#house), input, options)
  }

  /**
   * The dataspaces of this namespace that stay, in order of their names: those that have a file below `home`, or that somebody
   * has opened in this Redis. A store in a file of its own has only itself, one in memory none that stays. `listDataspaces` tells
   * the same without a store. @throws `unavailable`
   */
  async listDataspaces(): Promise<DataspaceList> {
    return dataspacesOf(whileOpen(this.#house).options)
  }

  /**
   * Removes every service and all that is known of them, for everybody. `warnings` tell of what stays of them here. @throws `unavailable`, `outcome_unknown`
   */
  async clear(): Promise<{ durable: Durability; warnings?: string[] }> {
    const { approver, dataspace, logger, logFolder, pins, registry } = this.#house
    const removed = registry.known()
    const durable = await dataspace.clear()
    await approver.revokeAll()
    await pins.forget()
    if (logFolder !== undefined) {
      const { removeLogs } = await import('./logs/log-folder.ts')
      await removeLogs({ logFolder, logger })
    }
    const { tokensLeft } = await import('./tokens/left-tokens.ts')
    return { durable, ...tokensLeft(this.#house, removed) }
  }

  /** Ends all connections and what was started, and delivers what waits. `left` writes could not be delivered. */
  close(): Promise<{ left: number }> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<{ left: number }> {
    this.#house.closed = true
    this.#events.close()
    this.#house.news.end()
    // Whatever became of the connections: what waits must still be delivered.
    await this.#house.reach.close().catch((error: Error) => this.#house.logger.error(error.message))
    await this.#settled()
    return { left: await this.#house.dataspace.close() }
  }
}
