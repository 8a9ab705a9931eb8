/** Which revisions of MCP to speak with a server: what it speaks, those with a handshake (up to 2025-11-25), or this one. */
export type ProtocolChoice = 'auto' | 'legacy' | '2026-07-28'

/** How to start a local MCP server. Placeholders (`${VAR}`, `${VAR:-default}`) stand as they were written. */
export interface StdioConfig {
  type: 'stdio'
  command: string
  args?: string[]
  env?: Record<string, string>
  /** A file of `NAME=value` lines, absolute: read by the process that connects, each time, and never stored. `env` goes before it. */
  envFile?: string
  /** Absolute: the folder of the file the entry came from, or the caller's. */
  cwd?: string
  /** Default: `legacy`, as some servers end when they are asked what they speak. */
  protocol?: ProtocolChoice
  description?: string
  /** Registered, but never started. */
  disabled?: true
}

/** How to reach a remote MCP server. `http` is Streamable HTTP with a fallback to SSE; `sse` is SSE only. */
export interface RemoteConfig {
  type: 'http' | 'sse'
  url: string
  headers?: Record<string, string>
  /** Default: `auto`. Not for `sse`, which is older than the choice. */
  protocol?: ProtocolChoice
  description?: string
  disabled?: true
}

/** One service's config in the form it is stored: every dialect is normalised to this. */
export type ServiceConfig = StdioConfig | RemoteConfig

export type TransportName = ServiceConfig['type']
