import type { AddInput } from './config/read.ts'
import { configToApprove, redactConfig } from './config/redact.ts'
import type { ServerFacts, ToolResult } from './connections/connector.ts'
import { storeError } from './errors.ts'
import type { House } from './house.ts'
import { checkMethodOptions } from './option-checks.ts'
import type { AddOptions, AddReport, ChangeReport } from './services/changes.ts'
import { describeService } from './services/describe.ts'
import { readHealth } from './services/health-note.ts'
import { checkServiceName } from './services/names.ts'
import type { Service } from './services/registry.ts'
import type { ServiceInfo, ServiceSummary } from './services/service-info.ts'
import type { UseOptions } from './tools/call.ts'
import { isStale, type ListOptions, listServices, toolList } from './tools/listing.ts'
import { checkAddress, resolveTool } from './tools/resolve.ts'
import type { ListedTool, ToolList } from './tools/tool-list.ts'
import type { TrustOptions, TrustReport } from './trust/trust-service.ts'

const WAIT_MS = 10_000

/** To import a module again, though it is loaded, takes longer than all that is done here before a call is sent. */
let calls: typeof import('./tools/call.ts') | undefined

/** What one can do with the services of a store. */
export class StoreContext {
  readonly #whole: House

  /** Made by `Store.forStore`. */
  constructor(house: House) {
    this.#whole = house
  }

  /**
   * Adds services, or updates those whose names are taken; starts nothing. Takes `{ mcpServers }`, `{ servers }`, one
   * service with a `name`, a map or an array of them, JSON text of any of these, or `{ file }`. Each entry stands or
   * fails by itself: look at the report. @throws `bad_config` when the input as a whole holds no services.
   */
  async addService(input: AddInput, options: AddOptions = {}): Promise<AddReport> {
    checkMethodOptions('addService', options)
    const { addServices } = await import('./services/changes.ts')
    return addServices(this.#house, input, options)
  }

  /** All services with what is known of them; starts and asks nobody. @throws `unavailable` when nobody can know. */
  async listServices(): Promise<ServiceSummary[]> {
    const services = this.#house.registry.all()
    await this.#house.gate.consult(services)
    return services.map((service) => this.#summary(service))
  }

  /** Everything that may be shown of one service, secrets redacted. @throws `unknown_service` */
  async serviceInfo(name: string): Promise<ServiceInfo> {
    const service = this.#house.registry.get(checkServiceName(name))
    await this.#house.gate.consult([service])
    const list = this.#house.lists.get(service)
    const server: ServerFacts | null = list?.server ?? null
    const summary = this.#summary(service)
    // What somebody is asked to approve has to be seen.
    const config = (summary.facts.inert === null ? redactConfig : configToApprove)(service.config)
    return { ...summary, config, server, fetchedAt: list?.fetchedAt ?? null }
  }

  /**
   * Connects a service and fetches its tools, for at most `timeout` ms (10,000), trying again what may pass.
   * @throws `unknown_service`, `disabled`, `untrusted`, `unreachable`, `timeout`, `auth_required`, `bad_config`
   */
  async waitService(name: string, options: { timeout?: number } = {}): Promise<ServiceInfo> {
    checkMethodOptions('waitService', options)
    const service = this.#house.registry.get(checkServiceName(name))
    const { waitFor } = await import('./services/wait.ts')
    await waitFor(this.#house, service, options.timeout ?? WAIT_MS)
    return this.serviceInfo(name)
  }

  /** Replaces a service's config. @throws `unknown_service`, `bad_config`, `conflict` */
  async updateService(name: string, config: object): Promise<ChangeReport> {
    const { updateService } = await import('./services/changes.ts')
    return updateService(this.#house, name, config)
  }

  /**
   * Changes single fields of a service's config: objects are merged, `null` removes (RFC 7396).
   * @throws `unknown_service`, `bad_config`, `unavailable` while the storage cannot decide, `outcome_unknown` when it may
   * have, and its answer was lost
   */
  async patchService(name: string, patch: object): Promise<ChangeReport> {
    const { patchService } = await import('./services/changes.ts')
    return patchService(this.#house, name, patch)
  }

  /** Removes a service, its tool list and its statistics, and ends its connection. @throws `unknown_service`, `conflict` */
  async deleteService(name: string): Promise<ChangeReport> {
    const { deleteService } = await import('./services/changes.ts')
    return deleteService(this.#house, name)
  }

  /**
   * Approves a service's config exactly as it is stored now, so that it may be started and connected here. Any change
   * to it ends that. `confirm` is shown what would be approved. @throws `unknown_service`, `conflict`, `storage`
   */
  async trustService(name: string, options: TrustOptions = {}): Promise<TrustReport> {
    checkMethodOptions('trustService', options)
    const { trustService } = await import('./trust/trust-service.ts')
    return trustService(this.#house, name, options)
  }

  /** Takes back what was approved under this name, and ends its connection. @throws `unknown_service`, `usage`, `storage` */
  async revokeTrust(name: string): Promise<TrustReport> {
    const { revokeTrust } = await import('./trust/trust-service.ts')
    return revokeTrust(this.#house, name)
  }

  /**
   * The tools of all services, or of one, from the shared lists; a server is asked only where no list is known, where it
   * said on an open connection that its list changed, or with `fresh`. The array's `services` say where each part came
   * from and how old it is; a service that failed stands there
   * with its error. @throws for one named service what it failed with
   */
  async listTools(service?: string, options: ListOptions = {}): Promise<ToolList> {
    checkMethodOptions('listTools', options)
    const { registry } = this.#house
    const asked = { ...options, insist: options.fresh }
    if (service === undefined) {
      const enabled = registry.all().filter(({ config }) => !config.disabled)
      return toolList(await listServices(this.#house, enabled, asked))
    }
    const parts = await listServices(this.#house, [registry.get(checkServiceName(service))], asked)
    const [{ error, list } = {}] = parts
    const isShown = error?.code === 'untrusted' && list !== undefined && !options.fresh
    if (error && !isShown) throw error
    return toolList(parts)
  }

  /** The definition of the tool an address means; see `useTool`. @throws `unknown_tool`, `ambiguous_tool` */
  async findTool(tool: string): Promise<ListedTool> {
    return (await resolveTool(this.#house, checkAddress(tool), {})).tool
  }

  /**
   * Calls a tool, at most once, and returns what its server answered, whole; `isError` in it is the tool's own failure.
   * `tool` is `service/tool`, an export name, or a raw or `service_tool` name that exactly one tool answers to.
   * @throws `unknown_tool`, `ambiguous_tool`, `bad_arguments` before anything is started; `unreachable` when it was not
   * called; `timeout`, `aborted` and `outcome_unknown` when it may have run; `server_error` for a protocol error
   */
  async useTool(tool: string, args?: object | string, options: UseOptions = {}): Promise<ToolResult> {
    checkMethodOptions('useTool', options)
    checkAddress(tool)
    calls ??= await import('./tools/call.ts')
    return await calls.useTool(this.#house, tool, args, options)
  }

  get #house(): House {
    if (this.#whole.closed)
      throw storeError('unavailable', 'the store is closed', { hint: 'Open another one.' })
    return this.#whole
  }

  #summary(service: Service): ServiceSummary {
    const { dataspace, gate, lists, reach } = this.#house
    const list = lists.get(service)
    const facts = list && { toolCount: list.tools.length, stale: isStale(list) }
    const trust = { trusted: gate.isTrusted(service), inert: gate.whyInert(service) }
    const connection = { phase: reach.phase(service.name), retryAt: reach.retryAt(service.name) }
    return describeService(service, connection, readHealth(dataspace, service), facts, trust)
  }
}
