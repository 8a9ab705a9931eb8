import type { Known, Opened } from '../../backend.ts'
import { BackendError } from '../../link/health.ts'
import { randomId } from '../../records/clock.ts'
import { FOREIGN } from '../../records/record.ts'
import type { Time } from '../../time.ts'
import { unusable } from './errors.ts'
import { type Found, type History, whatBecame } from './former.ts'
import type { Place } from './place.ts'
import { scripts } from './scripts.ts'
import type { RedisSession } from './session.ts'

export interface Entered extends History {
  ids: string[]
  before: Opened['before']
  /** The server's clock, ms since 1970. */
  now: number
}

export interface EnterOptions {
  label: string
  lifetime: string
  known: Known
  time: Time
  /** The clock that stands in for the server's, as text; empty for the server's own. */
  now: string
}

/** What this version writes: a newer minor is read and kept, a newer major is refused. */
const SCHEMA = { major: 1, minor: 0 }
const OLDEST_REDIS = [6, 2]

/** Finds the dataspace, or makes it. @throws `BackendError` */
export async function enter(session: RedisSession, place: Place, options: EnterOptions): Promise<Entered> {
  const { label, known } = options
  const [found, others] = await Promise.all([
    look(session, place, options),
    session.ask((client) => client.exists(place.otherMeta)).catch(unlessForbidden),
  ])
  if (others > 0) throw otherLayout(label, place)
  checkVersions(found, label)
  const missing = found.ids.length === 0 || known.ids?.some((id) => !found.ids.includes(id))
  const present = found.epoch !== '' && !missing ? found : await makeIfAllowed(session, place, found, options)
  const before = await whatBecame(present, isOf(present, known) ? known : {}, async (keys) => {
    const replies = await session.askEach((pipeline) => {
      for (const key of keys) pipeline.hget(place.key(key), 's')
    })
    return replies.map(({ reply }) => reply)
  })
  return { ...present, before }
}

/** Whether what is known is of this dataspace: a mirror may be of another one. */
function isOf({ ids }: Present, { ids: own = [], keptIds = [] }: Known): boolean {
  return own.length > 0 || keptIds.some((id) => ids.includes(id))
}

async function makeIfAllowed(
  session: RedisSession,
  place: Place,
  found: Present,
  options: EnterOptions,
): Promise<Present> {
  try {
    return { ...found, ...(await make(session, place, options)) }
  } catch (thrown) {
    // What cannot be written now may be read all the same, by who was here before.
    const readable = thrown instanceof BackendError && thrown.state === 'write-degraded' && found.epoch !== ''
    if (!readable || !options.known.ids?.length) throw thrown
    return found
  }
}

/** A user who may not look there has nothing there. */
function unlessForbidden(thrown: unknown): number {
  if (thrown instanceof BackendError && thrown.state === 'auth') return 0
  throw thrown
}

interface Present extends Found {
  schema: string
  ids: string[]
  version: string
  now: number
}

async function look(session: RedisSession, place: Place, { label, now }: EnterOptions): Promise<Present> {
  const [answer] = await session.run(scripts.look, [{ keys: [place.meta], args: [now] }])
  const { reply, refused } = answer!
  if (refused !== undefined) throw unusable(label, place.meta, refused)
  const [epoch, schema, ids, began, cleared, clock, info] = reply as string[]
  const said = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info!)?.[1] ?? ''
  return {
    epoch: epoch!,
    schema: schema!,
    ids: ids!.split(',').filter(Boolean),
    began: began!,
    cleared: cleared!,
    now: Number(clock),
    run: said('run_id'),
    version: said('redis_version'),
  }
}

async function make(
  session: RedisSession,
  place: Place,
  { label, known, lifetime, now, time }: EnterOptions,
): Promise<Pick<Present, 'epoch' | 'ids' | 'began'>> {
  const schema = `${SCHEMA.major}.${SCHEMA.minor}`
  const layout = place.tagged ? 'tagged' : 'plain'
  const made = known.keptIds?.length ? known.keptIds : [randomId(time)]
  const args = [schema, layout, randomId(time), (known.ids ?? []).join(','), made.join(','), now, lifetime]
  const [answer] = await session.run(scripts.open, [{ keys: [place.meta, place.index], args }])
  const [epoch, ids, began] = answer!.reply as [string, string, string]
  if (epoch === 'foreign') throw unusable(label, place.meta, FOREIGN)
  return { epoch, ids: ids.split(',').filter(Boolean), began }
}

function checkVersions({ schema, version }: Present, label: string): void {
  if (Number(schema.split('.')[0] || SCHEMA.major) > SCHEMA.major) {
    throw new BackendError(
      'down',
      `the dataspace on ${label} was written by a newer mcpstore (schema ${schema})`,
      {
        hint: 'Update mcpstore, or use another dataspace.',
      },
    )
  }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (version !== '' && (major - OLDEST_REDIS[0]! || minor - OLDEST_REDIS[1]!) < 0) {
    throw new BackendError('down', `${label} is Redis ${version}, older than ${OLDEST_REDIS.join('.')}`, {
      hint: 'Update Redis.',
    })
  }
}

function otherLayout(label: string, { tagged }: Place): BackendError {
  const [there, here] = tagged ? ['without', 'with'] : ['with', 'without']
  return new BackendError(
    'down',
    `the dataspace lies on ${label} in keys ${there} a hash tag, and was asked for in keys ${here} one`,
    { hint: `Set the option hashTag to ${!tagged}, or use another dataspace.` },
  )
}
