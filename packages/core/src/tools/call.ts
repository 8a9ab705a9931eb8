import { McpStoreError } from '@mcpstore/storage'
import type { CallOptions, ToolResult } from '../connections/connector.ts'
import { countdown, within } from '../connections/deadline.ts'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'
import { checkArguments } from './check-arguments.ts'
import { isStale, type ListOptions } from './listing.ts'
import { readArguments } from './read-arguments.ts'
import { type ResolvedTool, resolveTool } from './resolve.ts'
import { counted } from './statistics.ts'

export interface UseOptions {
  /**
   * How long finding the tool, connecting and the answer may take, in ms; for the answer each progress notification
   * starts it anew. Default: `callTimeoutMs`.
   */
  timeout?: number
  /** Gives the call up: the server is told, and the promise rejects with `aborted`. */
  signal?: AbortSignal
  onProgress?: CallOptions['onProgress']
}

/** Calls the tool that `address` means, at most once; see `StoreContext.useTool`. */
export async function useTool(
  house: House,
  address: string,
  given: unknown,
  options: UseOptions,
): Promise<ToolResult> {
  const { signal, onProgress } = options
  const timeoutMs = options.timeout ?? house.options.callTimeoutMs
  const left = countdown({ timeoutMs, signal })
  let called = false
  try {
    const args = await readArguments(given)
    const search = checked(house, address, args, signal ? { signal } : {})
    const { service, tool } = await within({ timeoutMs, signal }, 'the search for it', search)
    const { connectTimeoutMs } = house.options
    const rest = left()
    const connect = rest.timeoutMs < connectTimeoutMs ? rest : { timeoutMs: connectTimeoutMs, signal }
    return await house.reach.use(service, connect, (connection) => {
      called = true
      const bounds = { ...left(), progressTimeoutMs: timeoutMs }
      return counted(
        house,
        service,
        tool.tool,
        connection.callTool(tool.tool, args, { ...bounds, onProgress, inputSchema: tool.inputSchema }),
      )
    })
  } catch (thrown) {
    throw called ? thrown : uncalled(house, address, thrown)
  }
}

/** What else usually means that the tool may have run: here it cannot have, and the error says so. */
function uncalled(house: House, address: string, thrown: unknown): unknown {
  if (!(thrown instanceof McpStoreError)) return thrown
  const { code, message, hint, cause } = thrown
  if (code === 'aborted' && !house.closed) {
    return storeError('aborted', `the call of tool "${address}" was aborted before it was sent`, { cause })
  }
  if (code === 'timeout') {
    return storeError('timeout', `tool "${address}" was not called: ${message}`, { hint, cause: thrown })
  }
  if (!house.closed || code === 'usage' || code === 'bad_arguments') return thrown
  const closed = `the store was closed before tool "${address}" was called`
  return storeError('unavailable', closed, { hint: 'Open another one.', cause: thrown })
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
    const outOfDate = known !== undefined && isStale(known)
    if (resolved.live || !outOfDate || !(thrown instanceof McpStoreError)) throw thrown
    const renewed = await resolveTool(house, resolved.tool.name, { ...options, fresh: true }).catch(() => {
      throw thrown
    })
    await checkArguments(renewed.tool, args)
    return renewed
  }
}
