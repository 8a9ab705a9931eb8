import type { RemoteConfig } from '../../config/service-config.ts'
import { serviceWords } from '../../config/shell-words.ts'
import { storeError } from '../../errors.ts'
import type { AuthOption, AuthProvider } from '../auth-provider.ts'
import type { Connection, ConnectOptions } from '../connector.ts'
import { countdown, type Deadline, within } from '../deadline.ts'
import { choiceOf, eraOf } from '../era.ts'
import { connectError, type Handshake, shakeHands } from '../handshake.ts'
import { inEitherEra } from '../in-either-era.ts'
import type { Surroundings } from '../surroundings.ts'
import { markTurnedDown } from '../verdict.ts'
import { type Endpoint, endpointOf } from './endpoint.ts'
import { HttpFailure } from './fetch.ts'
import type { Frontier } from './frontier.ts'
import { LastingConnection } from './lasting-connection.ts'
import { HttpLink } from './link.ts'
import { hasAuthorization, providerOf } from './provider.ts'
import { credentialsHint, mayBeSse, pathHint, sseHint } from './status.ts'
import { modern, sse, streamable, type TransportFactory } from './transports.ts'

type Attempt = { connection: Connection } | { cause: unknown; error: Error & { code: string } }

export interface RemoteParts extends Surroundings {
  /** Who signs in to the service, if anybody. */
  auth: AuthOption | undefined
  /** Which addresses it may reach, if not all; each new session keeps to it. */
  frontier: Frontier | undefined
}

/**
 * Connects to a remote server: in the era that it speaks, over Streamable HTTP, and where the server turns that down,
 * over the older SSE. The connection outlives its session. Throws as `Connector.connect` does, and `bad_config`.
 */
export function connectRemote(
  service: string,
  config: RemoteConfig,
  options: ConnectOptions,
  parts: RemoteParts,
): Promise<Connection> {
  let { known } = options
  return LastingConnection.open(service, options, async (bounds) => {
    const session = await openSession(service, config, { ...bounds, known }, parts)
    const { protocolVersion } = session.server
    if (protocolVersion !== undefined) known = eraOf(protocolVersion)
    return session
  })
}

async function openSession(
  service: string,
  config: RemoteConfig,
  options: ConnectOptions,
  { auth, frontier, ...surroundings }: RemoteParts,
): Promise<Connection> {
  const endpoint = endpointOf(service, config)
  const left = countdown(options)
  const what = `the connection to service "${service}"`
  const question = { name: service, scope: surroundings.scope, url: config.url }
  const provider = await within(left(), what, providerOf(question, endpoint, auth))
  const open = waysToOpen({ service, config, endpoint, provider, frontier, surroundings })
  return inEitherEra(service, { ...left(), choice: choiceOf(config) }, open)
}

interface Way {
  service: string
  config: RemoteConfig
  endpoint: Endpoint
  provider: AuthProvider | undefined
  frontier: Frontier | undefined
  surroundings: Surroundings
}

/** How a session is opened in each era. */
function waysToOpen({
  service,
  config,
  endpoint,
  provider,
  frontier,
  surroundings,
}: Way): Parameters<typeof inEitherEra>[2] {
  const signInHint = hasAuthorization(endpoint)
    ? credentialsHint
    : `Sign in with mcpstore login ${serviceWords(service, surroundings.scope)} (signIn), or add the credentials to "headers" of its config.`
  const linkOver = (transport: TransportFactory): HttpLink =>
    new HttpLink({ config, url: endpoint.url, provider, signInHint, frontier }, transport)
  const attempt = async (
    deadline: Deadline,
    transport: TransportFactory,
    open: (handshake: Handshake) => Promise<Connection>,
  ): Promise<Attempt> => {
    const handshake = { service, config, link: linkOver(transport), deadline, ...surroundings }
    try {
      return { connection: await open(handshake) }
    } catch (cause) {
      await handshake.link.close()
      return { cause, error: await connectError(handshake, cause) }
    }
  }
  const overSse = async (deadline: Deadline): Promise<Attempt> =>
    attempt(deadline, await sse(endpoint), shakeHands)
  const legacy = async (deadline: Deadline): Promise<Connection> => {
    if (config.type === 'sse') return connectedOverSse(await overSse(deadline))
    const first = await attempt(deadline, await streamable(endpoint), shakeHands)
    if (!('cause' in first) || !isRefusedPost(first.cause)) return connected(first)
    return connected(await overSse(deadline), first.error)
  }
  const stateless = async (deadline: Deadline): Promise<Connection> => {
    const { asking, findModern, MirroredArguments, modernSession } = await import('../modern/open.ts')
    const found = async (handshake: Handshake): Promise<Connection> => {
      const discovered = await findModern(handshake)
      await handshake.link.close()
      const mirrored = new MirroredArguments()
      const link = linkOver(await modern(endpoint, mirrored))
      const peer = discovered.sdk.newPeer()
      await peer.connect(link.transport)
      return modernSession({ ...handshake, link }, { ...discovered, peer }, mirrored)
    }
    return connected(await attempt(deadline, await streamable(asking(endpoint)), found))
  }
  return { legacy, modern: stateless }
}

/** The connection, or its error; after an `earlier` attempt an error that says why neither worked. */
function connected(attempt: Attempt, earlier?: Error): Connection {
  if ('connection' in attempt) return attempt.connection
  const { error } = attempt
  if (!earlier || error.code !== 'unreachable') throw error
  const message = `${earlier.message}; and over the older SSE: ${error.message}`
  throw markTurnedDown(storeError('unreachable', message, { hint: pathHint, cause: error }))
}

function connectedOverSse(attempt: Attempt): Connection {
  if ('connection' in attempt) return attempt.connection
  const { cause, error } = attempt
  // Why a GET failed the SDK tells itself.
  const { code } = (cause ?? {}) as { code?: unknown }
  if (typeof code !== 'number' || !mayBeSse(code)) throw error
  throw storeError('unreachable', error.message, { hint: sseHint, cause: error })
}

function isRefusedPost(cause: unknown): boolean {
  return cause instanceof HttpFailure && mayBeSse(cause.status)
}
