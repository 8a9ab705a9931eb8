import { type RedisAddress, redisTarget, targetHash } from '@mcpstore/storage/redis'
import { Cluster, Redis } from 'ioredis'
import { expect, it } from 'vitest'

const node = { host: 'a.example', port: 7000 }

it.each<[RedisAddress, { label: string; db?: number; username?: string; password?: string }]>([
  [{ url: 'redis://h' }, { label: 'redis://h:6379/0', db: 0 }],
  [{ url: 'redis://:p%40ss@h:1/3' }, { label: 'redis://h:1/3', db: 3, password: 'p@ss' }],
  [
    { url: 'redis://u:p@h', password: 'own' },
    { label: 'redis://h:6379/0', username: 'u', password: 'own' },
  ],
  [{ url: 'redis://h?password=p&db=2' }, { label: 'redis://h:6379/2', db: 2, password: 'p' }],
  [{ url: 'rediss://[::1]:6380/0' }, { label: 'rediss://[::1]:6380/0' }],
  [{ url: 'redis://h', tls: {} }, { label: 'rediss://h:6379/0' }],
  [{ url: 'unix:///run/redis.sock?db=1' }, { label: 'unix:///run/redis.sock/1', db: 1 }],
  [
    { cluster: [node], password: 'p' },
    { label: 'cluster://a.example:7000', password: 'p' },
  ],
  [{ sentinels: [node], sentinelName: 'm' }, { label: 'sentinel://m@a.example:7000/0' }],
])('%j', (address, expected) => {
  expect(redisTarget(address)).toMatchObject(expected)
})

it.each<[RedisAddress, string]>([
  [{}, 'exactly one of'],
  [{ url: 'redis://h', cluster: [node] }, 'exactly one of'],
  [{ url: 'http://h' }, 'must begin with redis://'],
  [{ url: 'secret' }, 'must begin with redis://'],
  [{ url: 'redis:secret' }, 'must begin with redis://'],
  [{ url: 'redis://h:99999' }, 'has a host or a port that is none'],
  [{ url: 'redis://:secret@h o' }, 'has a host or a port that is none'],
  [{ url: 'redis://:se#cret@h' }, 'percent-encoded'],
  [{ url: 'redis://:secret%@h' }, 'percent-encoded'],
  [{ url: 'redis://h?ssl=secret' }, 'means nothing here: ssl'],
  [{ url: 'redis://h/secret' }, 'must be a number'],
  [{ url: 'redis://secret@h' }, 'needs a password'],
  [{ url: 'unix://run/redis.sock' }, 'the whole path'],
  [{ url: 'unix:///run/redis.sock', tls: {} }, 'takes no tls'],
  [{ cluster: [] }, 'cluster is empty'],
  [{ cluster: [node], username: 'u' }, 'needs a password'],
  [{ sentinels: [node] }, 'need sentinelName'],
  [{ url: 'redis://h', sentinelName: 'm' }, 'sentinelName means nothing without sentinels'],
  [{ client: {} as never }, 'no client of ioredis'],
  [{ client: {} as never, password: 'secret' }, 'a client has its own'],
])('%j is refused', (address, message) => {
  const attempt = () => redisTarget(address)
  expect(attempt).toThrow(message)
  expect(attempt).not.toThrow('secret')
})

it('a client of the host behind sentinels is named by them, not by a server of this machine', () => {
  const client = new Redis({ sentinels: [node], name: 'm', db: 2, lazyConnect: true })
  const target = redisTarget({ client })
  expect(target.label).toBe('sentinel://m@a.example:7000/2')
  expect(targetHash(target)).toBe(
    targetHash(redisTarget({ url: 'redis://h/2', sentinels: [node], sentinelName: 'm' })),
  )
  client.disconnect()
})

it('the same Redis has one short name, whoever asks for it', () => {
  const names = ['redis://h', 'redis://:p@h:6379/0', 'redis://u:q@h:6379'].map((url) =>
    targetHash(redisTarget({ url })),
  )
  expect(new Set(names).size).toBe(1)
  expect(targetHash(redisTarget({ url: 'redis://h/1' }))).not.toBe(names[0])
})

it('a cluster of the host is named by its nodes, without their passwords', () => {
  const nodes = ['redis://me:secret@b.example:7001', { host: 'a.example' }, 7002]
  const client = new Cluster(nodes, { lazyConnect: true })
  const { label } = redisTarget({ client })
  expect(label).toBe('cluster://a.example:6379,b.example:7001,localhost:7002')
  client.disconnect()
})
