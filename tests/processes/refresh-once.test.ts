import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type LibraryHost, startHost } from '../support/host.ts'
import { type ListAnswer, ListServer, later } from '../support/list-server.ts'
import type { Foreign } from '../support/mcpstore.ts'
import { stateOf, until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

const kinds = ['a file', ...(hasRedisServer ? ['Redis'] : [])]
const names = Array.from({ length: 10 }, (_, number) => `s${number}`)

const toolsOf = async (host: LibraryHost, ...args: unknown[]): Promise<string[]> =>
  (await host.do('listTools', ...args)).list.map(({ tool }: Foreign) => tool)

describe.each(kinds)('in %s', (kind) => {
  /** A box, a server, and how to start hosts of one dataspace. */
  async function scene() {
    const box = new Box()
    const server = await new ListServer().start()
    const redis: RedisServer | undefined = kind === 'Redis' ? await startRedis() : undefined
    const place = redis
      ? { local: false, redis: redis.url, dataspace: 'default', mirror: false, trust: 'dataspace' }
      : {}
    const host = (options: object = {}) => startHost(box, { ...place, ...options })
    const add = async (first: LibraryHost, wanted: readonly string[]) => {
      for (const name of wanted) await first.do('addService', { name, url: server.service(name).url })
    }
    const dispose = async () => {
      await box[Symbol.asyncDispose]()
      await redis?.stop()
      await server[Symbol.asyncDispose]()
    }
    return { server, host, add, [Symbol.asyncDispose]: dispose }
  }

  it('20 processes that boot together over 10 services ask the 10 services 10 times', async () => {
    await using place = await scene()
    const { server } = place
    await place.add(await place.host(), names)
    const hosts = await Promise.all(Array.from({ length: 20 }, () => place.host()))
    const lists = await Promise.all(hosts.map((host) => toolsOf(host)))
    for (const list of lists) expect(list).toEqual(names.map((name) => `tool-of-${name}`))
    expect(names.map((name) => server.service(name).asked)).toEqual(names.map(() => 1))
  }, 120_000)

  it('processes that wait for one service are all connected to it, and ask for its tools once', async () => {
    await using place = await scene()
    await place.add(await place.host(), ['a'])
    const hosts = await Promise.all(Array.from({ length: 5 }, () => place.host()))
    await Promise.all(hosts.map((host) => host.do('waitService', 'a', { timeout: 30_000 })))
    const infos = await Promise.all(hosts.map((host) => host.do('serviceInfo', 'a')))
    expect(infos.map(({ facts }: Foreign) => facts.phase)).toEqual(hosts.map(() => 'connected'))
    expect(place.server.service('a').asked).toBe(1)
  }, 60_000)

  it.each(['stands still', 'is killed'])(
    'who %s while it asks is replaced; when it wakes up its list replaces nothing',
    async (how) => {
      await using place = await scene()
      const { server } = place
      const old = later<ListAnswer>()
      server.service('a', { answer: (asked) => (asked === 1 ? old.promise : ['new']) })
      const [holder, other] = [await place.host(), await place.host()]
      await place.add(holder, ['a'])
      await until('the other knows it', async () => (await other.do('listServices')).list.length === 1)
      const held = holder.ask('listTools').catch(() => undefined)
      await server.asked('a', 1)
      holder.child.kill(how === 'is killed' ? 'SIGKILL' : 'SIGSTOP')
      if (how === 'stands still') await until('it stands', () => stateOf(holder.child.pid!) === 'T')
      expect(await toolsOf(other)).toEqual(['new'])
      expect(server.service('a').asked).toBe(2)
      old.resolve(['old'])
      if (how === 'stands still') {
        holder.child.kill('SIGCONT')
        await held
        // Its own list is shown until it hears that there is a later one.
        await until('it has the later list', async () => (await toolsOf(holder))[0] === 'new')
      }
      expect(await toolsOf(other)).toEqual(['new'])
      expect(await toolsOf(await place.host())).toEqual(['new'])
      expect(server.service('a').asked).toBe(2)
    },
    60_000,
  )

  it('whose server never answers keeps nobody: each has time of its own left to ask', async () => {
    await using place = await scene()
    const { server } = place
    server.service('a', { answer: (asked) => (asked === 1 ? 'nothing' : ['new']) })
    const [holder, other] = [await place.host(), await place.host()]
    await place.add(holder, ['a', 'b'])
    await until('the other knows them', async () => (await other.do('listServices')).list.length === 2)
    // What it takes to ask is loaded by now.
    expect(await toolsOf(other, 'b')).toEqual(['tool-of-b'])
    const held = holder.ask('listTools', 'a', { timeout: 60_000 }).catch(() => undefined)
    await server.asked('a', 1)
    expect(await toolsOf(other, 'a', { timeout: 8000 })).toEqual(['new'])
    expect(server.service('a').asked).toBe(2)
    holder.child.kill('SIGKILL')
    await held
  }, 60_000)

  it('a service that is removed elsewhere ends the asking at once, and its list never comes back', async () => {
    await using place = await scene()
    const { server } = place
    const late = later<ListAnswer>()
    server.service('a', { answer: () => late.promise })
    const [holder, waiting, other] = [await place.host(), await place.host(), await place.host()]
    await place.add(other, ['a'])
    for (const host of [holder, waiting]) {
      await until('all know it', async () => (await host.do('listServices')).list.length === 1)
    }
    const held = holder.ask('listTools', 'a', { timeout: 600_000 })
    await server.asked('a', 1)
    const waited = waiting.ask('listTools', 'a', { timeout: 600_000 })
    await other.do('deleteService', 'a')
    for (const { error } of await Promise.all([held, waited])) {
      const message = 'service "a" was removed while its tools were asked for'
      expect(error).toMatchObject({ code: 'unknown_service', message })
    }
    late.resolve(['ghost'])
    for (const host of [holder, waiting, other, await place.host()]) {
      expect((await host.do('listTools')).list).toEqual([])
    }
    expect(server.service('a').asked).toBe(1)
  }, 60_000)

  it('a server that is another version by now outdates the list for every process', async () => {
    await using place = await scene()
    const { server } = place
    const service = server.service('a', { answer: (asked) => [`tool-${asked}`] })
    const [first, second] = [await place.host(), await place.host({ refreshBehind: false })]
    await place.add(first, ['a'])
    await until('the other knows it', async () => (await second.do('listServices')).list.length === 1)
    expect(await toolsOf(first)).toEqual(['tool-1'])
    await until('the list has come', async () => (await second.do('serviceInfo', 'a')).toolCount === 1)
    expect((await second.do('listTools')).services[0].source).toBe('cache')
    service.version = '2'
    const third = await place.host({ refreshBehind: false })
    // It connects, sees another version, and asks nothing more.
    await third.do('connectService', 'a')
    await until('the mark has come', async () => (await toolsOf(second))[0] === 'tool-2')
    expect(await toolsOf(third)).toEqual(['tool-2'])
    expect(service.asked).toBe(2)
  }, 60_000)
})

describe.skipIf(!hasRedisServer)('while Redis is away', () => {
  it('nobody waits for a lease: each asks for himself', async () => {
    await using box = new Box()
    await using redis = await startRedis()
    await using server = await new ListServer().start()
    const place = { local: false, redis: redis.url, dataspace: 'default', mirror: false, trust: 'dataspace' }
    const hosts = [await startHost(box, place), await startHost(box, place)] as const
    await hosts[0].do('addService', { name: 'a', url: server.service('a').url })
    await until('the other knows it', async () => (await hosts[1].do('listServices')).list.length === 1)
    await redis.kill()
    for (const host of hosts) {
      await until('it is known to be down', async () => (await host.do('status')).state === 'down')
      expect(await toolsOf(host)).toEqual(['tool-of-a'])
    }
    expect(server.service('a').asked).toBe(2)
  }, 60_000)
})
