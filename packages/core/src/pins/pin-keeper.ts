import { type Dataspace, type Logger, McpStoreError } from '@mcpstore/storage'
import { quoted } from '../config/problem.ts'
import { serviceWords } from '../config/shell-words.ts'
import { storeError } from '../errors.ts'
import type { Service } from '../services/registry.ts'
import type { CachedLists } from '../tools/cached-list.ts'
import { listHash } from '../tools/list-head.ts'
import type { ListedTool } from '../tools/tool-list.ts'
import { scopeName } from '../trust/approval.ts'
import type { Gate } from '../trust/gate.ts'
import { PrivateFile } from '../trust/private-file.ts'
import { type Pin, type PinMap, pinFormat, pinKey, pinnedTools, toolHash } from './pin.ts'
import type { ToolChanges } from './tool-changes.ts'
import { changesOf, type ToolsDiff, toolsDiff } from './tools-diff.ts'

/** How many names of each kind a warning has. */
const MOST_NAMED = 5

export interface KeeperParts {
  dataspace: Pick<Dataspace, 'namespace' | 'dataspace'>
  gate: Gate
  lists: CachedLists
  logger: Logger
  /** Where pins lie; without it they end with the process. */
  path: string | undefined
  /** Told once of each difference. */
  onChanges(service: Service, changes: ToolChanges): void
}

/** Compares tools with what they were when this user saw them first. */
export class PinKeeper {
  readonly #parts: KeeperParts
  readonly #file: PrivateFile<Pin> | undefined
  #here: PinMap = new Map()
  readonly #told = new Set<string>()
  readonly #compared = new WeakMap<readonly ListedTool[], { pin: Pin; changes: ToolChanges | undefined }>()

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#file = parts.path === undefined ? undefined : new PrivateFile(parts.path, pinFormat)
  }

  /**
   * What has changed of the tools of these services, as their lists are known here; those of services that are seen for
   * the first time are pinned, if `pin` says so. A file that cannot be used is logged.
   */
  async review(services: readonly Service[], pin: boolean): Promise<Map<string, ToolChanges>> {
    const offers = services.flatMap((service) => {
      // What is inert cannot be called: its tools are of no account until it is trusted.
      const tools = this.#parts.gate.refusal(service) ? undefined : this.#parts.lists.whole(service)?.tools
      return tools && tools.length > 0 ? [{ service, tools }] : []
    })
    let pins = this.#known()
    const isNew = ({ service }: (typeof offers)[number]) => !this.#find(pins, service)
    const seenFirst = pin ? offers.filter(isNew) : []
    if (seenFirst.length > 0) {
      const made = seenFirst.map(({ service, tools }) => this.#pinOf(service, tools))
      await this.#keep((all) => {
        // Somebody else may have seen them at the same time.
        for (const [at, { service }] of seenFirst.entries()) {
          if (!this.#find(all, service)) all.set(pinKey(made[at]!), made[at]!)
        }
      })
      pins = this.#known()
    }
    const found = new Map<string, ToolChanges>()
    for (const { service, tools } of offers) {
      const known = this.#find(pins, service)
      const changes = known && this.#changesOf(known, tools)
      if (!changes) continue
      found.set(service.id, changes)
      this.#tell(service, changes)
    }
    return found
  }

  /** Passes when the tool is what it was. @throws `tool_changed`; `storage` when nobody can know */
  admit(service: Service, tool: ListedTool): void {
    const pin = this.#find(this.#pins(), service)
    const pinned = pin?.tools.find((one) => one.tool === tool.tool)
    if (!pin || pinned?.sha256 === toolHash(tool)) return
    const what = pinned ? 'is not what it was' : 'was not there'
    throw storeError('tool_changed', `tool ${quoted(tool.name)} ${what} when its service was first used`, {
      hint: `Nothing was called. Look at it: ${diffCommand(service)} (diffTools). To accept it, add --accept (acceptTools).`,
    })
  }

  /** @throws `storage` */
  diff(service: Service, tools: readonly ListedTool[]): ToolsDiff {
    return toolsDiff(service, this.#find(this.#pins(), service), tools)
  }

  /** Pins what the tools are now. @throws `storage`; then what was pinned before stays */
  async accept(service: Service, tools: readonly ListedTool[]): Promise<void> {
    const pin = this.#pinOf(service, tools)
    await this.#change((all) => all.set(pinKey(pin), pin))
  }

  /** Drops what is pinned of a service, or of all. A file that cannot be changed is logged. */
  async forget(service: Pick<Service, 'scope' | 'name'> | undefined): Promise<void> {
    const { namespace, dataspace } = this.#parts.dataspace
    const isMeant = (pin: Pin) =>
      pin.namespace === namespace &&
      pin.dataspace === dataspace &&
      (!service || (pin.scope === scopeName(service.scope) && pin.service === service.name))
    if (![...this.#known().values()].some(isMeant)) return
    await this.#keep((all) => {
      for (const [key, pin] of all) if (isMeant(pin)) all.delete(key)
    })
  }

  /** The pin that holds for it. Under another config that is trusted here, it is another server. */
  #find(pins: PinMap, service: Service): Pin | undefined {
    const { gate, lists } = this.#parts
    const pin = pins.get(pinKey(this.#placeOf(service)))
    return pin && pin.shape !== lists.shape(service.config) && gate.isTrusted(service) ? undefined : pin
  }

  /** Each list is compared once with each pin. */
  #changesOf(pin: Pin, tools: readonly ListedTool[]): ToolChanges | undefined {
    const before = this.#compared.get(tools)
    if (before?.pin === pin) return before.changes
    const changes = changesOf(pin, tools)
    this.#compared.set(tools, { pin, changes })
    return changes
  }

  #pinOf(service: Service, tools: readonly ListedTool[]): Pin {
    const at = new Date().toISOString()
    return {
      ...this.#placeOf(service),
      shape: this.#parts.lists.shape(service.config),
      at,
      list: listHash(tools),
      tools: pinnedTools(tools),
    }
  }

  #placeOf({ scope, name }: Service): Pick<Pin, 'namespace' | 'dataspace' | 'scope' | 'service'> {
    const { namespace, dataspace } = this.#parts.dataspace
    return { namespace, dataspace, scope: scopeName(scope), service: name }
  }

  /** @throws `storage` */
  #pins(): PinMap {
    return this.#file ? this.#file.read() : this.#here
  }

  /** The same; of a file that cannot be used what this process has seen itself. */
  #known(): PinMap {
    try {
      return this.#pins()
    } catch (thrown) {
      this.#complain(thrown)
      return this.#here
    }
  }

  async #change(edit: (all: PinMap) => void): Promise<void> {
    if (this.#file) await this.#file.change(edit)
    else edit(this.#here)
  }

  async #keep(edit: (all: PinMap) => void): Promise<void> {
    try {
      await this.#change(edit)
    } catch (thrown) {
      this.#complain(thrown)
      edit(this.#here)
    }
  }

  #complain(thrown: unknown): void {
    if (!(thrown instanceof McpStoreError)) throw thrown
    if (!this.#told.has(thrown.message)) this.#parts.logger.warn(thrown.message)
    this.#told.add(thrown.message)
  }

  #tell(service: Service, changes: ToolChanges): void {
    const difference = JSON.stringify([
      service.id,
      changes,
      this.#parts.lists.whole(service)?.tools.map(toolHash),
    ])
    if (this.#told.has(difference)) return
    this.#told.add(difference)
    const subject = `the tools of service ${quoted(service.name)}`
    const words = wordsOf(changes)
    this.#parts.logger.warn(
      `${subject} are not what they were when it was first used: ${words}. See ${diffCommand(service)} (diffTools).`,
    )
    this.#parts.onChanges(service, changes)
  }
}

/** How to see in a shell what changed. */
function diffCommand({ name, scope }: Pick<Service, 'name' | 'scope'>): string {
  return `mcpstore diff ${serviceWords(name, scope)}`
}

function wordsOf(changes: ToolChanges): string {
  const kinds = (['changed', 'added', 'removed'] as const).filter((kind) => changes[kind].length > 0)
  return kinds.map((kind) => `${kind} ${firstOf(changes[kind])}`).join('; ')
}

function firstOf(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
  return `${names.slice(0, MOST_NAMED).map(quoted).join(', ')}${more}`
}
