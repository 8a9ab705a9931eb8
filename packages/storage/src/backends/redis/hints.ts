import type { Socket } from 'node:net'
import type { Cluster, Redis } from 'ioredis'
import type { HintListener } from '../../backend.ts'
import type { Malformed } from '../../replica/malformed.ts'
import type { Time } from '../../time.ts'

/** Published to see whether that is allowed. */
export const NO_NEWS = '0'
/** Hints that follow one another within this time, in ms, are read together. */
const GATHER_MS = 5
/**
 * Counters of others are read so long after the first hint of them, in ms: where many processes count, each would else ask
 * for what each of the others has counted, four times a second.
 */
const COUNTS_MS = 500
/** A revision; with the sign before it nothing changed but counters. */
const REVISION = /^(~?)(\d{1,16})$/
/** How much of a message that says nothing is told. */
const MOST_QUOTED = 60

export interface HearOptions {
  /** Something changed, up to this revision if that was said. */
  onHint: HintListener
  time: Time
}

/**
 * Tells what is said on the channels that `client` subscribes to: the first hint at once, those that come close after it
 * in one piece, and of counters all that come in a while.
 */
export function hear(client: Redis | Cluster, { onHint, time }: HearOptions): void {
  let counted: number | undefined
  const tellCounted = () => {
    const rev = counted
    counted = undefined
    onHint(rev)
  }
  client.on('message', (channel: string, message: string) => {
    if (message === NO_NEWS) return
    gather((client as { stream?: Socket }).stream, time)
    const [, ofCounters, digits] = REVISION.exec(message) ?? []
    const rev = Number(digits)
    if (!Number.isSafeInteger(rev)) onHint(undefined, noRevision(channel, message))
    else if (!ofCounters) onHint(rev)
    else {
      if (counted === undefined) time.after(COUNTS_MS, tellCounted)
      counted = Math.max(counted ?? 0, rev)
    }
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
