import { type Dataspace, statsField, statsKey } from '@mcpstore/storage'
import type { ToolResult } from '../connections/connector.ts'
import type { Service } from '../services/registry.ts'
import type { ListedTool } from './lists/tool-list.ts'
import { keyOfTool } from './tool-keys.ts'

/** The latencies that are told apart, in ms: an answer counts under the first it does not exceed, or as `ms-more`. */
const LATENCIES_MS: readonly number[] = [1, 5, 10, 25, 50, 100, 250, 500, 1000]

/**
 * What is counted of a tool: calls that were sent, those that failed (lost and given up ones included, and results with
 * `isError`), and of those that were answered, how long it took: `ms-0001` … `ms-1000`, `ms-more`.
 */
export const TOOL_COUNTERS: readonly string[] = [
  'calls',
  'errors',
  ...LATENCIES_MS.map((ms) => `ms-${String(ms).padStart(4, '0')}`),
  'ms-more',
]

/**
 * The latency in ms that a share of the answers did not exceed, as exactly as they were counted: one of those that are told
 * apart, `Infinity` for more than all of these, `undefined` without an answer.
 */
export function latencyOf(counters: Readonly<Record<string, number>>, share: number): number | undefined {
  const counts = TOOL_COUNTERS.slice(FIRST_LATENCY).map((counter) => counters[counter] ?? 0)
  const answers = counts.reduce((sum, count) => sum + count, 0)
  if (answers === 0) return undefined
  let seen = 0
  const bucket = counts.findIndex((count) => {
    seen += count
    return seen >= answers * share
  })
  return LATENCIES_MS[bucket] ?? Number.POSITIVE_INFINITY
}

type Counting = Pick<Dataspace, 'count'>

const [CALLS, ERRORS, FIRST_LATENCY] = [0, 1, 2]

/** Where the counters of a tool lie, as long as the list it stands in is kept: a call has no time to make keys. */
const kept = new WeakMap<ListedTool, Counters>()

interface Counters {
  /** None for a tool with a name that no key can hold. */
  key: string | undefined
  fields: readonly string[]
}

function countersOf({ scope }: Pick<Service, 'scope'>, tool: ListedTool): Counters {
  const known = kept.get(tool)
  if (known) return known
  const fields = TOOL_COUNTERS.map((counter) => statsField(tool.service, counter))
  const counters = { key: keyOfTool(statsKey, tool.tool, scope), fields }
  kept.set(tool, counters)
  return counters
}

/** Counts one call of a tool for everybody who shares the dataspace, when it has ended: only then is it known that it was sent. */
export class CallCount {
  readonly #dataspace: Counting
  readonly #counters: Counters
  readonly #began: number

  /** `began`: when it was sent, by `performance.now()`. */
  constructor(dataspace: Counting, service: Pick<Service, 'scope'>, tool: ListedTool, began: number) {
    this.#began = began
    this.#dataspace = dataspace
    this.#counters = countersOf(service, tool)
  }

  answered(result: ToolResult): void {
    this.#count(CALLS)
    this.#count(latencyCounter(performance.now() - this.#began))
    if (result.isError) this.#count(ERRORS)
  }

  /** Who stopped waiting, or lost the connection, has no answer to time. */
  failed(thrown: unknown): void {
    this.#count(CALLS)
    const isAnswer = (thrown as { code?: string }).code === 'server_error'
    if (isAnswer) this.#count(latencyCounter(performance.now() - this.#began))
    this.#count(ERRORS)
  }

  #count(counter: number): void {
    const { key, fields } = this.#counters
    if (key !== undefined) this.#dataspace.count(key, fields[counter]!, 1)
  }
}

/** The place of the counter for an answer that took this long. */
function latencyCounter(ms: number): number {
  const at = LATENCIES_MS.findIndex((limit) => ms <= limit)
  return FIRST_LATENCY + (at < 0 ? LATENCIES_MS.length : at)
}
