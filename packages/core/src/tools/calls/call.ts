import { McpStoreError } from '@mcpstore/storage'
import type { CallOptions, ToolResult } from '../../connections/connector.ts'
import { timeText, within } from '../../connections/deadline.ts'
import { isUnsent } from '../../connections/verdict.ts'
import { storeClosed, storeError } from '../../errors.ts'
import type { House } from '../../house.ts'
import { knownTool } from '../known-tools.ts'
import type { ListOptions } from '../listing.ts'
import { isStale } from '../lists/freshness.ts'
import { type ResolvedTool, resolveTool } from '../resolve.ts'
import { CallCount } from '../statistics.ts'
import { checkArguments, fitsKnownSchema } from './check-arguments.ts'
import { parseArguments, readArguments } from './read-arguments.ts'

export interface UseOptions {
  /**
   * How long finding the tool, connecting and the answer may take, in ms; for the answer each progress notification
   * starts it anew. Default: `callTimeoutMs`.
   */
  timeout?: number | undefined
  /** How long all of it may take, in ms, whatever progress the server tells. Default: `callTotalTimeoutMs`. */
  totalTimeout?: number | undefined
  /** Gives the call up: the server is told, and the promise rejects with `aborted`. */
  signal?: AbortSignal | undefined
  onProgress?: CallOptions['onProgress'] | undefined
}

/** Calls the tool that `address` means, at most once; see `StoreContext.useTool`. */
export async function useTool(
  house: House,
  address: string,
  given: unknown,
  options: UseOptions,
): Promise<ToolResult> {
  const { signal, onProgress } = options
  const totalMs = options.totalTimeout ?? house.options.callTotalTimeoutMs
  const timeoutMs = Math.min(options.timeout ?? house.options.callTimeoutMs, totalMs)
  const began = performance.now()
  const left = (ms: number, now = performance.now()) => Math.max(1, began + ms - now)
  /** Once it is to be sent, unless it turns out that it was not. */
  let count: CallCount | undefined
  let endTurn: (() => void) | undefined
  try {
    const args = typeof given === 'string' ? await parseArguments(given) : readArguments(given)
    const { service, tool } =
      alreadyChecked(house, address, args) ??
      (await within(
        { timeoutMs, signal },
        'the search for it',
        checked(house, address, args, signal ? { signal } : {}),
      ))
    const look = house.pins.admit(service, tool)
    if (look) await within({ timeoutMs: left(timeoutMs), signal }, 'the look at what it was before', look)
    if (house.turns) {
      endTurn = await house.turns.take(service, {
        timeoutMs: left(timeoutMs),
        givenMs: timeoutMs,
        signal,
      })
    }
    // Sent without time for an answer, nobody would know what came of it.
    if (performance.now() - began >= timeoutMs) {
      const over = `there was no time left of its ${timeText(timeoutMs)}`
      throw storeError('timeout', over, { hint: 'Allow it more time.' })
    }
    const { connectTimeoutMs } = house.options
    const rest = left(timeoutMs)
    const connect =
      rest < connectTimeoutMs
        ? { timeoutMs: rest, givenMs: timeoutMs, signal }
        : { timeoutMs: connectTimeoutMs, signal }
    const result = await house.reach.use(service, connect, (connection) => {
      const now = performance.now()
      count = new CallCount(house.dataspace, service, tool, now)
      const calling = connection.callTool(tool.tool, args, {
        timeoutMs: left(timeoutMs, now),
        givenMs: timeoutMs,
        progressTimeoutMs: timeoutMs,
        totalTimeoutMs: left(totalMs, now),
        givenTotalMs: totalMs,
        signal,
        onProgress,
        inputSchema: tool.inputSchema,
      })
      return calling.catch((thrown) => {
        if (isUnsent(thrown)) count = undefined
        throw thrown
      })
    })
    count!.answered(result)
    return result
  } catch (thrown) {
    if (!count) throw uncalled(house, address, { thrown, signal })
    count.failed(thrown)
    throw thrown
  } finally {
    endTurn?.()
  }
}

/** What else usually means that the tool may have run: here it cannot have, and the error says so. */
function uncalled(
  house: House,
  address: string,
  { thrown, signal }: { thrown: unknown; signal: AbortSignal | undefined },
): unknown {
  if (!(thrown instanceof McpStoreError)) return thrown
  const { code, message, hint, cause } = thrown
  // Who gives up may close the store at once: that ends what is under way, too, and is not what ended the call.
  const isGivenUp = signal?.aborted && (code === 'unavailable' || code === 'unreachable')
  if (isGivenUp || (code === 'aborted' && (signal?.aborted || !house.closed))) {
    return storeError('aborted', `the call of tool "${address}" was aborted before it was sent`, {
      cause: isGivenUp ? signal.reason : cause,
    })
  }
  if (code === 'timeout') {
    return storeError('timeout', `tool "${address}" was not called: ${message}`, { hint, cause: thrown })
  }
  if (!house.closed || code === 'usage' || code === 'bad_arguments') return thrown
  return storeClosed(`the store was closed before tool "${address}" was called`, { cause: thrown })
}

/** The tool, where it and its schema are known and the arguments fit: then there is nothing to wait for. */
function alreadyChecked(
  house: House,
  address: string,
  args: Record<string, unknown>,
): ResolvedTool | undefined {
  const known = knownTool(house, address)
  return known && fitsKnownSchema(known.tool, args) ? known : undefined
}

/** Resolves and checks; what a shared list says is wrong is asked of the server before it is believed. */
async function checked(
  house: House,
  address: string,
  args: Record<string, unknown>,
  options: ListOptions,
): Promise<ResolvedTool> {
  const resolved = await resolveTool(house, address, options)
  const refusal = house.gate.refusal(resolved.service)
  if (refusal) throw refusal
  try {
    await checkArguments(resolved.tool, args)
    return resolved
  } catch (thrown) {
    const known = house.lists.get(resolved.service)
    const outOfDate = known !== undefined && isStale(house, known)
    if (resolved.live || !outOfDate || !(thrown instanceof McpStoreError)) throw thrown
    const renewed = await resolveTool(house, resolved.tool.name, { ...options, fresh: true }).catch(() => {
      throw thrown
    })
    await checkArguments(renewed.tool, args)
    return renewed
  }
}
