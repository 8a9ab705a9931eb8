import type { Socket } from 'node:net'
import type { Cluster, Redis } from 'ioredis'
import type { Time } from '../../time.ts'

/** Published to see whether that is allowed. */
export const NO_NEWS = '0'
/** Hints that follow one another within this time, in ms, are read together. */
const GATHER_MS = 5

export interface HearOptions {
  /** Something changed, up to this revision if that was said. */
  onHint: (rev?: number) => void
  time: Time
}

/**
 * Tells what is said on the channels that `client` subscribes to: the first hint at once, those that come close after it
 * in one piece.
 */
export function hear(client: Redis | Cluster, { onHint, time }: HearOptions): void {
  client.on('message', (_, rev: string) => {
    if (rev === NO_NEWS) return
    gather((client as { stream?: Socket }).stream, time)
    onHint(/^\d+$/.test(rev) ? Number(rev) : undefined)
  })
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
