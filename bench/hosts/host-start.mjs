import { cannot } from '../interleaved.mjs'
import { hasRedisServer } from '../redis/server.mjs'
import { withRedis } from '../redis/with-redis.mjs'
import { firstList } from './first-list.mjs'
import { sameTools } from './open-hosts.mjs'
import { besideOthers, eachOther, ourHost } from './sides.mjs'

/** Longer than any measurement: no list becomes stale. */
export const TTL_MS = 3_600_000

/**
 * What a host takes from the start of its process to its first tool list, beside hosts without mcpstore on the same servers: `what`
 * they are. All have the same tools. `targets` are those of a start where the lists are known.
 */
export function hostStartQuestions(what, targets = {}) {
  const start = `a host of ${what}, from its start to its first tool list`
  return [
    { question: `${start}: known to a file`, comparedWith: besideOthers(targets) },
    { question: `${start}, without loading libraries: known to a file`, comparedWith: besideOthers() },
    { question: `${start}: known to Redis`, comparedWith: besideOthers(targets) },
    { question: `${start}: known nowhere`, comparedWith: besideOthers() },
  ]
}

/** Measures them, in at most so many `rounds`. */
export async function measureHostStart(sandbox, servers, rounds) {
  if (!hasRedisServer()) return measure(sandbox, servers, { rounds })
  return withRedis(sandbox, ({ port }) => measure(sandbox, servers, { rounds, port }))
}

async function measure(sandbox, servers, { rounds, port }) {
  const inFile = { local: true, home: sandbox.folder('in-file'), toolTtlMs: TTL_MS }
  const inRedis = { redis: `redis://127.0.0.1:${port}`, dataspace: 'host', toolTtlMs: TTL_MS }
  const { tools: wanted } = await firstList(sandbox, ourHost, servers, { options: inFile, empty: true })
  const inside = {}
  let homes = 0
  const start = (module, side, settingsOf) => {
    return async ({ counts }) => {
      const { tools, whole, inside: ms, rss } = await firstList(sandbox, module, servers, settingsOf?.())
      sameTools(tools, wanted, module)
      if (counts) inside[side] = [...(inside[side] ?? []), ms]
      return { value: whole, memory: rss }
    }
  }
  const ours = (side, settingsOf) => start(ourHost, side, settingsOf)
  if (port) await ours('redis', () => ({ options: inRedis, empty: true }))({ counts: false })
  const measured = await sandbox.interleaved(
    {
      file: ours('file', () => ({ options: inFile })),
      redis: port
        ? ours('redis', () => ({ options: inRedis }))
        : cannot('there is no redis-server on the PATH, nor at REDIS_SERVER'),
      nowhere: ours('nowhere', () => {
        homes += 1
        return { options: { local: true, home: sandbox.folder(`home-${homes}`) }, empty: true }
      }),
      ...eachOther(sandbox, (module, side) => start(module, side)),
    },
    { rounds },
  )
  const insides = Object.entries(inside).map(([side, values]) => [side, { values, each: values }])
  return [
    { ...measured, ours: measured.file },
    { ...Object.fromEntries(insides), ours: { values: inside.file, each: inside.file } },
    { ...measured, ours: measured.redis },
    { ...measured, ours: measured.nowhere },
  ]
}
