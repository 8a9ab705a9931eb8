import type { AddInput } from './config/read.ts'
import { configToApprove, redactConfig } from './config/redaction/redact.ts'
import type { ServerFacts, ToolResult } from './connections/connector.ts'
import type { ServiceLogLine } from './logs/log-line.ts'
import type { ServiceLogOptions } from './logs/read-logs.ts'
import { checkMethodOptions } from './options/option-checks.ts'
import type { AskOptions } from './services/ask-all.ts'
import type { ServiceCheck } from './services/check.ts'
import type { ConfigFile, ResetReport } from './services/configs.ts'
import { checkServiceName } from './services/names.ts'
import type { Service } from './services/registry.ts'
import type { ServiceInfo, ServiceSummary, StatusWord } from './services/service-info.ts'
import { summarise } from './services/summary.ts'
import type { AddOptions, AddReport } from './services/writes/add.ts'
import type { ChangeReport } from './services/writes/changes.ts'
import type { UseOptions } from './tools/calls/call.ts'
import { isTooOld, type ListOptions, listServices, type ServiceList, toolList } from './tools/listing.ts'
import type { ToolList } from './tools/lists/tool-list.ts'
import { checkAddress } from './tools/resolve.ts'
import { ToolContext } from './tools/tool-context.ts'

const WAIT_MS = 10_000

export interface WaitOptions {
  /** The status to wait for, or several of which any will do. Default: `ok`. */
  status?: StatusWord | readonly StatusWord[] | undefined
  /** How long, in ms. Default: 10,000. */
  timeout?: number | undefined
  /** Stops waiting. */
  signal?: AbortSignal | undefined
}

/** To import a module again, though it is loaded, takes longer than all that is done here before a call is sent. */
let calls: typeof import('./tools/calls/call.ts') | undefined

/** What one can do with the services that one scope sees: the store, or an agent. */
export class StoreContext extends ToolContext {
  /**
   * Adds services, or updates those whose names are taken; starts nothing. Takes `{ mcpServers }`, `{ servers }`, one
   * service with a `name`, a map or an array of them, JSON text of any of these, or `{ file }`. Each entry stands or
   * fails by itself: look at the report. @throws `bad_config` when the input as a whole holds no services, `usage`
   */
  async addService(input: AddInput, options: AddOptions = {}): Promise<AddReport> {
    checkMethodOptions('addService', options)
    const { addServices } = await import('./services/writes/add.ts')
    return addServices(this.house, input, options)
  }

  /**
   * All services with what is known of them; starts and asks nobody. The store shows those of agents, too: `scope` says
   * whose each one is. @throws `unavailable` when nobody can know.
   */
  async listServices(): Promise<ServiceSummary[]> {
    const services = this.house.registry.shown()
    await this.house.gate.consult(services)
    return services.map((service) => summarise(this.house, service))
  }

  /** Everything that may be shown of one service, secrets redacted. @throws `unknown_service` */
  async serviceInfo(name: string): Promise<ServiceInfo> {
    return this.#info(this.house.registry.get(checkServiceName(name)))
  }

  /**
   * The same of the service whose name is `query`, or is the only one that comes near it: its `name` says which.
   * @throws `unknown_service` that names those that come near
   */
  async findService(query: string): Promise<ServiceInfo> {
    const { findService } = await import('./services/find.ts')
    return this.#info(findService(this.house, query))
  }

  /**
   * Reaches for all enabled services, or for one, side by side, each for at most `timeout` ms (`connectTimeoutMs`), and
   * says of each how it is and why. What fails never fails the whole. @throws `unknown_service`, `aborted`
   */
  async checkServices(service?: string, options: AskOptions = {}): Promise<ServiceCheck[]> {
    checkMethodOptions('checkServices', options)
    const { checkServices } = await import('./services/check.ts')
    return checkServices(this.house, service, options)
  }

  /**
   * Waits until the status of a service is `status` (`ok`), or one of several, for at most `timeout` ms (10,000). For
   * `ok` it is connected and its tools are fetched, trying again what may pass; for anything else nobody is asked.
   * @throws `unknown_service`, `disabled`, `untrusted`, `unreachable`, `timeout`, `auth_required`, `bad_config`
   */
  async waitService(name: string, options: WaitOptions = {}): Promise<ServiceInfo> {
    checkMethodOptions('waitService', options)
    const { status = 'ok', timeout = WAIT_MS, signal } = options
    const service = this.house.registry.get(checkServiceName(name))
    const { waitFor } = await import('./services/wait.ts')
    const wanted = { statuses: new Set([status].flat()), timeoutMs: timeout, signal }
    await waitFor(this.house, { name: service.name, id: service.id, ...wanted })
    return this.serviceInfo(name)
  }

  /**
   * Opens this process's connection to a service, within `timeout` ms (`connectTimeoutMs`), and keeps it open while
   * nobody uses it, until `disconnectService`, a change of the config, or its server's end. @throws as `waitService`
   */
  async connectService(name: string, options: AskOptions = {}): Promise<ServiceInfo> {
    checkMethodOptions('connectService', options)
    const { connectService } = await import('./services/lifecycle.ts')
    await connectService(this.house, name, options)
    return this.serviceInfo(name)
  }

  /**
   * Ends this process's connection to a service, under whoever uses it: resolves when nothing that it started is left.
   * The next use opens another one. @throws `unknown_service`
   */
  async disconnectService(name: string): Promise<void> {
    const { disconnectService } = await import('./services/lifecycle.ts')
    await disconnectService(this.house, name)
  }

  /**
   * The same, then connects anew and fetches the tools, within `timeout` ms (`connectTimeoutMs`). Connections of other
   * processes stay. What has begun goes on without who gave it up. @throws as `waitService`
   */
  async restartService(name: string, options: AskOptions = {}): Promise<ServiceInfo> {
    checkMethodOptions('restartService', options)
    const { restartService } = await import('./services/lifecycle.ts')
    await restartService(this.house, name, options)
    return this.serviceInfo(name)
  }

  /** Replaces a service's config. @throws `unknown_service`, `bad_config`, `conflict` */
  async updateService(name: string, config: object): Promise<ChangeReport> {
    const { updateService } = await import('./services/writes/changes.ts')
    return updateService(this.house, name, config)
  }

  /**
   * Changes single fields of a service's config: objects are merged, `null` removes (RFC 7396).
   * @throws `unknown_service`, `bad_config`, `unavailable` while the storage cannot decide, `outcome_unknown` when it may
   * have, and its answer was lost
   */
  async patchService(name: string, patch: object): Promise<ChangeReport> {
    const { patchService } = await import('./services/writes/changes.ts')
    return patchService(this.house, name, patch)
  }

  /** Removes a service, its tool list and its statistics, and ends its connection. @throws `unknown_service`, `conflict` */
  async deleteService(name: string): Promise<ChangeReport> {
    const { deleteService } = await import('./services/writes/changes.ts')
    return deleteService(this.house, name)
  }

  /**
   * The configs in the form `addService` takes, secrets redacted: `***` stands for what is not shown, and keeps it when it is added
   * again. @throws `unknown_service`
   */
  async showConfig(service?: string): Promise<ConfigFile> {
    const { showConfig } = await import('./services/configs.ts')
    return showConfig(this.house, service)
  }

  /**
   * Removes all services, or one, with all that is known of them, and says which. Unlike `Store.clear` it may be done
   * while the storage is away. @throws `unknown_service`
   */
  async resetConfig(service?: string): Promise<ResetReport> {
    const { resetConfig } = await import('./services/configs.ts')
    return resetConfig(this.house, service)
  }

  /**
   * The tools of all services, or of one, from the shared lists; a server is asked only where no list is known, where it
   * said on an open connection that its list changed, or with `fresh`. The array's `services` say where each part came
   * from and how old it is, and which are not what they were when this user first used their service; a service that
   * failed stands there with its error. @throws for one named service what it failed with
   */
  async listTools(service?: string, options: ListOptions = {}): Promise<ToolList> {
    checkMethodOptions('listTools', options)
    const { registry } = this.house
    const asked = { ...options, insist: options.fresh }
    if (service === undefined) {
      const enabled = registry.all().filter(({ config }) => !config.disabled)
      return this.#seen(await listServices(this.house, enabled, asked))
    }
    const parts = await listServices(this.house, [registry.get(checkServiceName(service))], asked)
    const [{ error, list } = {}] = parts
    const isShown =
      error?.code === 'untrusted' && list !== undefined && !isTooOld(this.house, parts[0]!, options)
    if (error && !isShown) throw error
    return this.#seen(parts)
  }

  /**
   * What services said to processes of this machine that kept it (`serviceLogs` of `setupStore`, and every `mcpstore`), merged
   * by time: of one service, of several, or of all. With `follow` it goes on until `signal` is aborted. Nobody is asked or started.
   * @throws `unknown_service`, `usage` where none of it is kept, `storage`
   */
  serviceLogs(
    services: string | readonly string[] = [],
    options: ServiceLogOptions = {},
  ): AsyncIterable<ServiceLogLine> {
    checkMethodOptions('serviceLogs', options)
    const { house } = this
    return (async function* () {
      const { readLogs } = await import('./logs/read-logs.ts')
      yield* readLogs(house, [services].flat(), options)
    })()
  }

  /**
   * Calls a tool, at most once, and returns what its server answered, whole; `isError` in it is the tool's own failure.
   * `tool` is `service/tool`, an export name, or a raw or `service_tool` name that exactly one tool answers to.
   * @throws `unknown_tool`, `ambiguous_tool`, `bad_arguments`, `tool_changed` before anything is sent; `unreachable` when it was not
   * called; `timeout`, `aborted` and `outcome_unknown` when it may have run; `server_error` for a protocol error
   */
  async useTool(tool: string, args?: object | string, options: UseOptions = {}): Promise<ToolResult> {
    checkMethodOptions('useTool', options)
    checkAddress(tool)
    calls ??= await import('./tools/calls/call.ts')
    return await calls.useTool(this.house, tool, args, options)
  }

  /** The tools of these parts, compared with what they were. */
  async #seen(parts: readonly ServiceList[]): Promise<ToolList> {
    const changes = await this.house.pins.review(parts)
    return toolList(this.house, parts, changes)
  }

  async #info(service: Service): Promise<ServiceInfo> {
    await this.house.gate.consult([service])
    const server: ServerFacts | null = this.house.lists.known(service)?.server ?? null
    const summary = summarise(this.house, service)
    // What somebody is asked to approve has to be seen.
    const config = (summary.facts.inert === null ? redactConfig : configToApprove)(service.config)
    return { ...summary, config, server }
  }
}
