import type { Socket } from 'node:net'
import type { Cluster, Redis } from 'ioredis'
import type { HintListener } from '../../backend.ts'
import type { Malformed } from '../../replica/malformed.ts'
import type { Time } from '../../time.ts'

/** Published to see whether that is allowed. */
export const NO_NEWS = '0'
/** Hints that follow one another within this time, in ms, are read together. */
const GATHER_MS = 5
/** How much of a message that says nothing is told. */
const MOST_QUOTED = 60

export interface HearOptions {
  /** Something changed, up to this revision if that was said. */
  onHint: HintListener
  time: Time
}

/**
 * Tells what is said on the channels that `client` subscribes to: the first hint at once, those that come close after it
 * in one piece.
 */
export function hear(client: Redis | Cluster, { onHint, time }: HearOptions): void {
  client.on('message', (channel: string, message: string) => {
    if (message === NO_NEWS) return
    gather((client as { stream?: Socket }).stream, time)
    const rev = /^\d{1,16}$/.test(message) ? Number(message) : Number.NaN
    if (Number.isSafeInteger(rev)) onHint(rev)
    else onHint(undefined, noRevision(channel, message))
  })
}

function noRevision(channel: string, message: string): Malformed {
  const more = message.length > MOST_QUOTED ? `, and ${message.length - MOST_QUOTED} characters more` : ''
  const problem = `a message on it is no revision: ${JSON.stringify(message.slice(0, MOST_QUOTED))}${more}`
  return { key: channel, problem }
}

/** Leaves what comes in the socket until nothing has come for a while. */
function gather(stream: Socket | undefined, time: Time): void {
  if (!stream || stream.isPaused()) return
  stream.pause()
  const look = () => {
    // To read a paused stream hands over all that lies there, and `null` means that nothing did.
    if (stream.read() === null) stream.resume()
    else time.after(GATHER_MS, look)
  }
  time.after(GATHER_MS, look)
}
