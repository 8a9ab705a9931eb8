import type { Dataspace, Logger, McpStoreError } from '@mcpstore/storage'
import { quoted } from '../config/problem.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { serviceWords } from '../config/shell-words.ts'
import { asError, storeError } from '../errors.ts'
import type { Service } from '../services/registry.ts'
import type { CachedLists } from '../tools/lists/cached-list.ts'
import { type CachedList, listHash } from '../tools/lists/list-head.ts'
import type { ListedTool } from '../tools/lists/tool-list.ts'
import { scopeName } from '../trust/approval.ts'
import type { Gate } from '../trust/gate.ts'
import { KeptPins } from './kept-pins.ts'
import { type Pin, type PinMap, pinKey, pinnedTools, toolHash } from './pin.ts'
import type { ToolChanges } from './tool-changes.ts'
import { changesOf, type ToolsDiff, toolsDiff } from './tools-diff.ts'

/** How many differences of one service are warned of: there are servers with other tools each second. */
const MOST_WARNINGS = 10
/** How many names of each kind a warning has. */
const MOST_NAMED = 5

export interface KeeperParts {
  dataspace: Pick<Dataspace, 'namespace' | 'dataspace'>
  gate: Gate
  lists: CachedLists
  logger: Logger
  /** Where pins lie; without it they end with the process. */
  path: string | undefined
  /** Told once of each reason why pins cannot be read or kept. */
  onProblem(problem: McpStoreError): void
  /** Told once of each difference. */
  onChanges(service: Service, changes: ToolChanges): void
}

/** A service whose tools are shown. */
export interface Shown {
  service: Service
  /** Its list, if that was looked up. */
  whole?: CachedList
}

/** Tools, and whose they are. */
interface Offer {
  service: Service
  tools: readonly ListedTool[]
}

/** What came of comparing tools, as long as pins and config are these. */
interface Reviewed {
  pins: PinMap
  config: ServiceConfig
  changes: ToolChanges | undefined
}

/** Compares tools with what they were when this user saw them first. */
export class PinKeeper {
  readonly #parts: KeeperParts
  readonly #kept: KeptPins
  /** What was told of a service: its last differences, and how many there were. */
  readonly #told = new Map<string, { last: readonly string[]; count: number }>()
  readonly #reviewed = new WeakMap<readonly ListedTool[], Reviewed>()

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#kept = new KeptPins(parts.path, parts.onProblem)
  }

  /**
   * What has changed of the tools of these services, as their lists are known here; those of services that are seen for
   * the first time are pinned, if `pin` says so. A file that cannot be used is told of.
   */
  async review(parts: readonly Shown[], pin: boolean): Promise<Map<string, ToolChanges>> {
    const { gate, lists } = this.#parts
    const offers = parts.flatMap(({ service, whole }) => {
      // What is inert cannot be called: its tools are of no account until it is trusted.
      const tools = gate.isInert(service) ? undefined : (whole ?? lists.whole(service))?.tools
      return tools && tools.length > 0 ? [{ service, tools }] : []
    })
    const pins = this.#kept.known()
    const isNew = (offer: Offer) => !this.#before(pins, offer) && !this.#find(pins, offer.service)
    const seenFirst = pin ? offers.filter(isNew) : []
    if (seenFirst.length > 0) {
      const made = seenFirst.map(({ service, tools }) => this.#pinOf(service, tools))
      await this.#kept.keep((all) => {
        // Somebody else may have seen them at the same time.
        for (const [at, { service }] of seenFirst.entries()) {
          if (!this.#find(all, service)) all.set(pinKey(made[at]!), made[at]!)
        }
      })
    }
    const now = this.#kept.known()
    const found = new Map<string, ToolChanges>()
    for (const offer of offers) {
      const changes = (this.#before(now, offer) ?? this.#compare(now, offer))?.changes
      if (!changes) continue
      // It becomes a caller's own.
      found.set(offer.service.id, structuredClone(changes))
      this.#tell(offer.service, changes)
    }
    return found
  }

  /** Why what is pinned cannot be read. */
  problem(): McpStoreError | undefined {
    try {
      this.#kept.read()
      return undefined
    } catch (thrown) {
      return asError(thrown) as McpStoreError
    }
  }

  /** Passes when the tool is what it was. @throws `tool_changed`; `storage` when nobody can know */
  admit(service: Service, tool: ListedTool): void {
    const [pin, pinned] = this.#kept.look((pins) => {
      const known = this.#find(pins, service)
      return [known, known?.tools.find((one) => one.tool === tool.tool)]
    })
    if (!pin || pinned?.sha256 === toolHash(tool)) return
    const what = pinned ? 'is not what it was' : 'was not there'
    throw storeError('tool_changed', `tool ${quoted(tool.name)} ${what} when its service was first used`, {
      hint: `Nothing was called. Look at it, and accept it by --accept: ${diffCommand(service)} (diffTools, acceptTools)`,
    })
  }

  /** @throws `storage` */
  diff(service: Service, tools: readonly ListedTool[]): ToolsDiff {
    return this.#kept.look((pins) => toolsDiff(service, this.#find(pins, service), tools))
  }

  /** Pins what the tools are now, and begins anew to tell of changes. @throws `storage`; then what was pinned before stays */
  async accept(service: Service, tools: readonly ListedTool[]): Promise<void> {
    const pin = this.#pinOf(service, tools)
    await this.#kept.change((all) => all.set(pinKey(pin), pin))
    this.#told.delete(service.id)
  }

  /** Drops what is pinned of a service, or of all. A file that cannot be changed is told of. */
  async forget(service: Pick<Service, 'scope' | 'name'> | undefined): Promise<void> {
    const { namespace, dataspace } = this.#parts.dataspace
    const isMeant = (pin: Pin) =>
      pin.namespace === namespace &&
      pin.dataspace === dataspace &&
      (!service || (pin.scope === scopeName(service.scope) && pin.service === service.name))
    if (![...this.#kept.known().values()].some(isMeant)) return
    await this.#kept.keep((all) => {
      for (const [key, pin] of all) if (isMeant(pin)) all.delete(key)
    })
  }

  /** The pin that holds for it. Under another config that is trusted here, it is another server. */
  #find(pins: PinMap, service: Service): Pin | undefined {
    const { gate, lists } = this.#parts
    const pin = pins.get(pinKey(this.#placeOf(service)))
    return pin && pin.shape !== lists.shape(service.config) && gate.isTrusted(service) ? undefined : pin
  }

  /** What came of these tools, where nothing is another by now that it depends on. */
  #before(pins: PinMap, { service, tools }: Offer): Reviewed | undefined {
    const before = this.#reviewed.get(tools)
    return before?.pins === pins && before.config === service.config ? before : undefined
  }

  /** Compares them. Of a file that cannot be used, which is told, nothing comes. */
  #compare(known: PinMap, { service, tools }: Offer): Reviewed | undefined {
    const { config } = service
    const compared = (pins: PinMap) => {
      const pin = this.#find(pins, service)
      const reviewed = { pins, config, changes: pin && changesOf(pin, tools) }
      // Whether a pin of another config holds depends on trust.
      if (pin?.shape === this.#parts.lists.shape(config)) this.#reviewed.set(tools, reviewed)
      return reviewed
    }
    return this.#kept.orTell(() => this.#kept.look(compared, known))
  }

  #pinOf(service: Service, tools: readonly ListedTool[]): Pin {
    const at = new Date().toISOString()
    // Those that lie in no file are seldom looked at; a file is not locked for as long as they take.
    let made = this.#parts.path === undefined ? undefined : pinnedTools(tools)
    return {
      ...this.#placeOf(service),
      shape: this.#parts.lists.shape(service.config),
      at,
      list: listHash(tools),
      get tools() {
        made ??= pinnedTools(tools)
        return made
      },
    }
  }

  #placeOf({ scope, name }: Service): Pick<Pin, 'namespace' | 'dataspace' | 'scope' | 'service'> {
    const { namespace, dataspace } = this.#parts.dataspace
    return { namespace, dataspace, scope: scopeName(scope), service: name }
  }

  #tell(service: Service, changes: ToolChanges): void {
    const difference = JSON.stringify([changes, this.#parts.lists.whole(service)?.tools.map(toolHash)])
    const { last, count } = this.#told.get(service.id) ?? { last: [], count: 0 }
    if (last.includes(difference)) return
    const warned = count + 1
    this.#told.set(service.id, { last: [difference, ...last].slice(0, MOST_WARNINGS), count: warned })
    const subject = `the tools of service ${quoted(service.name)}`
    const line = `${subject} are not what they were when it was first used: ${wordsOf(changes)}. See ${diffCommand(service)} (diffTools)`
    if (warned > MOST_WARNINGS) this.#parts.logger.debug(line)
    else if (warned === MOST_WARNINGS)
      this.#parts.logger.warn(`${line}; what else changes here is not warned of`)
    else this.#parts.logger.warn(line)
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
