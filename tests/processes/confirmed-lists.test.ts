import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type LibraryHost, startHost } from '../support/host.ts'
import { ListServer } from '../support/list-server.ts'
import type { Foreign } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const toolsOf = async (host: LibraryHost, ...args: unknown[]): Promise<string[]> =>
  (await host.do('listTools', ...args)).list.map(({ tool }: Foreign) => tool)
const infoOf = (host: LibraryHost): Promise<Foreign> => host.do('serviceInfo', 'a')

describe.each(['a file', ...(hasRedisServer ? ['Redis'] : [])])('in %s', (kind) => {
  it('a list that one process found to be the same is as new for all, also for who comes when it is gone', async () => {
    await using box = new Box()
    await using server = await new ListServer().start()
    const redis = kind === 'Redis' ? await startRedis() : undefined
    try {
      const shared = {
        local: false,
        redis: redis?.url,
        dataspace: 'default',
        mirror: false,
        trust: 'dataspace',
      }
      const host = () => startHost(box, redis ? shared : {})
      const [first, second] = [await host(), await host()]
      const service = server.service('a')
      await first.do('addService', { name: 'a', url: service.url })
      expect(await toolsOf(first)).toEqual(['tool-of-a'])
      await until('the other has it', async () => (await infoOf(second)).toolCount === 1)
      const before = (await infoOf(second)).fetchedAt
      const stamp = await redis?.command('HGET', 'default:default:services:a:cache', 's')
      await until('time has passed', () => new Date().toISOString() > before)

      expect(await toolsOf(first, 'a', { fresh: true })).toEqual(['tool-of-a'])
      const { fetchedAt } = await infoOf(first)
      expect(fetchedAt > before).toBe(true)
      if (redis) expect(stamp).toEqual(expect.any(String))
      expect(await redis?.command('HGET', 'default:default:services:a:cache', 's')).toEqual(stamp)
      await until('the other has heard of it', async () => (await infoOf(second)).fetchedAt === fetchedAt)
      first.child.kill('SIGKILL')
      const third = await host()
      for (const one of [second, third]) {
        expect(await infoOf(one)).toMatchObject({ fetchedAt, toolCount: 1, facts: { tools: 'fresh' } })
        expect(await toolsOf(one)).toEqual(['tool-of-a'])
      }
      expect(service.asked).toBe(2)

      // Both at once, and then one of them when it is another.
      await Promise.all([second, third].map((one) => toolsOf(one, 'a', { fresh: true })))
      await until('they agree', async () => {
        const [one, other] = [await infoOf(second), await infoOf(third)]
        return one.fetchedAt > fetchedAt && one.fetchedAt === other.fetchedAt
      })
      service.answer = () => ['one', 'two']
      expect(await toolsOf(second, 'a', { fresh: true })).toEqual(['one', 'two'])
      await until('the other has it', async () => (await toolsOf(third)).length === 2)
      expect(await toolsOf(await host())).toEqual(['one', 'two'])
    } finally {
      await redis?.stop()
    }
  }, 60_000)
})
