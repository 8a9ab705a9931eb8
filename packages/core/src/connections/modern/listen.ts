import { setTimeout as pause } from 'node:timers/promises'
import type { Peer, Sdk } from '../sdk.ts'
import { type Envelope, enveloped } from './envelope.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** A stream that held for so long was well; the next pause is the first again. */
const HELD_MS = 30_000

export interface ListenParts {
  sdk: Sdk
  peer: Peer
  envelope: Envelope
  /** Told when a stream was opened anew: what was said in between went by. */
  onGap(): void
  /** Aborted with the connection. */
  signal: AbortSignal
}

/**
 * Has the server tell of changes of its tool list for as long as the connection lives: a request that is answered with
 * notifications, and asked again when its stream ends. A server that refuses it is left alone.
 */
export async function listen({ sdk, peer, envelope, onGap, signal }: ListenParts): Promise<void> {
  const params = { notifications: { toolsListChanged: true } }
  const request = enveloped({ method: 'subscriptions/listen', params }, envelope)
  let wait = FIRST_PAUSE_MS
  for (;;) {
    const began = performance.now()
    // Without the signal, on which each time a listener would be left: the peer ends it with the connection.
    const ended = peer.ask(request).then(
      () => true,
      (error: unknown) => !isRefusal(sdk, error),
    )
    if (!(await ended) || signal.aborted) return
    if (performance.now() - began > HELD_MS) wait = FIRST_PAUSE_MS
    await pause(wait, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    wait = Math.min(2 * wait, LONGEST_PAUSE_MS)
    onGap()
  }
}

/** Whether the server said no, and not the stream that ended. */
function isRefusal(sdk: Sdk, error: unknown): boolean {
  return error instanceof sdk.McpError && error.code !== -32000
}
