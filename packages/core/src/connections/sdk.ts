import manifest from '@mcpstore/core/package.json' with { type: 'json' }
import type { Protocol } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type {
  McpError,
  Notification,
  Request,
  Result,
  ResultSchema,
} from '@modelcontextprotocol/sdk/types.js'

/** One end of the protocol: matches answers to requests over a transport. */
export type Peer = Protocol<Request, Notification, Result>

export interface Sdk {
  newPeer(): Peer
  McpError: typeof McpError
  /** Keeps every field it does not know, so an answer comes through as it was sent. */
  ResultSchema: typeof ResultSchema
  latestVersion: string
  supportedVersions: string[]
  clientInfo: { name: string; version: string }
}

/**
 * Loads what is used of the MCP SDK: its `Protocol`, not its `Client`, whose typed requests drop what they do not
 * know and whose JSON schema validator alone takes 50 ms to load. Still over 100 ms the first time, so never before
 * the server was started.
 */
export async function loadSdk(): Promise<Sdk> {
  const [{ Protocol }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/shared/protocol.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ])
  // Whether the other side can do something is for its answer to say.
  class PermissivePeer extends Protocol<Request, Notification, Result> {
    protected override assertCapabilityForMethod(): void {}
    protected override assertNotificationCapability(): void {}
    protected override assertRequestHandlerCapability(): void {}
    protected override assertTaskCapability(): void {}
    protected override assertTaskHandlerCapability(): void {}
  }
  return {
    newPeer: () => new PermissivePeer(),
    McpError: types.McpError,
    ResultSchema: types.ResultSchema,
    latestVersion: types.LATEST_PROTOCOL_VERSION,
    supportedVersions: types.SUPPORTED_PROTOCOL_VERSIONS,
    clientInfo: { name: 'mcpstore', version: manifest.version },
  }
}
