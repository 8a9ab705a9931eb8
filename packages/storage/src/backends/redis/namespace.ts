import { type DataspaceFacts, seenAt } from '../../dataspace-facts.ts'
import { StorageError } from '../../errors.ts'
import { decodeSegment, encodeSegment } from '../../records/keyspace.ts'
import { FOREIGN } from '../../records/record.ts'
import { systemTime, type Time } from '../../time.ts'
import { roundTrips } from './batches.ts'
import { notesFrom } from './hashes.ts'
import { type Answer, askAll, measure } from './measure.ts'
import { type Place, placeOf } from './place.ts'
import { scripts } from './scripts.ts'
import { RedisSession } from './session.ts'
import { isCluster, type RedisTarget } from './target.ts'

/** How many records of a dataspace are measured; what more of them take is told from those. */
const MOST_MEASURED = 10_000
/** How many dataspaces are looked at side by side. */
const AT_ONCE = 8
/** How far a time may lie ahead, in ms; nobody was there later than that. */
const AHEAD_MS = 60_000

/** Where the dataspaces of a namespace are noted: no key of a dataspace has an empty segment. */
function keyOf(namespace: string): string {
  return `${encodeSegment(namespace)}::dataspaces`
}

/** Notes that there is this dataspace. Where that cannot be noted, everything else works. */
export async function noteDataspace(
  session: RedisSession,
  { namespace, dataspace, now }: { namespace: string; dataspace: string; now: string },
): Promise<void> {
  const call = { keys: [keyOf(namespace)], args: [encodeSegment(dataspace), now] }
  const noting = session.run(scripts.note, [call])
  await noting.catch(() => {})
}

export interface RedisNamespaceOptions {
  /** From `redisTarget`. */
  target: RedisTarget
  namespace: string
  /** How long connecting, or the answer to a command, may take, in ms. Default: 2,000. */
  timeoutMs?: number
  /** Keys with a hash tag, as a cluster needs them. Default: as the server is. */
  hashTag?: boolean
  time?: Time
}

/**
 * The dataspaces of a namespace that somebody has opened and that are there, in order of their names. Nothing is written, and
 * none is opened. @throws `BackendError` when Redis does not answer, `storage` where something else lies in their place
 */
export async function redisDataspaces(options: RedisNamespaceOptions): Promise<DataspaceFacts[]> {
  const { target, namespace, timeoutMs = 2000, hashTag = isCluster(target), time = systemTime } = options
  const session = new RedisSession({ target, timeoutMs, name: 'mcpstore', time })
  await session.start()
  try {
    const there = await thereOf(session, await notedIn(session, namespace, hashTag))
    const found: DataspaceFacts[] = []
    for (let at = 0; at < there.length; at += AT_ONCE) {
      const some = there.slice(at, at + AT_ONCE)
      found.push(...(await Promise.all(some.map((one) => factsOf(session, one)))))
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  } finally {
    session.close()
  }
}

interface Noted {
  name: string
  /** When it was last opened, ms since 1970. */
  opened: number
  place: Place
}

async function notedIn(session: RedisSession, namespace: string, hashTag: boolean): Promise<Noted[]> {
  const key = keyOf(namespace)
  const [answer] = await session.askEach((pipeline) => {
    pipeline.zrange(key, 0, -1, 'WITHSCORES')
  })
  const { reply, refused } = answer!
  if (refused !== undefined) throw new StorageError('storage', `${key}: ${refused}`)
  const words = reply as string[]
  return words.flatMap((member, at) => {
    const name = at % 2 === 0 ? decodeSegment(member) : undefined
    if (name === undefined) return []
    return [{ name, opened: Number(words[at + 1]), place: placeOf(namespace, name, hashTag) }]
  })
}

/** Those that are there, of which anybody may have noted any number. */
async function thereOf(session: RedisSession, noted: readonly Noted[]): Promise<Noted[]> {
  const there: Noted[] = []
  for (const some of roundTrips(noted)) {
    // Each by itself, all at once: on a cluster they lie in different slots.
    const asked = some.map(({ place }) => session.ask((client) => client.exists(place.meta)))
    const answers = await Promise.all(asked)
    there.push(...some.filter((_, n) => answers[n] === 1))
  }
  return there
}

async function factsOf(session: RedisSession, { name, opened, place }: Noted): Promise<DataspaceFacts> {
  const [clock, nodes, epoch] = await askAll(session, [
    ['time'],
    ['hgetall', place.nodes],
    ['hget', place.meta, 'epoch'],
  ])
  const now = millisOf(clock!)
  const beats =
    'reply' in nodes! ? notesFrom(Object.entries(nodes.reply as object).flat()).map(({ last }) => last) : []
  const seen = [opened, ...beats].filter((at) => at > 0 && at <= now + AHEAD_MS)
  const told = { name, ...seenAt(seen.length > 0 ? Math.max(...seen) : undefined, now) }
  const isOurs = 'reply' in epoch! && Boolean(epoch.reply)
  if (!isOurs) return { ...told, keys: null, bytes: null, problem: `${place.meta}: ${FOREIGN}` }
  const { keys = null, bytes = null, refused } = await measure(session, place, MOST_MEASURED)
  return { ...told, keys, bytes, ...(refused !== undefined && { problem: refused }) }
}

/** What the server's clock says; the one here where it may not be asked. */
function millisOf(answer: Answer): number {
  if ('refused' in answer) return Date.now()
  const [seconds, micros] = answer.reply as [string, string]
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}
