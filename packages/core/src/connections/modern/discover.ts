import type { ServerFacts } from '../connector.ts'
import { MODERN_VERSION } from '../era.ts'
import { factsFrom, fields } from '../facts.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { HttpFailure } from '../http/fetch.ts'
import { rpcErrorIn } from '../http/rpc-error.ts'
import { UnknownVersion } from '../judge.ts'
import type { Link } from '../link.ts'
import type { Peer } from '../sdk.ts'
import { type Envelope, enveloped, SERVER_INFO } from './envelope.ts'

/** The request that takes the place of the handshake, and of `ping`. */
export const DISCOVER = 'server/discover'

/** Where to ask it over HTTP: with the headers that have to say the same as the request. */
export function asking({ url, headers }: Endpoint): Endpoint {
  return { url, headers: { ...headers, 'MCP-Protocol-Version': MODERN_VERSION, 'Mcp-Method': DISCOVER } }
}

/** Asks over `link` what a server speaks and can do. Rejects with whatever went wrong, `UnknownVersion` among it. */
export async function discover(peer: Peer, { transport }: Link, envelope: Envelope): Promise<ServerFacts> {
  await peer.connect(transport)
  const request = enveloped({ method: DISCOVER, params: {} }, envelope)
  const ask = () => peer.ask(request)
  const answer = await ask().catch((error: unknown) => {
    // It may turn a request down and name the very revision: then it is to be asked again.
    const refusal = error instanceof HttpFailure ? rpcErrorIn(error.body) : fields(error)
    if (isModern(fields(refusal?.['data'])['supported'])) return ask()
    throw error
  })
  const versions = answer['supportedVersions']
  if (!isModern(versions)) throw new UnknownVersion(JSON.stringify(versions))
  return factsFrom({ ...answer, serverInfo: fields(answer['_meta'])[SERVER_INFO] }, MODERN_VERSION)
}

function isModern(versions: unknown): boolean {
  return Array.isArray(versions) && versions.includes(MODERN_VERSION)
}
