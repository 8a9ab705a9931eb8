import type { Finding, Inspection } from '../../inspection.ts'
import type { Place } from './place.ts'
import { rightsFinding } from './rights.ts'
import type { RedisSession } from './session.ts'

type Answer = { reply: unknown } | { refused: string }

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
  const [count, info, slow, sample, conflicts] = await askAll(session, [
    ['zcard', place.index],
    ['info'],
    ['slowlog', 'get', SLOW_ENTRIES],
    ['zrandmember', place.index, SAMPLE],
    ['zcard', place.conflicts],
  ])
  const facts = 'refused' in info! ? undefined : factsOf(String(info!.reply))
  return [
    ...serverFindings(facts, 'refused' in info! ? info.refused : ''),
    await rightsFinding(session, place),
    slowFinding(slow!),
    conflictsFinding(place, conflicts!),
    await sizeFinding(session, place, count!, sample!),
  ]
}

/** Asks in one round trip; each question may be refused by itself. */
async function askAll(session: RedisSession, questions: (string | number)[][]): Promise<Answer[]> {
  const results = await session.ask((client) => {
    const pipeline = client.pipeline()
    for (const [command, ...args] of questions) pipeline.call(String(command), ...args)
    return pipeline.exec()
  })
  return results!.map(([error, reply]) => (error ? { refused: error.message } : { reply }))
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
    const text = kept === 0 ? 'none' : `${kept} of two who wrote the same without knowing of each other`
    return { name: 'conflicts', severity: 'ok', text, value: kept }
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

async function sizeFinding(
  session: RedisSession,
  place: Place,
  count: Answer,
  sample: Answer,
): Promise<Finding> {
  if ('refused' in count) return unknown('dataspace', count.refused)
  const keys = Number(count.reply)
  const members = 'refused' in sample ? [] : (sample.reply as string[])
  const own = [place.index, place.meta, place.conflicts, place.nodes]
  const usages = await askAll(session, [
    ...own.map((key) => ['memory', 'usage', key]),
    // A value is one field of its hash: none may be left out.
    ...members.map((member) => ['memory', 'usage', place.key(member), 'samples', 0]),
  ])
  const refused = usages.find((usage) => 'refused' in usage) ?? sample
  const about = keys === 1 ? '1 key' : `${keys} keys`
  if ('refused' in refused) {
    const text = `${about} of records and statistics; their size is unknown (${refused.refused})`
    return { name: 'dataspace', severity: 'ok', text, value: { keys, bytes: null } }
  }
  const bytes = usages.map((usage) => Number('reply' in usage ? usage.reply : 0))
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)
  const each = members.length === 0 ? 0 : sum(bytes.slice(own.length)) / members.length
  const total = Math.round(sum(bytes.slice(0, own.length)) + each * keys)
  const text = `${about} of records and statistics, about ${size(total)}`
  return { name: 'dataspace', severity: 'ok', text, value: { keys, bytes: total } }
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
