import type { RemoteConfig } from '../../config/service-config.ts'
import { storeError } from '../../errors.ts'
import type { AuthProvider, AuthSource } from '../auth-provider.ts'
import type { Connection, RequestOptions } from '../connector.ts'
import { Deadline } from '../deadline.ts'
import { connectError, shakeHands } from '../handshake.ts'
import { type Endpoint, endpointOf } from './endpoint.ts'
import { HttpFailure } from './fetch.ts'
import { LastingConnection } from './lasting-connection.ts'
import { HttpLink, type RemoteTransport } from './link.ts'
import { providerOf } from './provider.ts'
import { mayBeSse, pathHint, sseHint } from './status.ts'

type TransportFactory = ConstructorParameters<typeof HttpLink>[1]

export interface RemoteParts {
  warn: (line: string) => void
  /** Who signs in to the service, if anybody. */
  auth: AuthSource | undefined
}

/**
 * Connects to a remote server: Streamable HTTP, and where the server turns that down, the older SSE. The connection
 * outlives its session. Throws as `Connector.connect` does, and `bad_config`.
 */
export function connectRemote(
  service: string,
  config: RemoteConfig,
  options: RequestOptions,
  parts: RemoteParts,
): Promise<Connection> {
  return LastingConnection.open(service, options, (bounds) => openSession(service, config, bounds, parts))
}

async function openSession(
  service: string,
  config: RemoteConfig,
  options: RequestOptions,
  { warn, auth }: RemoteParts,
): Promise<Connection> {
  const deadline = new Deadline(options)
  const attempt = async (open: TransportFactory): Promise<Attempt> => {
    const link = new HttpLink({ config, url: endpoint.url, provider }, open)
    try {
      return { connection: await shakeHands({ service, config, link, deadline, warn }) }
    } catch (cause) {
      await link.close()
      return { cause, error: await connectError({ service, config, link, deadline }, cause) }
    }
  }
  const endpoint = endpointOf(service, config)
  let provider: AuthProvider | undefined
  try {
    const tooLate = deadline.failure(`the connection to service "${service}"`)
    if (tooLate) throw tooLate
    provider = await deadline.race(providerOf(service, { config, endpoint, auth })).catch((error) => {
      throw deadline.failure(`the connection to service "${service}"`) ?? error
    })
    if (config.type === 'sse') return connectedOverSse(await attempt(await sse(endpoint)))
    const first = await attempt(await streamable(endpoint))
    if (!('cause' in first) || !isTurnedDown(first.cause)) return connected(first)
    return connected(await attempt(await sse(endpoint)), first.error)
  } finally {
    deadline.clear()
  }
}

type Attempt = { connection: Connection } | { cause: unknown; error: Error & { code: string } }

/** The connection, or its error; after an `earlier` attempt an error that says why neither worked. */
function connected(attempt: Attempt, earlier?: Error): Connection {
  if ('connection' in attempt) return attempt.connection
  const { error } = attempt
  if (!earlier || error.code !== 'unreachable') throw error
  const message = `${earlier.message}; and over the older SSE: ${error.message}`
  throw storeError('unreachable', message, { hint: pathHint, cause: error })
}

function connectedOverSse(attempt: Attempt): Connection {
  if ('connection' in attempt) return attempt.connection
  const { cause, error } = attempt
  // Why a GET failed the SDK tells itself.
  const { code } = (cause ?? {}) as { code?: unknown }
  if (typeof code !== 'number' || !mayBeSse(code)) throw error
  throw storeError('unreachable', error.message, { hint: sseHint, cause: error })
}

function isTurnedDown(cause: unknown): boolean {
  return cause instanceof HttpFailure && mayBeSse(cause.status)
}

async function streamable({ url, headers }: Endpoint): Promise<TransportFactory> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
  return (fetch): RemoteTransport => {
    const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch })
    return { transport, isStreamLost: () => false, inSession: () => transport.sessionId !== undefined }
  }
}

async function sse({ url, headers }: Endpoint): Promise<TransportFactory> {
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
