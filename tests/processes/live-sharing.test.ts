import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type LibraryHost, startHost } from '../support/host.ts'
import { type ListAnswer, ListServer, later } from '../support/list-server.ts'
import { type Foreign, mcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'
import { Watching } from '../support/watching.ts'

const kinds = ['a file', ...(hasRedisServer ? ['Redis'] : [])]

/** A dataspace, and how processes of one user work in it. */
async function scene(kind: string) {
  const box = new Box()
  const redis: RedisServer | undefined = kind === 'Redis' ? await startRedis() : undefined
  const env: Record<string, string> = redis ? { MCPSTORE_REDIS_URL: redis.url } : {}
  const place = redis ? { local: false, redis: redis.url, dataspace: 'default' } : {}
  const run = async (...argv: string[]) => {
    const outcome = await mcpstore(box, argv, { env })
    expect(outcome, argv.join(' ')).toMatchObject({ exit: 0 })
    return outcome
  }
  const host = (options: object = {}) => startHost(box, { ...place, ...options })
  const watch = async (...argv: string[]) => {
    const watching = new Watching(box, [...argv, '--json'], env)
    await watching.line(/listening/)
    return watching
  }
  const dispose = async () => {
    await box[Symbol.asyncDispose]()
    await redis?.stop()
  }
  return { box, run, host, watch, [Symbol.asyncDispose]: dispose }
}

/** The first service a running process lists, without asking any server. */
const first = async (host: LibraryHost): Promise<Foreign> => (await host.do('listServices')).list[0]

describe.each(kinds)('what one process does in %s', (kind) => {
  it('all that run are told by events, and show in their next listing', async () => {
    await using place = await scene(kind)
    const { box, host, run, watch } = place
    const [here, watching, some] = [await host(), await watch(), await watch('toolsChanged:d*')]

    await run('add', JSON.stringify({ demo: fixtureServer(box) }))
    await watching.line(/"serviceAdded".*"demo"/)
    await until('it is listed', async () => (await first(here))?.name === 'demo')
    expect((await first(here)).toolCount).toBeNull()

    await run('list-tools')
    await watching.line(/"toolsChanged".*"demo"/)
    await some.line(/"toolsChanged".*"demo"/)
    await until('its tools are known', async () => (await first(here)).toolCount > 5)
    const listed = await here.do('listTools')
    expect(listed.services).toMatchObject([{ name: 'demo', source: 'cache' }])
    expect(listed.list.map(({ tool }: Foreign) => tool)).toContain('echo')

    await watching.line(/"statusChanged".*"status":"ok"/)
    await until('its status is known', async () => (await first(here)).status === 'ok')

    await run('use-tool', 'demo/echo', 'text=x')
    await watching.line(/"statsChanged".*"echo"/)
    await until('the call is counted', async () => {
      return (await here.do('toolStats', 'demo/echo')).list[0]?.calls === 1
    })

    await run('assign', 'demo', '--agent', 'a', '--allow', 'echo')
    await watching.line(/"assignmentChanged".*"demo"/)
    await until('it is assigned', async () => (await here.do('listAgents')).list.length === 1)
    expect((await here.doAs('a', 'listTools')).list.map(({ tool }: Foreign) => tool)).toEqual(['echo'])

    await run('add', JSON.stringify({ demo: { ...fixtureServer(box), disabled: true } }))
    await watching.line(/"serviceUpdated".*"demo"/)
    await until('it is disabled', async () => (await first(here)).status === 'disabled')

    await run('remove', 'demo')
    await watching.line(/"serviceRemoved".*"demo"/)
    await until('it is gone', async () => (await first(here)) === undefined)
    expect((await here.do('listTools')).list).toEqual([])
    expect(new Set(some.events.map(({ event }) => event))).toEqual(new Set(['listening', 'toolsChanged']))
    // One for list-tools, one for use-tool; whoever only runs has started nothing.
    expect(box.starts()).toHaveLength(2)
  }, 60_000)
})

describe.each(kinds)('a list that many processes of %s have', (kind) => {
  const names = async (host: LibraryHost, ...args: unknown[]): Promise<string[]> =>
    (await host.do('listTools', ...args)).list.map(({ tool }: Foreign) => tool)
  const sourceIn = async (host: LibraryHost): Promise<Foreign> => (await host.do('listTools')).services[0]

  /** Two processes that know the list of one service, which was asked for once. */
  async function sharing(options: object = {}) {
    const place = await scene(kind)
    const server = await new ListServer().start()
    const service = server.service('a', { answer: (asked) => [`tool-${asked}`] })
    const hosts = [await place.host(options), await place.host(options)] as const
    await hosts[0].do('addService', { name: 'a', url: service.url })
    await until('the other knows it', async () => (await first(hosts[1]))?.name === 'a')
    expect(await names(hosts[0])).toEqual(['tool-1'])
    await until('it has its tools', async () => (await first(hosts[1])).toolCount === 1)
    const dispose = async () => {
      await place[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    }
    return { server, service, hosts, [Symbol.asyncDispose]: dispose }
  }

  it('is renewed for all by who asks for it anew', async () => {
    await using place = await sharing({ refreshBehind: false })
    const [one, other] = place.hosts
    expect(await names(one, 'a', { fresh: true })).toEqual(['tool-2'])
    await until('the other has it', async () => (await names(other))[0] === 'tool-2')
    expect(await sourceIn(other)).toMatchObject({ source: 'cache', stale: false })
    expect(place.service.asked).toBe(2)
  }, 60_000)

  it('is none any more for all when the connection is another one', async () => {
    await using place = await sharing({ refreshBehind: false })
    const [one, other] = place.hosts
    const elsewhere = place.server.service('b')
    await one.do('updateService', 'a', { url: elsewhere.url })
    await until('the other knows of it', async () => (await first(other)).toolCount === null)
    expect(await names(other)).toEqual(['tool-of-b'])
    expect([place.service.asked, elsewhere.asked]).toEqual([1, 1])
    await until('both have its list', async () => (await first(one)).toolCount === 1)
    expect(await names(one)).toEqual(['tool-of-b'])
    expect(elsewhere.asked).toBe(1)
    // What is none for connecting leaves the list alone.
    await one.do('patchService', 'a', { description: 'the same server' })
    await until('it is patched', async () => (await other.do('serviceInfo', 'a')).config.description)
    expect(await sourceIn(other)).toMatchObject({ source: 'cache' })
    expect(elsewhere.asked).toBe(1)
  }, 60_000)

  it('is of those only who have the credentials that it was fetched with', async () => {
    await using place = await scene(kind)
    await using server = await new ListServer().start()
    const service = server.service('a')
    service.answer = () => [`of-${service.credentials.at(-1)?.replace('Bearer ', '')}`]
    const as = (TOKEN: string) => place.host({ env: { TOKEN }, refreshBehind: false, trust: 'dataspace' })
    const [ann, ann2, bob] = [await as('ann'), await as('ann'), await as('bob')]
    await ann.do('addService', { a: { url: service.url, headers: { Authorization: 'Bearer ${TOKEN}' } } })
    for (const host of [ann2, bob]) await until('all know it', async () => (await first(host))?.name === 'a')

    expect(await names(ann)).toEqual(['of-ann'])
    await until('it is shared', async () => (await first(ann2)).toolCount === 1)
    expect([await names(ann2), service.asked]).toEqual([['of-ann'], 1])
    expect((await first(bob)).toolCount).toBeNull()
    expect(await names(bob)).toEqual(['of-bob'])
    expect(service.asked).toBe(2)
    // His took the place of hers, and is none of hers.
    await until('it is not hers', async () => (await first(ann2)).toolCount === null)
    expect(await names(ann2)).toEqual(['of-ann'])
    expect(service.credentials).toEqual(['Bearer ann', 'Bearer bob', 'Bearer ann'])
  }, 60_000)

  it('is stale for all when its time is over, and served while one of them asks', async () => {
    await using place = await sharing({ toolTtlMs: 1 })
    const { hosts, server, service } = place
    const late = later<ListAnswer>()
    service.answer = () => late.promise
    const asked = service.asked
    // However often both list it: one question is under way.
    for (const host of [...hosts, ...hosts, ...hosts]) {
      expect(await sourceIn(host)).toMatchObject({ source: 'cache', stale: true })
      await server.asked('a', asked + 1)
    }
    expect(service.asked).toBe(asked + 1)
    late.resolve(['late'])
    for (const host of hosts) await until('it is new', async () => (await names(host))[0] === 'late')
  }, 60_000)
})

it.each(kinds)(
  'a server that says its tools have changed renews the list of every process of %s',
  async (kind) => {
    await using place = await scene(kind)
    const { box, host } = place
    const [one, other] = [await host(), await host({ refreshBehind: false })]
    await one.do('addService', { demo: fixtureServer(box) })
    await one.do('listTools')
    await until('the other knows it', async () => (await first(other))?.toolCount > 0)
    const { toolCount } = await first(other)
    await one.do('useTool', 'demo/grow')
    await until('the other knows one more', async () => (await first(other)).toolCount === toolCount + 1)
    const listed = await other.do('listTools')
    expect(listed.services).toMatchObject([{ source: 'cache', stale: false }])
    expect(listed.list.map(({ tool }: Foreign) => tool)).toContain('grown-1')
    expect(box.starts()).toHaveLength(1)
  },
  60_000,
)
