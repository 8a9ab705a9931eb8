import type { RedisServer } from '../support/redis-server.ts'
import type { Stored } from './random-history.ts'

const PREFIX = 'faults:shared:'

/** What Redis has of the records, and the counts of `service` if it is there. */
export async function readStored(redis: RedisServer, service: string): Promise<Stored> {
  const members = (await redis.command('ZRANGE', `${PREFIX}index`, 0, -1)) as string[]
  const cleared = String((await redis.command('HGET', `${PREFIX}meta`, 'cleared')) ?? '')
  const records: Stored['records'] = new Map()
  for (const key of members.filter((member) => !member.endsWith(':stats'))) {
    const fields = await redis.command('HMGET', PREFIX + key, 's', 'b', 'd', 'v')
    const [stamp, basis, deleted, json] = fields as (string | null)[]
    if (stamp != null && stamp > cleared)
      records.set(key, { stamp, basis: basis ?? '', json: deleted === '1' ? null : json! })
  }
  const stats = (await redis.command('HGETALL', `${PREFIX}tools:t:stats`)) as string[]
  const pairs = stats.flatMap((name, at) =>
    at % 2 === 0 && name.includes(':') ? [[name, Number(stats[at + 1])]] : [],
  )
  const live = records.get(`services:${service}:config`)?.json != null
  return { records, cleared, counters: live ? Object.fromEntries(pairs) : {} }
}

/** The losers of the conflicts that Redis keeps: their stamps, and their values. */
export async function readLosers(redis: RedisServer): Promise<string[]> {
  const kept = (await redis.command('ZRANGE', `${PREFIX}conflicts`, 0, -1)) as string[]
  return kept.flatMap((text) => {
    const [, stamp, length, values] = /^(\S+) \S+ \S+ (-?\d+) -?\d+ (.*)$/s.exec(text)!
    return Number(length) > 0 ? [stamp!, values!.slice(0, Number(length))] : [stamp!]
  })
}
