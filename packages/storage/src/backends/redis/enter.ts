import type { Known } from '../../backend.ts'
import { randomId } from '../../clock.ts'
import { BackendError } from '../../health.ts'
import type { Time } from '../../time.ts'
import { unusable } from './errors.ts'
import type { Place } from './place.ts'
import { scripts } from './scripts.ts'
import type { RedisSession } from './session.ts'

export interface Entered {
  /** Which run of the server it is; empty where it does not say. */
  run: string
  epoch: string
  ids: string[]
}

export interface EnterOptions {
  label: string
  lifetime: string
  known: Known
  /** The run of the server at the last connection, `undefined` before the first. */
  lastRun: string | undefined
  time: Time
}

/** What this version writes: a newer minor is read and kept, a newer major is refused. */
const SCHEMA = { major: 1, minor: 0 }
const OLDEST_REDIS = [6, 2]
/** How many records are looked for before a dataspace is believed to have been wiped. */
const PROBES = 1000

/** Finds the dataspace, or makes it. @throws `BackendError` */
export async function enter(session: RedisSession, place: Place, options: EnterOptions): Promise<Entered> {
  const { label, known, lastRun } = options
  const [found, others] = await Promise.all([
    look(session, place, label),
    session.ask((client) => client.exists(place.otherMeta)).catch(unlessForbidden),
  ])
  if (others > 0) throw otherLayout(label, place)
  checkVersions(found, label)
  const wiped =
    found.epoch === '' && !found.index && (await isWiped(session, place, { ...options, run: found.run }))
  const missing = found.ids.length === 0 || known.ids?.some((id) => !found.ids.includes(id))
  if (found.epoch !== '' && !missing) return { ...found }
  const cleared = wiped ? known.onWiped!() : ''
  try {
    return { run: found.run, ...(await make(session, place, options, cleared)) }
  } catch (thrown) {
    // What cannot be written now may be read all the same.
    const readable = thrown instanceof BackendError && thrown.state === 'write-degraded' && found.epoch !== ''
    if (!readable || lastRun === undefined) throw thrown
    return { ...found }
  }
}

/** A user who may not look there has nothing there. */
function unlessForbidden(thrown: unknown): number {
  if (thrown instanceof BackendError && thrown.state === 'auth') return 0
  throw thrown
}

interface Found {
  epoch: string
  schema: string
  ids: string[]
  index: boolean
  run: string
  version: string
}

async function look(session: RedisSession, place: Place, label: string): Promise<Found> {
  const [answer] = await session.run(scripts.look, [{ keys: [place.meta, place.index], args: [] }])
  const { reply, refused } = answer!
  if (refused !== undefined) throw unusable(label, place.meta, refused)
  const [epoch, schema, ids, index, info] = reply as string[]
  const said = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info!)?.[1] ?? ''
  return {
    epoch: epoch!,
    schema: schema!,
    ids: ids!.split(',').filter(Boolean),
    index: index === '1',
    run: said('run_id'),
    version: said('redis_version'),
  }
}

async function make(
  session: RedisSession,
  place: Place,
  { known, lifetime, time }: EnterOptions,
  cleared: string,
): Promise<{ epoch: string; ids: string[] }> {
  const schema = `${SCHEMA.major}.${SCHEMA.minor}`
  const layout = place.tagged ? 'tagged' : 'plain'
  const made = known.keptIds?.length ? known.keptIds : [randomId(time)]
  const args = [
    schema,
    layout,
    randomId(time),
    (known.ids ?? []).join(','),
    made.join(','),
    cleared,
    lifetime,
  ]
  const [answer] = await session.run(scripts.open, [{ keys: [place.meta], args }])
  const [epoch, ids] = answer!.reply as [string, string]
  return { epoch, ids: ids.split(',').filter(Boolean) }
}

/** Whether somebody removed the dataspace on purpose: it is gone as a whole, and the server has run all along. */
async function isWiped(
  session: RedisSession,
  place: Place,
  { known, lastRun, run }: EnterOptions & { run: string },
): Promise<boolean> {
  if (run === '' || (lastRun ?? known.run) !== run || !known.onWiped) return false
  const probes = (known.keys?.() ?? []).slice(0, PROBES).map(place.key)
  if (probes.length === 0) return false
  return (await session.ask((client) => client.exists(...probes))) === 0
}

function checkVersions({ schema, version }: Found, label: string): void {
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
