import type { McpStoreError } from '@mcpstore/storage'
import type { ErrorCode } from '../errors.ts'
import type { Host } from '../host/host.ts'
import type { Deadline } from './deadline.ts'
import type { Dialect } from './dialect.ts'
import { factsFrom } from './facts.ts'
import { HttpFailure } from './http/fetch.ts'
import { judge, UnknownVersion } from './judge.ts'
import type { Link } from './link.ts'
import { loadSdk, type Peer, type Sdk } from './sdk.ts'
import { Session } from './session.ts'
import type { Surroundings } from './surroundings.ts'
import { markTurnedDown, type Subject, verdictError } from './verdict.ts'

export interface Handshake extends Subject, Surroundings {
  link: Link
  deadline: Deadline
}

/** Initialises the protocol over `link`. Rejects with whatever went wrong; the link is the caller's to close. */
export async function shakeHands({ deadline, ...parts }: Handshake): Promise<Session> {
  const { host, link, scope, service } = parts
  const sdk = await loadSdk()
  const peer = sdk.newPeer()
  let session: Session | undefined
  peer.fallbackRequestHandler = ({ method, params = {} }, { signal }) => {
    const answer = () => host.answer(method, params, { service, scope, signal })
    return session ? session.whileAsked(answer) : answer()
  }
  const answer = await deadline.race(initialize(sdk, peer, link, host.capabilities))
  const server = factsFrom(answer, String(answer['protocolVersion']))
  session = new Session({ ...parts, sdk, peer, server, dialect: legacyDialect(peer) })
  if (host.logLevel && server.capabilities['logging']) {
    const params = { level: host.logLevel }
    // Who does not want to hear it may say too much.
    peer.ask({ method: 'logging/setLevel', params }).catch(() => {})
  }
  return session
}

/** What the caller of `connect` is told: the deadline's error, or what became of the handshake. */
export async function connectError(
  { service, config, scope, link, deadline }: Omit<Handshake, Exclude<keyof Surroundings, 'scope'>>,
  error: unknown,
): Promise<McpStoreError<ErrorCode>> {
  const late = deadline.failure(`the connection to service "${service}"`, link.lastWords(), link.advice)
  if (late) return late
  const verdict = judge(error, { sdk: await loadSdk(), link })
  const told = verdictError({ service, config, scope }, 'connect', verdict, error)
  const { fate, retryAfterMs } = verdict
  const isAnswered =
    ['unread', 'refused', 'unclear', 'lost'].includes(fate) ||
    (fate === 'unsent' && error instanceof HttpFailure)
  // Who asks to be left alone is, in every way.
  return isAnswered && retryAfterMs === undefined ? markTurnedDown(told) : told
}

function legacyDialect(peer: Peer): Dialect {
  return {
    health: 'ping',
    exchange: (request, deadline) => peer.ask(request, deadline),
    callable: (tools) => tools,
    prepare: () => {},
  }
}

async function initialize(
  sdk: Sdk,
  peer: Peer,
  { transport }: Link,
  capabilities: Host['capabilities'],
): Promise<Record<string, unknown>> {
  await peer.connect(transport)
  const params = { protocolVersion: sdk.latestVersion, capabilities, clientInfo: sdk.clientInfo }
  const answer = await peer.ask({ method: 'initialize', params })
  const version = answer['protocolVersion']
  if (typeof version !== 'string' || !sdk.supportedVersions.includes(version)) {
    throw new UnknownVersion(JSON.stringify(version))
  }
  transport.setProtocolVersion?.(version)
  await peer.notification({ method: 'notifications/initialized' })
  return answer
}
