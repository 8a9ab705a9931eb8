import manifest from '@mcpstore/core/package.json' with { type: 'json' }
import type { Protocol } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { McpError, Notification, Request, Result } from '@modelcontextprotocol/sdk/types.js'
import type { RawRequest } from './dialect.ts'
import { type Answer, type GiveUp, Requests } from './requests.ts'

/** One end of the protocol over a transport: asks, and hears what the other side asks and tells. */
export interface Peer extends Protocol<Request, Notification, Result> {
  /** See `Requests.send`. */
  ask(request: RawRequest, giveUp?: GiveUp): Promise<Answer>
}

export interface Sdk {
  newPeer(): Peer
  McpError: typeof McpError
  latestVersion: string
  supportedVersions: string[]
  clientInfo: { name: string; version: string }
}

/**
 * Loads what is used of the MCP SDK: its `Protocol`, for what the other side asks and tells, not its `Client`, whose typed
 * requests drop what they do not know and whose JSON schema validator alone takes 50 ms to load. Still over 100 ms the first time, so never before
 * the server was started.
 */
export async function loadSdk(): Promise<Sdk> {
  const [{ Protocol }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/shared/protocol.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ])
  // Whether the other side can do something is for its answer to say.
  class PermissivePeer extends Protocol<Request, Notification, Result> implements Peer {
    readonly #requests = new Requests(types)

    override connect(transport: Transport): Promise<void> {
      const connected = super.connect(transport)
      const { onclose, onmessage } = transport
      transport.onmessage = (message, extra) => {
        if (!this.#requests.answer(message)) onmessage?.(message, extra)
      }
      transport.onclose = () => {
        onclose?.()
        this.#requests.end()
      }
      return connected
    }

    ask(request: RawRequest, giveUp?: GiveUp): Promise<Answer> {
      return this.#requests.send(this.transport, request, giveUp)
    }

    protected override assertCapabilityForMethod(): void {}
    protected override assertNotificationCapability(): void {}
    protected override assertRequestHandlerCapability(): void {}
    protected override assertTaskCapability(): void {}
    protected override assertTaskHandlerCapability(): void {}
  }
  return {
    newPeer: () => new PermissivePeer(),
    McpError: types.McpError,
    latestVersion: types.LATEST_PROTOCOL_VERSION,
    supportedVersions: types.SUPPORTED_PROTOCOL_VERSIONS,
    clientInfo: { name: 'mcpstore', version: manifest.version },
  }
}
