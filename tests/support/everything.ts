import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RedisServer } from './redis-server.ts'

/** What lies in the files below a folder, by path. */
export function filesBelow(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
  return new Map(files.map((path) => [path, readFileSync(path, 'latin1')]))
}

const readers: Record<string, (key: string) => [string, ...string[]]> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  set: (key) => ['SMEMBERS', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  zset: (key) => ['ZRANGE', key, '0', '-1'],
  stream: (key) => ['XRANGE', key, '-', '+'],
}

/** What a Redis holds under each key, whatever its type; the key itself is part of it. */
export async function keysOf(redis: RedisServer): Promise<Map<string, string>> {
  const seen = new Map<string, string>()
  let cursor = '0'
  do {
    const [next, keys] = (await redis.command('SCAN', cursor)) as [string, string[]]
    cursor = String(next)
    for (const key of keys) {
      const read = readers[String(await redis.command('TYPE', key))]
      if (read) seen.set(key, `${key}\n${JSON.stringify(await redis.command(...read(key)))}`)
    }
  } while (cursor !== '0')
  return seen
}

/** The ways in which a text may turn up: as it is, in a URL, in hex, and in base64, wherever it begins there. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // The first and the last characters also depend on what stands beside it.
    return encoded.slice(before === 0 ? 0 : before + 1, -4)
  })
  return [text, encodeURIComponent(text), bytes.toString('hex'), ...base64]
}

/** Which of the places hold the text, in any of these forms. */
export function placesOf(text: string, places: ReadonlyMap<string, string>): string[] {
  const forms = formsOf(text)
  return [...places]
    .filter(([, content]) => forms.some((form) => content.includes(form)))
    .map(([place]) => place)
}
