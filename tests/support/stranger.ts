import { encodeSegment } from '@mcpstore/storage'
import type { RedisServer } from './redis-server.ts'

/** Somebody who may write to a dataspace, and does it past mcpstore. */
export class Stranger {
  readonly prefix = 'default:default:'
  readonly #redis: RedisServer

  constructor(redis: RedisServer) {
    this.#redis = redis
  }

  /** What is stored under a record's key, as text. */
  async read(record: string): Promise<string> {
    return String(await this.#redis.command('HGET', this.prefix + record, 'v'))
  }

  /** Puts a value in the place of a record, with the facts of another one, written a second later, and tells everybody. */
  async plant(record: string, value: unknown, like: string = record): Promise<void> {
    const key = this.prefix + record
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (record !== like) await this.#redis.command('COPY', this.prefix + like, key, 'REPLACE')
    // A head says what was in the value before.
    await this.#redis.command('HDEL', key, 'h')
    const stamp = String(await this.#redis.command('HGET', key, 's'))
    const later = (Number.parseInt(stamp.slice(0, 12), 16) + 1000).toString(16).padStart(12, '0')
    await this.#redis.command('HSET', key, 'v', text, 's', later + stamp.slice(12))
    await this.#index(record)
  }

  /** Sets a field of a hash of the dataspace's own. */
  async set(key: string, field: string, text: string): Promise<void> {
    await this.#redis.command('HSET', this.prefix + key, field, text)
  }

  /** In one step: who reads between two would take the revision for read. */
  async #index(record: string): Promise<void> {
    const tell = `local rev = redis.call('HINCRBY', KEYS[1], 'rev', 1)
      redis.call('ZADD', KEYS[2], rev, ARGV[1])
      redis.call('PUBLISH', ARGV[2], rev)`
    const keys = [`${this.prefix}meta`, `${this.prefix}index`]
    await this.#redis.command('EVAL', tell, 2, ...keys, record, `${this.prefix}changes`)
  }
}

/** The key of a service's record below its dataspace. */
export function recordOf(service: string, kind: 'config' | 'cache' | 'state' = 'config'): string {
  return `services:${encodeSegment(service)}:${kind}`
}
