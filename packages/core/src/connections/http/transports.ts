import type { MirroredArguments } from '../modern/mirrored-arguments.ts'
import type { Endpoint } from './endpoint.ts'
import type { HttpLink, RemoteTransport } from './link.ts'

/** What makes the transport of a link, with the `fetch` that the link gives it. */
export type TransportFactory = ConstructorParameters<typeof HttpLink>[1]

/** Streamable HTTP as it is spoken after a handshake. */
export async function streamable({ url, headers }: Endpoint): Promise<TransportFactory> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
  return (fetch): RemoteTransport => {
    const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch })
    return { transport, isStreamLost: () => false, inSession: () => transport.sessionId !== undefined }
  }
}

/** Streamable HTTP without sessions. The SDK that has it takes 100 ms to load, so never before such a server was met. */
export async function modern(
  { url, headers }: Endpoint,
  mirrored: MirroredArguments,
): Promise<TransportFactory> {
  const [{ StreamableHTTPClientTransport }, { ModernHttpTransport }] = await Promise.all([
    import('@modelcontextprotocol/client'),
    import('../modern/http-transport.ts'),
  ])
  return (fetch): RemoteTransport => {
    const http = new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch })
    return {
      transport: new ModernHttpTransport(http, mirrored),
      isStreamLost: () => false,
      inSession: () => false,
      isStateless: true,
    }
  }
}

/** The transport of 2024-11-05. */
export async function sse({ url, headers }: Endpoint): Promise<TransportFactory> {
  const { SSEClientTransport, SseError } = await import('@modelcontextprotocol/sdk/client/sse.js')
  return (fetch): RemoteTransport => {
    const transport = new SSEClientTransport(url, { requestInit: { headers }, fetch })
    const start = transport.start.bind(transport)
    let isStarted = false
    transport.start = async () => {
      await start()
      isStarted = true
    }
    return { transport, isStreamLost: (error) => error instanceof SseError, inSession: () => isStarted }
  }
}
