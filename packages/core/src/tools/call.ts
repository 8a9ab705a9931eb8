import { McpStoreError } from '@mcpstore/storage'
import type { CallOptions, ToolResult } from '../connections/connector.ts'
import type { House } from '../house.ts'
import { checkArguments, readArguments } from './check-arguments.ts'
import type { ListOptions } from './listing.ts'
import { type ResolvedTool, resolveTool } from './resolve.ts'

export interface UseOptions {
  /** How long to wait for the answer, in ms; each progress notification starts it anew. Default: `callTimeoutMs`. */
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
  const args = readArguments(given)
  const resolved = await checked(house, address, args, options.signal ? { signal: options.signal } : {})
  const timeoutMs = options.timeout ?? house.options.callTimeoutMs
  const { signal, onProgress } = options
  const connect = { timeoutMs: Math.min(house.options.connectTimeoutMs, timeoutMs), signal }
  return house.reach.use(resolved.service, connect, (connection) =>
    connection.callTool(resolved.tool.tool, args, { timeoutMs, signal, onProgress }),
  )
}

/** Resolves and checks; what a shared list says is wrong is asked of the server before it is believed. */
async function checked(
  house: House,
  address: string,
  args: Record<string, unknown>,
  options: ListOptions,
): Promise<ResolvedTool> {
  const resolved = await resolveTool(house, address, options)
  try {
    await checkArguments(resolved.tool, args)
    return resolved
  } catch (thrown) {
    const known = house.lists.get(resolved.service)
    const outOfDate = known !== undefined && known.freshUntil <= Date.now()
    if (resolved.live || !outOfDate || !(thrown instanceof McpStoreError)) throw thrown
    const renewed = await resolveTool(house, resolved.tool.name, { ...options, fresh: true }).catch(() => {
      throw thrown
    })
    await checkArguments(renewed.tool, args)
    return renewed
  }
}
