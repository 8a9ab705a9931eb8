import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Backend,
  MemoryTables,
  memoryBackend,
  redisAclRules,
  sqliteBackend,
  systemTime,
} from '@mcpstore/storage'
import { type ConformanceSubject, conformanceCases } from '@mcpstore/storage/conformance'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'

type Connect = (now: () => number) => Backend

async function subject(make: (folder: string) => Connect): Promise<ConformanceSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  let now = 0
  const connect = make(folder)
  return {
    connect: () => connect(() => now),
    setNow: (ms) => {
      now = ms
    },
    dispose: () => rm(folder, { recursive: true }),
  }
}

function checkAll(make: (folder: string) => Connect): void {
  test.each(conformanceCases)('$name', async ({ run }) => {
    const place = await subject(make)
    try {
      await run(place)
    } finally {
      await place.dispose()
    }
  })
}

describe('the memory backend', () => {
  checkAll(() => {
    const tables = new MemoryTables()
    return (now) => memoryBackend({ tables, time: { ...systemTime, now } })
  })
})

describe('the sqlite backend', () => {
  checkAll((folder) => (now) => {
    return sqliteBackend({ file: join(folder, 'dataspace.db'), time: { ...systemTime, now }, pollMs: 5 })
  })
})

describe.skipIf(!hasRedisServer).each([
  ['everybody', {}],
  ['a user with the rights that are printed', { username: 'mcpstore', password: 'secret' }],
])('the redis backend, as %s', (_, credentials) => {
  let server: RedisServer
  let dataspaces = 0
  beforeAll(async () => {
    server = await startRedis()
    await server.command('ACL', 'SETUSER', 'mcpstore', 'on', '>secret', ...redisAclRules('conformance'))
  })
  afterAll(() => server?.stop())
  checkAll(() => {
    const options = {
      target: redisTarget({ url: server.url, ...credentials }),
      namespace: 'conformance',
      dataspace: `${++dataspaces}`,
    }
    return (serverNow) => redisBackend({ ...options, serverNow })
  })
})
