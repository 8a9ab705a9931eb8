import { MemoryTables, memoryBackend, systemTime } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { type Operation, operations, perform, START, stateOf } from './support/script-operations.ts'

const soak = process.env['MCPSTORE_SOAK'] !== undefined
const runs = soak ? 5000 : 300

describe.skipIf(!hasRedisServer)('the scripts in a real server', () => {
  let server: RedisServer
  let dataspaces = 0
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  async function check(steps: Operation[]): Promise<Set<string>> {
    let now = START
    const place = { namespace: 'model', dataspace: `${++dataspaces}` }
    const target = redisTarget({ url: server.url })
    const redis = redisBackend({ target, ...place, serverNow: () => now })
    const tables = new MemoryTables()
    const memory = memoryBackend({ tables, time: { ...systemTime, now: () => now } })
    const verdicts = new Set<string>()
    try {
      await redis.open()
      for (const step of steps) {
        now = step.at
        const [actual, expected] = [await perform(redis, step), await perform(memory, step)]
        expect(actual).toEqual(expected)
        for (const each of [expected].flat())
          verdicts.add(String((each as { verdict?: string }).verdict ?? each))
      }
      // Redis knows when a config began and counts under that; the tables do not, where stamps do not rise.
      const odd = steps.some(
        (step) => 'clear' in step || ('merge' in step && step.merge.some((write) => write.if)),
      )
      const without = odd ? ['counters'] : []
      expect(await stateOf(redis, without)).toEqual(await stateOf(memory, without))
    } finally {
      await redis.close()
    }
    return verdicts
  }

  test('say and store what the rules in JavaScript do, for any requests at any time', {
    timeout: soak ? 600_000 : 30_000,
  }, async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(operations, async (steps) => {
        for (const verdict of await check(steps)) seen.add(verdict)
      }),
      { numRuns: runs, ...(process.env['MCPSTORE_SEED'] && { seed: Number(process.env['MCPSTORE_SEED']) }) },
    )
    const all = [
      'accepted',
      'duplicate',
      'stale',
      'cleared',
      'orphan',
      'future',
      'failed_condition',
      'true',
      'false',
    ]
    expect([...seen]).toEqual(expect.arrayContaining(all))
  })
})
