import type { ServerFacts } from '../connector.ts'
import type { Handshake } from '../handshake.ts'
import { loadSdk, type Peer, type Sdk } from '../sdk.ts'
import { Session } from '../session.ts'
import { modernDialect } from './dialect.ts'
import { discover } from './discover.ts'
import { type Envelope, envelopeOf } from './envelope.ts'
import { listen } from './listen.ts'
import type { MirroredArguments } from './mirrored-arguments.ts'

export { asking } from './discover.ts'
export { MirroredArguments } from './mirrored-arguments.ts'

/** A server that has said that it speaks this era. */
export interface Discovered {
  sdk: Sdk
  /** The one that asked; it may go on over the same link. */
  peer: Peer
  envelope: Envelope
  server: ServerFacts
}

/** Asks over `link` whether the server speaks this era. Rejects with whatever went wrong; the link is the caller's to close. */
export async function findModern({ host, link, deadline, log }: Handshake): Promise<Discovered> {
  const sdk = await loadSdk()
  const peer = sdk.newPeer()
  const envelope = envelopeOf(sdk, host.capabilities, host.logLevel ?? (log && 'info'))
  const server = await deadline.race(discover(peer, link, envelope))
  return { sdk, peer, envelope, server }
}

/** The session with a server that was found, over the link of `parts`, to which `peer` is connected. */
export function modernSession(
  { deadline: _, ...parts }: Handshake,
  { sdk, peer, envelope, server }: Discovered,
  mirrored?: MirroredArguments,
): Session {
  const dialect = modernDialect({ ...parts, sdk, peer, envelope, mirrored })
  const session = new Session({ ...parts, sdk, peer, server, dialect })
  const tools = server.capabilities['tools'] as { listChanged?: unknown } | undefined
  if (tools?.listChanged === true) {
    const ending = new AbortController()
    session.onClose(() => ending.abort())
    void listen({ sdk, peer, envelope, onGap: () => session.noteToolsChanged(), signal: ending.signal })
  }
  return session
}
