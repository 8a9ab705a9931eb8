import { join } from 'node:path'
import type { Dataspace, Logger, McpStoreError } from '@mcpstore/storage'
import { homeFolder } from '../home.ts'
import type { ResolvedOptions } from '../options/store-options.ts'
import type { Service } from '../services/registry.ts'
import type { CachedLists } from '../tools/lists/cached-list.ts'
import type { ListedTool } from '../tools/lists/tool-list.ts'
import { keepsFiles } from '../trust/approvals-of.ts'
import type { Gate } from '../trust/gate.ts'
import type { PinKeeper, Shown } from './pin-keeper.ts'
import type { ToolChanges } from './tool-changes.ts'

export interface PinsParts {
  options: ResolvedOptions
  dataspace: Dataspace
  gate: Gate
  lists: CachedLists
  logger: Logger
}

type ChangesListener = (service: Service, changes: ToolChanges) => void

const NONE: ReadonlyMap<string, ToolChanges> = new Map()

/** Whether tools are what they were when this user first used their services. Reads nothing before tools are used. */
export class Pins {
  readonly #parts: PinsParts
  readonly #listeners = new Set<ChangesListener>()
  /** Tools that were compared before they were called. */
  readonly #compared = new WeakSet<ListedTool>()
  #keeper: Promise<PinKeeper> | undefined

  constructor(parts: PinsParts) {
    this.#parts = parts
  }

  /** Told once of each difference that is found here; returns how to stop. */
  on(listener: ChangesListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Before tools of these services are shown to somebody: pins those that nobody saw before. By `id`. */
  async review(parts: readonly Shown[]): Promise<ReadonlyMap<string, ToolChanges>> {
    if (this.#parts.options.pin === 'off' || parts.length === 0) return NONE
    return (await this.keeper()).review(parts, true)
  }

  /** The same for who shows them to nobody: pins nothing. */
  async look(service: Service): Promise<void> {
    if (this.#parts.options.pin === 'off') return
    await this.#parts.lists.load([service])
    await (await this.keeper()).review([{ service }], false)
  }

  /** Before a tool is called; `undefined` where there is nothing to wait for. @throws `tool_changed`, `storage` */
  admit(service: Service, tool: ListedTool): Promise<void> | undefined {
    const { pin } = this.#parts.options
    if (pin === 'off' || (pin === 'warn' && this.#compared.has(tool))) return undefined
    return this.#compare(service, tool)
  }

  /** All that is pinned of a service, or of the dataspace, ends as this user removes it. */
  async forget(service?: Pick<Service, 'scope' | 'name'>): Promise<void> {
    if (this.#parts.options.pin !== 'off') await (await this.keeper()).forget(service)
  }

  /** Why what is pinned cannot be read, if it cannot. */
  async problem(): Promise<McpStoreError | undefined> {
    return this.#parts.options.pin === 'off' ? undefined : (await this.keeper()).problem()
  }

  /** Loaded on first use. */
  keeper(): Promise<PinKeeper> {
    this.#keeper ??= import('./pin-keeper.ts').then(({ PinKeeper: Keeper }) => {
      const { options } = this.#parts
      const path = keepsFiles(options) ? join(homeFolder(options), 'pins.json') : undefined
      return new Keeper({
        ...this.#parts,
        path,
        onProblem: options.onPinProblem ?? ((problem) => this.#parts.logger.warn(problem.message)),
        onChanges: (service, changes) => this.#tell(service, changes),
      })
    })
    return this.#keeper
  }

  async #compare(service: Service, tool: ListedTool): Promise<void> {
    const keeper = await this.keeper()
    if (!this.#compared.has(tool)) await keeper.review([{ service }], true)
    if (this.#parts.options.pin === 'block') keeper.admit(service, tool)
    this.#compared.add(tool)
  }

  #tell(service: Service, changes: ToolChanges): void {
    for (const listener of [...this.#listeners]) listener(service, changes)
  }
}
