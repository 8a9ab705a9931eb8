import type { McpStoreError } from '@mcpstore/storage'
import type { ErrorCode } from '../errors.ts'
import type { ServerFacts } from './connector.ts'
import { type Deadline, LONGEST_TIMER_MS } from './deadline.ts'
import { judge, UnknownVersion } from './judge.ts'
import type { Link } from './link.ts'
import { loadSdk, type Peer, type Sdk } from './sdk.ts'
import { Session } from './session.ts'
import { type Subject, verdictError } from './verdict.ts'

export interface Handshake extends Subject {
  link: Link
  deadline: Deadline
  warn: (line: string) => void
}

/** Initialises the protocol over `link`. Rejects with whatever went wrong; the link is the caller's to close. */
export async function shakeHands({ link, deadline, ...rest }: Handshake): Promise<Session> {
  const sdk = await loadSdk()
  const peer = sdk.newPeer()
  const server = await deadline.race(initialize(sdk, peer, link))
  return new Session({ ...rest, sdk, peer, link, server })
}

/** What the caller of `connect` is told: the deadline's error, or what became of the handshake. */
export async function connectError(
  { service, config, link, deadline }: Omit<Handshake, 'warn'>,
  error: unknown,
): Promise<McpStoreError<ErrorCode>> {
  const late = deadline.failure(`the connection to service "${service}"`, link.lastWords())
  if (late) return late
  const verdict = judge(error, { sdk: await loadSdk(), link })
  return verdictError({ service, config }, 'connect', verdict, error)
}

async function initialize(sdk: Sdk, peer: Peer, { transport }: Link): Promise<ServerFacts> {
  await peer.connect(transport)
  const params = { protocolVersion: sdk.latestVersion, capabilities: {}, clientInfo: sdk.clientInfo }
  const options = { timeout: LONGEST_TIMER_MS }
  const answer = await peer.request({ method: 'initialize', params }, sdk.ResultSchema, options)
  const version = answer['protocolVersion']
  if (typeof version !== 'string' || !sdk.supportedVersions.includes(version)) {
    throw new UnknownVersion(JSON.stringify(version))
  }
  transport.setProtocolVersion?.(version)
  await peer.notification({ method: 'notifications/initialized' })
  return factsFrom(answer, version)
}

/** Servers are sloppy about themselves; nothing of it is worth losing one. */
function factsFrom(answer: Record<string, unknown>, protocolVersion: string): ServerFacts {
  const info = fields(answer['serverInfo'])
  return {
    name: text(info['name']),
    version: text(info['version']),
    protocolVersion,
    capabilities: fields(answer['capabilities']),
    instructions: text(answer['instructions']),
  }
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
