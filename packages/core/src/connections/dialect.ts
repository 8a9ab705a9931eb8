import type { RawTool } from './connector.ts'
import type { Deadline } from './deadline.ts'

/** A request before it is sent. */
export interface RawRequest {
  method: string
  params: Record<string, unknown>
}

/** A request that came back for more input, and failed when it was sent with that: it had begun before, or was done. */
export class FailedLater extends Error {}

/** What differs between the eras of the protocol once a connection is open. */
export interface Dialect {
  /** The request that a server answers if it is there. */
  readonly health: string
  /** Sends a request, once, and resolves with the last word on it. Rejects as the SDK does, or with an error of the store. */
  exchange(request: RawRequest, deadline: Deadline): Promise<Record<string, unknown>>
  /** The tools of a list that can be called over this connection. */
  callable(tools: RawTool[]): RawTool[]
  /** Told of each call before it is sent. */
  prepare(tool: string, inputSchema: unknown): void
}
