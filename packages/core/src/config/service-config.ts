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
  description?: string
  /** Registered, but never started. */
  disabled?: true
}

/** How to reach a remote MCP server. `http` is Streamable HTTP with a fallback to SSE; `sse` is SSE only. */
export interface RemoteConfig {
  type: 'http' | 'sse'
  url: string
  headers?: Record<string, string>
  description?: string
  disabled?: true
}

/** One service's config in the form it is stored: every dialect is normalised to this. */
export type ServiceConfig = StdioConfig | RemoteConfig

export type TransportName = ServiceConfig['type']
