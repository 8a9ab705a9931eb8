import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import { ListServer } from '../support/list-server.ts'
import type { Foreign } from '../support/mcpstore.ts'
import { startProxiedRedis } from '../support/proxied-redis.ts'
import { hasRedisServer } from '../support/redis-server.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'

const names = Array.from({ length: 10 }, (_, at) => `s${at}`)
const toolsOf = (service: string) => Array.from({ length: 20 }, (_, at) => `${service}-tool-${at}`)

/** The round trips on the connection that read the lists, from when it was known which dataspace there is. */
function roundTrips({ commands }: TcpProxy): number {
  const read = commands.find(({ name, args }) => name === 'HMGET' && args[0]?.endsWith(':cache'))
  const own = commands.filter(({ connection }) => connection === read?.connection)
  const feed = own.findIndex(({ name, args }) => name.startsWith('EVAL') && args[2]?.endsWith(':index'))
  expect(feed).toBeGreaterThan(0)
  return new Set(own.slice(feed).map(({ batch }) => batch)).size
}

describe.skipIf(!hasRedisServer)('a process that starts where another has fetched the tools', () => {
  it.each([true, false])(
    'lists them in three round trips after the handshake, and starts no server (refreshBehind: %s)',
    async (refreshBehind) => {
      await using box = new Box()
      await using server = await new ListServer().start()
      await using place = await startProxiedRedis()
      const { redis, proxy } = place
      const host = (redisUrl: string) =>
        startHost(box, {
          local: false,
          redis: redisUrl,
          dataspace: 'd',
          mirror: false,
          trust: 'dataspace',
          refreshBehind,
        })
      const writer = await host(redis.url)
      for (const name of names) {
        const { url } = server.service(name, { answer: () => toolsOf(name) })
        await writer.do('addService', { name, url })
      }
      await writer.do('listTools')
      expect(proxy.commands).toEqual([])
      const reader = await host(proxy.url)
      const { list, services } = await reader.do('listTools')
      expect(roundTrips(proxy)).toBeLessThanOrEqual(3)
      expect(list.map(({ tool }: Foreign) => tool)).toEqual(names.flatMap(toolsOf))
      expect(services.map(({ source, stale }: Foreign) => [source, stale])).toEqual(
        names.map(() => ['cache', false]),
      )
      expect(names.map((name) => server.service(name).asked)).toEqual(names.map(() => 1))
    },
    60_000,
  )
})
