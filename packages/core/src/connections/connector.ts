import type { Scope } from '@mcpstore/storage'
import type { ServiceConfig } from '../config/service-config.ts'
import type { Era } from './era.ts'

/** A tool exactly as its server described it; unknown fields are kept. */
export interface RawTool {
  name: string
  description?: string
  inputSchema?: unknown
  [field: string]: unknown
}

/** A server's tools as an array, and what it says of how long and for whom they hold. */
export interface ToolAnswer extends ReadonlyArray<RawTool> {
  /** How long the list is fresh, in ms; `undefined` if the server does not say. */
  readonly ttlMs?: number | undefined
  /** Whether the list is for nobody but who asked. */
  readonly isPrivate?: boolean
  /** Whether the server says that it is for everybody, whoever asked. */
  readonly isPublic?: boolean
  /** How many tools were left out because they have no name. */
  readonly nameless?: number
}

/** A `tools/call` result exactly as the server sent it, unknown content types included. */
export interface ToolResult {
  content?: { type: string; [field: string]: unknown }[]
  structuredContent?: unknown
  isError?: boolean
  [field: string]: unknown
}

/** What a server said about itself before everything else. */
export interface ServerFacts {
  name: string | undefined
  version: string | undefined
  protocolVersion: string | undefined
  capabilities: Record<string, unknown>
  instructions: string | undefined
}

export interface RequestOptions {
  /** How long to wait for the answer, in ms. */
  timeoutMs: number
  /** What its caller was given in all, in ms, where `timeoutMs` is what is left of that; errors name it. */
  givenMs?: number | undefined
  signal?: AbortSignal | undefined
}

export interface ConnectOptions extends RequestOptions {
  /** What the server spoke the last time; a connector that has to find out tries this first. */
  known?: Era | undefined
  /** Nobody here approved the service: it gets nothing of the host. */
  isStranger?: boolean | undefined
  /** Whose the service is. Default: the store's. */
  scope?: Scope | undefined
}

export interface CallOptions extends RequestOptions {
  /** How long to wait from a progress notification on, in ms. Default: `timeoutMs`. */
  progressTimeoutMs?: number | undefined
  /** How long to wait in all, in ms, whatever the progress. Default: no limit. */
  totalTimeoutMs?: number | undefined
  /** What its caller was given in all, in ms, where `totalTimeoutMs` is what is left of that; errors name it. */
  givenTotalMs?: number | undefined
  /** Called with each progress notification; also restarts the timeout. */
  onProgress?: ((progress: { progress: number; total?: number; message?: string }) => void) | undefined
  /** The tool's schema, which may want arguments to be sent as headers too. */
  inputSchema?: unknown
}

/** One live connection to one MCP server. The only door through which the rest of core talks MCP. */
export interface Connection {
  readonly server: ServerFacts
  /** It is about to end, and of use only to those whose requests are under way. */
  readonly isEnding?: boolean
  /** All pages of `tools/list`, each tool as it was sent. Throws `timeout`, `unreachable`, `server_error`. */
  listTools(options: RequestOptions): Promise<ToolAnswer>
  /**
   * Sends `tools/call` exactly once; where the server needs input first, again with it. Throws `timeout` or `aborted`
   * when nobody waits any more, `outcome_unknown` when the connection was lost after sending, `unreachable` when it was
   * never sent, `server_error` when the server answered with a JSON-RPC error, `input_required` when it needs input that
   * the host does not give.
   */
  callTool(tool: string, args: Record<string, unknown>, options: CallOptions): Promise<ToolResult>
  /**
   * Sends any other request, for one that changes nothing, and returns the answer as it was sent. Throws `timeout`,
   * `aborted`, `unreachable`, `auth_required`, `server_error`, `input_required`.
   */
  request(
    method: string,
    params: Record<string, unknown>,
    options: RequestOptions,
  ): Promise<Record<string, unknown>>
  /** Resolves when the server answers that it is there. Throws as `request` does. */
  check(options: RequestOptions): Promise<void>
  /** Called once when the connection ends, with the reason if it was not asked for. */
  onClose(listener: (reason: Error | undefined) => void): void
  /** Called when the server says its tool list changed. */
  onToolsChanged(listener: () => void): void
  /** Ends the connection; a stdio server and everything it started is gone afterwards. Never throws. */
  close(): Promise<void>
}

/** Opens connections. The config is already expanded: no placeholder is left in it. */
export interface Connector {
  /**
   * Connects and shakes hands, or throws `unreachable`, `timeout`, `auth_required`, `aborted` with nothing left
   * behind. The error's message carries the tail of the server's stderr where that explains it.
   */
  connect(service: string, config: ServiceConfig, options: ConnectOptions): Promise<Connection>
}
