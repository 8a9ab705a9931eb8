import { type Dataspace, type Logger, McpStoreError } from '@mcpstore/storage'
import { fingerprint } from './config/fingerprint.ts'
import type { ServiceConfig } from './config/service-config.ts'
import { serviceWords } from './config/shell-words.ts'
import { isRefusal } from './connections/breaker.ts'
import type { ServerFacts } from './connections/connector.ts'
import { choiceOf, type Era, eraOf } from './connections/era.ts'
import type { Connection, ConnectionPool } from './connections/index.ts'
import { redacted, redactedCause } from './connections/redacted.ts'
import { isUnsent, markUnsent } from './connections/verdict.ts'
import { asError, storeClosed, storeError } from './errors.ts'
import { isTelling } from './failures.ts'
import { Host } from './host/host.ts'
import type { LogKeeper, LogKeeperOptions } from './logs/log-keeper.ts'
import type { ResolvedOptions } from './options/store-options.ts'
import { isKnownToWork, noteHealth, noteProtocol, readProtocol } from './services/health-note.ts'
import type { Service } from './services/registry.ts'
import type { ConnectionPhase } from './services/service-info.ts'
import { SignIns } from './tokens/sign-ins.ts'
import type { Gate } from './trust/gate.ts'
import { Targets } from './trust/targets.ts'

export interface ReachOptions {
  /** How long connecting may take, in ms. */
  timeoutMs: number
  /** What that is left of, in ms; errors name it. */
  givenMs?: number | undefined
  signal?: AbortSignal | undefined
  /** The connection stays open until it is closed, however long nobody uses it. */
  keep?: boolean
  /** Tries even a service that failed so often that it is left alone for a while. */
  insist?: boolean | undefined
}

type Work<Result> = (connection: Connection) => Promise<Result>

export interface ReachParts {
  options: ResolvedOptions
  dataspace: Dataspace
  gate: Gate
  logger: Logger
  /** How what services say is kept, if it is. */
  logs: LogKeeperOptions | undefined
  /** Lets a task run on by itself. */
  behind(task: Promise<unknown>): void
  /** Told of the `id` of a service whose server says that its tool list changed. */
  onToolsChanged(id: string): void
  /** Told of the `id` of a service that a new connection leads to, and of what its server says of itself. */
  onMet(id: string, server: ServerFacts): void
  /** Told of the `id` of a service whose connection is being opened, is open, or has ended. */
  onPhase(id: string): void
}

/** The way to the services: expands a config, connects, and shares what was found out about the service. */
export class Reach {
  readonly #parts: ReachParts
  readonly signIns: SignIns
  #pool: Promise<ConnectionPool> | undefined
  #keeper: LogKeeper | undefined
  #loaded: ConnectionPool | undefined
  readonly #targets: Targets
  /** The connections that were noticed already. */
  readonly #met = new WeakSet<Connection>()
  readonly #noted = new WeakSet<Connection>()
  #closed = false

  constructor(parts: ReachParts) {
    this.#parts = parts
    this.#targets = new Targets(parts.gate)
    this.signIns = new SignIns(parts.options, parts.gate)
  }

  /** Runs `work` on the service's connection: whoever connects works. @throws what `judge` throws */
  use<Result>(service: Service, options: ReachOptions, work: Work<Result>): Promise<Result> {
    return this.#run(service, options, (connection, works) => {
      works()
      return work(connection)
    })
  }

  /**
   * The same where only `work` tells whether the service works: it does when that is done.
   * @throws `disabled`, `untrusted`, `sealed`, `bad_config` for a variable that is not set, `unavailable` once it is closed, what connecting
   * throws (at once what it last threw, while the service is left alone), and what `work` throws.
   */
  judge<Result>(service: Service, options: ReachOptions, work: Work<Result>): Promise<Result> {
    return this.#run(service, options, async (connection, works) => {
      const result = await work(connection)
      works()
      return result
    })
  }

  async #run<Result>(
    service: Service,
    options: ReachOptions,
    work: (connection: Connection, works: () => void) => Promise<Result>,
  ): Promise<Result> {
    if (service.config.disabled) {
      throw storeError('disabled', `service "${service.name}" is disabled`, {
        hint: `Enable it: mcpstore enable ${serviceWords(service.name, service.scope)} (patchService(name, { disabled: null }))`,
      })
    }
    if (!this.#parts.gate.isOpen(service)) await this.#parts.gate.admit(service, options)
    // The config that was admitted, in this very object: reading it again could bring in another one.
    const target = this.#targets.of(service)
    this.#refuseClosed()
    const pool = this.#loaded ?? (await this.#open())
    /** What failed on a connection says nothing of the way to it; there may be no way to the next one. */
    let ofWork: unknown
    try {
      const known = this.#knownEra(service, target.config)
      return await pool.use(target, known ? { ...options, known } : options, async (connection) => {
        try {
          this.#meet(service, connection)
          return await work(connection, () => {
            this.#note(service, null)
            this.#noteProtocol(service, target.config, connection)
          })
        } catch (error) {
          ofWork = error
          throw error
        }
      })
    } catch (thrown) {
      const failure =
        thrown instanceof McpStoreError
          ? thrown
          : storeError('unreachable', redacted(asError(thrown).message, target.config), {
              cause: redactedCause(thrown, target.config),
            })
      if (thrown !== ofWork && !isRefusal(failure)) this.noteFailure(service, failure, options)
      throw this.#closed && !options.signal?.aborted ? cutShort(service.name, failure) : failure
    }
  }

  /** Shares what the failure of whoever had `timeoutMs` says about a service, if it says something. */
  noteFailure(service: Service, failure: unknown, { timeoutMs }: Pick<ReachOptions, 'timeoutMs'>): void {
    const patience = { allowedMs: timeoutMs, usualMs: this.#parts.options.connectTimeoutMs }
    if (failure instanceof McpStoreError && isTelling(failure, patience)) this.#note(service, failure)
  }

  /** Shares what was found out about a service: how it failed, or with `null` that it did not. */
  #note(service: Service, failure: McpStoreError | null): void {
    // What fails because all is being closed says nothing about the service; most of the time all is well, as before.
    if (this.#closed || (!failure && isKnownToWork(this.#parts.dataspace, service))) return
    this.#parts.behind(noteHealth(this.#parts.dataspace, service, failure))
  }

  /** The config of this service is another one now, or gone: what runs by an older one ends with the calls on it. */
  reconsider(id: string, service: Service | undefined): void {
    this.#loaded?.retire(id, service && this.#targets.keyIfAdmitted(service))
  }

  #meet(service: Service, connection: Connection): void {
    if (this.#met.has(connection) || this.#closed) return
    this.#met.add(connection)
    this.#parts.onMet(service.id, connection.server)
  }

  /** What a service speaks, where that is not chosen: with it nobody else has to ask it. */
  #noteProtocol(service: Service, config: ServiceConfig, connection: Connection): void {
    if (this.#noted.has(connection) || this.#closed) return
    this.#noted.add(connection)
    const version = connection.server.protocolVersion
    if (version === undefined || choiceOf(config) !== 'auto') return
    const found = { version, fingerprint: this.#fingerprint(service, config) }
    this.#parts.behind(noteProtocol(this.#parts.dataspace, service, found))
  }

  #knownEra(service: Service, config: ServiceConfig): Era | undefined {
    if (choiceOf(config) !== 'auto' || this.#loaded?.phase(service.id) === 'connected') return undefined
    const version = readProtocol(this.#parts.dataspace, service, this.#fingerprint(service, config))
    return version === undefined ? undefined : eraOf(version)
  }

  #fingerprint(service: Service, expanded: ServiceConfig): string {
    return fingerprint(expanded, this.#parts.gate.hashingKey(service))
  }

  phase({ id }: Pick<Service, 'id'>): ConnectionPhase {
    return this.#loaded?.phase(id) ?? 'idle'
  }

  /** When a failing service may be tried again by those who do not insist, ms since 1970. */
  retryAt({ id }: Pick<Service, 'id'>): number | undefined {
    return this.#loaded?.retryAt(id)
  }

  /** Ends the service's connection; resolves when nothing of it is left. */
  async disconnect({ id }: Pick<Service, 'id'>): Promise<void> {
    await this.#loaded?.close(id)
  }

  /** Ends all connections; resolves when nothing of them is left. */
  async close(): Promise<void> {
    this.#closed = true
    const pool = await this.#pool?.catch(() => undefined)
    await pool?.closeAll()
    await this.#keeper?.flush()
  }

  /** Loaded on first use: the SDK and all that needs it stay out of what only reads. */
  async #open(): Promise<ConnectionPool> {
    this.#pool ??= import('./connections/index.ts').then((loaded) => {
      const { logger, logs, onPhase, onToolsChanged, options } = this.#parts
      const { ConnectionPool: Pool, createConnector } = loaded
      this.#keeper = logs && new loaded.LogKeeper(logs)
      const connector = createConnector({
        warn: (line) => logger.warn(line),
        auth: (question) => this.signIns.authOf(question),
        host: new Host(options.host, logger),
        allowPrivateAddresses: options.allowPrivateAddresses,
        logs: this.#keeper,
      })
      this.#loaded = new Pool({
        connector,
        idleMs: options.idleTimeoutMs,
        checkMs: options.pingIntervalMs,
        connectMs: options.connectTimeoutMs,
        onToolsChanged,
        onPhase,
      })
      return this.#loaded
    })
    const pool = await this.#pool
    this.#refuseClosed()
    return pool
  }

  #refuseClosed(): void {
    if (this.#closed) throw storeClosed()
  }
}

/** What the closing of the store made of what was under way. */
function cutShort(service: string, failure: McpStoreError): McpStoreError {
  const { code, hint } = failure
  if (code === 'outcome_unknown') {
    const message = `the store was closed before service "${service}" answered`
    return storeError('outcome_unknown', message, { hint, cause: failure })
  }
  if (code !== 'unreachable' && code !== 'aborted') return failure
  const error = storeClosed(`the store was closed before service "${service}" was asked`, { cause: failure })
  return isUnsent(failure) ? markUnsent(error) : error
}
