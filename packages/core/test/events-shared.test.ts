import { Dataspace, type Json, parseRecordKey, sqliteBackend } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import type { Store, StoreEventMap, StoreEventName } from '../src/index.ts'
import { later } from './connections-fixtures.ts'
import { open, scratch, server } from './stores.ts'

const kinds = ['a file', ...(hasRedisServer ? ['Redis'] : [])]

/** The next event of that name that is like this. */
function next<Name extends StoreEventName>(
  { events }: Store,
  name: Name,
  like: Partial<StoreEventMap[Name]> = {},
): Promise<StoreEventMap[Name]> {
  return new Promise((resolve) => {
    const stop = events.on(name, (event) => {
      const isLike = Object.entries(like).every(
        ([field, value]) =>
          JSON.stringify((event as unknown as Record<string, unknown>)[field]) === JSON.stringify(value),
      )
      if (!isLike) return
      stop()
      resolve(event)
    })
  })
}

describe.each(kinds)('what another process does in %s appears by itself', (kind) => {
  let redis: RedisServer | undefined
  let places = 0
  beforeAll(async () => {
    if (kind === 'Redis') redis = await startRedis()
  })
  afterAll(() => redis?.stop())

  /** A dataspace of its own, and how to open it as a store or as the tier below. */
  function place() {
    const home = scratch()
    const dataspace = `d${places++}`
    return {
      prefix: `n:${dataspace}:`,
      store: () =>
        open(
          redis
            ? { redis: redis.url, namespace: 'n', dataspace, mirror: false, trust: 'dataspace' }
            : { local: `${home}/a.db` },
        ),
      tier: async () => {
        const backend = redis
          ? redisBackend({ target: redisTarget({ url: redis.url }), namespace: 'n', dataspace })
          : sqliteBackend({ file: `${home}/a.db` })
        const tier = await new Dataspace({ backend, namespace: 'n', dataspace }).open()
        later(() => tier.close())
        return tier
      },
    }
  }

  it('assignments, also those that end with their service and begin anew', async () => {
    const { store } = place()
    const [here, there] = [await store(), await store()]
    const ctx = there.forStore()
    await ctx.addService({ demo: { url: 'https://example.com/mcp' } })
    const agent = there.forAgent('researcher')
    const event = { agent: 'researcher', service: 'demo' }

    const assigned = next(here, 'assignmentChanged')
    await agent.assignService('demo', { allow: ['get_*'] })
    expect(await assigned).toEqual({ ...event, assigned: { allow: ['get_*'], deny: [] } })
    expect(await here.listAgents()).toEqual([
      { id: 'researcher', services: [], assigned: [{ name: 'demo', allow: ['get_*'], deny: [] }] },
    ])
    const wider = next(here, 'assignmentChanged')
    await agent.assignService('demo')
    expect(await wider).toEqual({ ...event, assigned: { allow: ['*'], deny: [] } })
    const ended = next(here, 'assignmentChanged')
    await ctx.deleteService('demo')
    expect(await ended, 'it ends with the service').toEqual({ ...event, assigned: null })
    expect(await here.listAgents()).toEqual([])
  })

  it('statistics, as totals of all processes', async () => {
    const { store } = place()
    const [here, there] = [await store(), await store()]
    await there.forStore().addService({ demo: server() })
    const named = { name: 'demo/echo', service: 'demo', scope: 'store', tool: 'echo', errors: 0 }
    const first = next(here, 'statsChanged', { calls: 1 })
    await there.forStore().useTool('demo/echo', { text: 'a' })
    expect(await first).toEqual({ ...named, calls: 1 })
    expect(await here.forStore().toolStats()).toMatchObject([{ name: 'demo/echo', calls: 1 }])
    const own = next(here, 'statsChanged', { calls: 2 })
    const all = next(there, 'statsChanged', { calls: 2 })
    await here.forStore().useTool('demo/echo', { text: 'b' })
    expect(await own).toEqual({ ...named, calls: 2 })
    expect(await all).toEqual({ ...named, calls: 2 })
  })

  it('5,000 changes come as few looks, and the last of each is told', async () => {
    const { store, tier } = place()
    const here = await store()
    const writer = await tier()
    const told: string[] = []
    for (const name of ['serviceAdded', 'serviceUpdated'] as const) {
      here.events.on(name, ({ service }) => void told.push(service))
    }
    const services = Array.from({ length: 10 }, (_, n) => `s${n}`)
    const done = Promise.all(
      services.map(async (service) => {
        const isLast = async () => {
          const { config } = await here
            .forStore()
            .serviceInfo(service)
            .catch(() => ({ config: {} as object }))
          return 'description' in config && config.description === 'last'
        }
        while (!(await isLast())) {
          await Promise.race([
            next(here, 'serviceAdded', { service }),
            next(here, 'serviceUpdated', { service }),
          ])
        }
      }),
    )
    const puts: Promise<unknown>[] = []
    for (let change = 0; change < 5000; change++) {
      const service = services[change % services.length]!
      const description = change >= 4990 ? 'last' : String(change)
      const value = { type: 'http', url: `https://example.com/${change}`, description } as Json
      puts.push(writer.put(`services:${service}:config`, value))
    }
    await Promise.all(puts)
    await done
    expect(new Set(told).size).toBe(services.length)
    expect(told.length, '5,000 changes').toBeLessThan(500)
  })

  it('what is malformed is handed over as such, with its key, and breaks nothing', async () => {
    const { prefix, store, tier } = place()
    const here = await store()
    const stranger = await tier()
    const told: StoreEventMap['malformed'][] = []
    here.events.on('malformed', (event) => void told.push(event))
    const bad: Record<string, Json> = {
      number: 5,
      list: [],
      command: { type: 'stdio', command: 5 },
      prototype: JSON.parse('{"__proto__": {"url": "https://example.com/"}, "constructor": 1}'),
      control: { type: 'http', url: '\u001b[2Jhttps://example.com/' },
    }
    for (const [name, value] of Object.entries(bad)) await stranger.put(`services:${name}:config`, value)
    const assignment = 'agents:a:services:x:assignment'
    await stranger.put(assignment, { allow: 'all' })
    const good = await stranger.put('services:good:config', { type: 'http', url: 'https://example.com/' })
    const state = 'services:good:state'
    await stranger.put(state, { health: 'splendid', __proto__: null } as unknown as Json, {
      basis: good.stamp,
    })
    const keys = [...Object.keys(bad).map((name) => `services:${name}:config`), assignment, state]
    await expect.poll(() => told.map(({ key }) => key).sort()).toEqual(keys.sort())
    for (const { key, problem } of told) expect(problem, key).toMatch(/^\S.+/)
    expect(({} as Record<string, unknown>)['url']).toBeUndefined()
    expect((await here.forStore().listServices()).map(({ name }) => name)).toEqual(['good'])

    const again = next(here, 'serviceAdded', { service: 'number' })
    await stranger.put('services:number:config', { type: 'http', url: 'https://example.com/' })
    await again
    expect(told, 'each was told once').toHaveLength(keys.length)
    expect(keys.every((key) => key.startsWith(prefix) || parseRecordKey(key))).toBe(true)
  })

  it('a tool list that is none is handed over as such, named, and its server is asked', async () => {
    const { store, tier } = place()
    const [here, lists] = [await store(), server()]
    const stranger = await tier()
    const told: StoreEventMap['malformed'][] = []
    here.events.on('malformed', (event) => void told.push(event))
    await here.forStore().addService({ lists })
    const cache = 'services:lists:cache'
    await expect.poll(() => stranger.get('services:lists:config')).toBeDefined()
    const basis = stranger.get('services:lists:config')!.stamp
    const terms = { server: {}, fetchedAt: new Date().toISOString(), ttlMs: 1e6 }
    const spoiled: Json[] = [
      { ...terms, tools: 'none' },
      { ...terms, tools: [{ name: 5 }] },
      { ...terms, ttlMs: '1', tools: [] },
      { ...terms, fetchedAt: 'never', tools: [] },
      [],
      null,
      'text',
    ]
    const problem = 'it is no list of tools'
    for (const [at, value] of spoiled.entries()) {
      await stranger.put(cache, value, { basis })
      await expect.poll(() => told.length).toBe(at + 1)
      expect(told.at(-1)).toEqual({ key: cache, problem })
      expect(here.status().quarantined).toEqual([{ key: cache, problem }])
      expect((await here.forStore().serviceInfo('lists')).toolCount).toBeNull()
      // A sound one in its place ends it.
      const renewed = next(here, 'toolsChanged')
      const tools = await here.forStore().listTools('lists')
      expect(tools.services).toMatchObject([{ source: 'live' }])
      expect(tools.length).toBeGreaterThan(0)
      expect(here.status().quarantined).toEqual([])
      await renewed
    }
    expect(told).toHaveLength(spoiled.length)
  })

  const messageTest = kind === 'Redis' ? it : undefined
  messageTest?.('so are messages that are no revision, and records that are no JSON', async () => {
    const { prefix, store, tier } = place()
    const here = await store()
    const stranger = await tier()
    const told: StoreEventMap['malformed'][] = []
    here.events.on('malformed', (event) => void told.push(event))
    const messages = ['nonsense', '-1', '1e3', '9'.repeat(400), `{"__proto__":1}${'x'.repeat(100_000)}`]
    for (const message of messages) {
      const before = told.length
      await redis!.command('PUBLISH', `${prefix}changes`, message)
      await expect.poll(() => told.length).toBe(before + 1)
      expect(told.at(-1)!.key).toBe(`${prefix}changes`)
      expect(told.at(-1)!.problem.length).toBeLessThan(200)
    }
    // One that no revision will ever reach: it is looked for once.
    await redis!.command('PUBLISH', `${prefix}changes`, Number.MAX_SAFE_INTEGER)

    await stranger.put('services:broken:config', { type: 'http', url: 'https://example.com/' })
    await expect.poll(async () => (await here.forStore().listServices()).length).toBe(1)
    const broken = next(here, 'malformed', { key: 'services:broken:config' })
    const { stamp } = await stranger.put('services:broken:config', {
      type: 'http',
      url: 'https://example.com/2',
    })
    await next(here, 'serviceUpdated', { service: 'broken' })
    const later = `${stamp.slice(0, 12)}0fff${stamp.slice(16)}`
    await redis!.command(
      'HSET',
      `${prefix}services:broken:config`,
      'v',
      '{"type":"http"',
      's',
      later,
      'r',
      999,
    )
    await redis!.command('ZADD', `${prefix}index`, 999, 'services:broken:config')
    await redis!.command('HSET', `${prefix}meta`, 'rev', 999)
    await redis!.command('PUBLISH', `${prefix}changes`, 999)
    expect(await broken).toEqual({ key: 'services:broken:config', problem: 'its value is not JSON' })
    expect(here.status().quarantined).toContainEqual(await broken)
    const added = next(here, 'serviceAdded', { service: 'after' })
    await stranger.put('services:after:config', { type: 'http', url: 'https://example.com/' })
    await added
  })
})
