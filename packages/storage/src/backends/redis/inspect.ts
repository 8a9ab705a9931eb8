import type { Finding, Inspection } from '../../inspection.ts'
import { foreignAmong, foreignAt } from './blame.ts'
import { type Answer, askAll, measure } from './measure.ts'
import type { Place } from './place.ts'
import { rightsFinding } from './rights.ts'
import type { RedisSession } from './session.ts'

/** How many entries of the slow log, and how many records, are looked at. */
const SLOW_ENTRIES = 10
const SAMPLE = 50
/** How much of maxmemory is too much. */
const MEMORY_LIMITS = [
  [0.95, 'emergency'],
  [0.9, 'critical'],
  [0.8, 'warning'],
] as const

/** Looks at the server and at what the dataspace takes of it. Never lists keys: the index knows them. */
export async function inspectRedis(session: RedisSession, place: Place): Promise<Inspection> {
  const [info, slow, conflicts] = await askAll(session, [
    ['info'],
    ['slowlog', 'get', SLOW_ENTRIES],
    ['zcard', place.conflicts],
  ])
  const facts = 'refused' in info! ? undefined : factsOf(String(info!.reply))
  return [
    ...serverFindings(facts, 'refused' in info! ? info.refused : ''),
    await rightsFinding(session, place),
    slowFinding(slow!),
    conflictsFinding(place, conflicts!),
    await dataspaceFinding(session, place),
  ]
}

function serverFindings(facts: ReadonlyMap<string, string> | undefined, refused: string): Finding[] {
  if (!facts) return ['version', 'memory', 'eviction', 'hit rate'].map((name) => unknown(name, refused))
  return [versionFinding(facts), memoryFinding(facts), evictionFinding(facts), hitFinding(facts)]
}

function versionFinding(facts: ReadonlyMap<string, string>): Finding {
  const valkey = facts.get('valkey_version')
  const version = valkey ?? facts.get('redis_version')
  if (version === undefined) return unknown('version', 'the server does not say')
  const text = `${valkey === undefined ? 'Redis' : 'Valkey'} ${version}`
  return { name: 'version', severity: 'ok', text, value: version }
}

function memoryFinding(facts: ReadonlyMap<string, string>): Finding {
  const used = Number(facts.get('used_memory'))
  const max = Number(facts.get('maxmemory'))
  if (!(used > 0)) return unknown('memory', 'the server does not say')
  if (!(max > 0)) {
    return {
      name: 'memory',
      severity: 'ok',
      text: `${size(used)}, without a limit`,
      value: { used, max: null },
    }
  }
  const ratio = used / max
  const severity = MEMORY_LIMITS.find(([limit]) => ratio >= limit)?.[1] ?? 'ok'
  return {
    name: 'memory',
    severity,
    text: `${size(used)} of ${size(max)} (${Math.round(ratio * 100)} %)`,
    value: { used, max },
    ...(severity !== 'ok' && { hint: 'Raise maxmemory or remove data: a full Redis takes no writes.' }),
  }
}

function evictionFinding(facts: ReadonlyMap<string, string>): Finding {
  const policy = facts.get('maxmemory_policy')
  if (policy === undefined) return unknown('eviction', 'the server does not say')
  if (!policy.startsWith('allkeys-')) return { name: 'eviction', severity: 'ok', text: policy, value: policy }
  return {
    name: 'eviction',
    severity: 'warning',
    text: `${policy}: a full Redis deletes records of the registry`,
    value: policy,
    hint: 'Set maxmemory-policy to noeviction, or to one of the volatile- policies.',
  }
}

function hitFinding(facts: ReadonlyMap<string, string>): Finding {
  const hits = Number(facts.get('keyspace_hits') ?? 0)
  const misses = Number(facts.get('keyspace_misses') ?? 0)
  const text =
    hits + misses === 0
      ? 'nothing was read yet'
      : `${Math.round((hits / (hits + misses)) * 100)} % of all reads`
  return { name: 'hit rate', severity: 'ok', text, value: { hits, misses } }
}

/** Arguments may be values, so only the names of the commands are told. */
function slowFinding(answer: Answer): Finding {
  if ('refused' in answer) return unknown('slow log', answer.refused)
  const entries = (answer.reply as [number, number, number, string[]][]).map(([, at, micros, words]) => ({
    command: String(words[0]).toUpperCase(),
    ms: micros / 1000,
    at: new Date(at * 1000).toISOString(),
  }))
  const slowest = entries.toSorted((a, b) => b.ms - a.ms)[0]
  const more = entries.length === SLOW_ENTRIES ? ' or more' : ''
  const text = slowest
    ? `${entries.length}${more}, the slowest of the last ones ${slowest.command} with ${slowest.ms} ms`
    : 'empty'
  return { name: 'slow log', severity: 'ok', text, value: entries }
}

function conflictsFinding({ conflicts }: Place, answer: Answer): Finding {
  if ('reply' in answer) {
    const kept = Number(answer.reply)
    if (kept === 0) return { name: 'conflicts', severity: 'ok', text: 'none', value: kept }
    const values = kept === 1 ? '1 value was' : `${kept} values were`
    return {
      name: 'conflicts',
      severity: 'ok',
      text: `${values} replaced by somebody who had not seen what was there`,
      value: kept,
      hint: `Both are kept: ZRANGE ${conflicts} 0 -1`,
    }
  }
  if (!answer.refused.startsWith('WRONGTYPE')) return unknown('conflicts', answer.refused)
  return {
    name: 'conflicts',
    severity: 'warning',
    text: `${conflicts} holds something that is not of mcpstore: they are told, and not kept`,
    value: null,
    hint: `Move it elsewhere: RENAME ${conflicts} somewhere:else`,
  }
}

/** What is kept, and what lies in its place. */
async function dataspaceFinding(session: RedisSession, place: Place): Promise<Finding> {
  const own = [place.meta, place.index, place.nodes, place.sharers]
  const [found, [foreign]] = await Promise.all([
    sizeFinding(session, place),
    foreignAmong(session, place, own).catch((): string[] => []),
  ])
  if (foreign === undefined) return found
  const hint = `Move it elsewhere: RENAME ${foreign} somewhere:else`
  return { ...found, severity: 'warning', text: foreignAt(foreign), hint }
}

async function sizeFinding(session: RedisSession, place: Place): Promise<Finding> {
  const { keys, bytes, refused = '' } = await measure(session, place, SAMPLE)
  if (keys === undefined) return unknown('dataspace', refused)
  const about = keys === 1 ? '1 key' : `${keys} keys`
  const text =
    bytes === undefined
      ? `${about} of records and statistics; their size is unknown (${refused})`
      : `${about} of records and statistics, about ${size(bytes)}`
  return { name: 'dataspace', severity: 'ok', text, value: { keys, bytes: bytes ?? null } }
}

function unknown(name: string, why: string): Finding {
  return { name, severity: 'unknown', text: `unknown (${why})`, value: null }
}

function factsOf(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const at = line.indexOf(':')
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : []
    }),
  )
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`
}
