import { setupStore } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type Foreign, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

type Store = Awaited<ReturnType<typeof setupStore>>
type Name = Parameters<Store['events']['on']>[0]

/** The next event of that name that is like this. */
function next(store: Store, name: Name, like: object): Promise<Foreign> {
  return new Promise((resolve) => {
    const stop = store.events.on(name, (event) => {
      if (!Object.entries(like).every(([field, value]) => (event as Foreign)[field] === value)) return
      stop()
      resolve(event)
    })
  })
}

it('what commands do is told to a program that shares their file, and ends its waits', async () => {
  await using box = new Box()
  await using store = await setupStore({ local: true, home: box.home, logger: false })
  const ctx = store.forStore()
  const run = (...argv: string[]) => mcpstore(box, argv)
  const config = fixtureServer(box)

  const added = next(store, 'serviceAdded', { service: 'demo' })
  await run('add', JSON.stringify({ demo: config, dead: fixtureServer(box, { dieAtStart: {} }) }))
  expect(await added).toMatchObject({ service: 'demo', status: 'new' })

  const listed = next(store, 'toolsChanged', { service: 'demo' })
  const failing = ctx.waitService('dead', { status: 'failing', timeout: 60_000 })
  await run('check')
  await run('list-tools', 'demo')
  expect((await listed).toolCount).toBeGreaterThan(5)
  expect((await failing).facts.lastError?.code).toBe('unreachable')
  expect(box.running(), 'the program itself has started nothing').toEqual([])

  const updated = next(store, 'serviceUpdated', { service: 'demo' })
  await run('add', JSON.stringify({ demo: { ...config, description: 'another' } }))
  await updated
  const removed = next(store, 'serviceRemoved', { service: 'demo' })
  await run('remove', 'demo')
  expect(await removed).toMatchObject({ service: 'demo' })
})

it('a restart by a command leaves the connection of a program alone', async () => {
  await using box = new Box()
  await using store = await setupStore({ local: true, home: box.home, logger: false })
  await store.forStore().addService({ demo: fixtureServer(box) })
  await store.forStore().connectService('demo')
  const [own] = box.starts()
  const restarted = await mcpstore(box, ['restart', 'demo'])
  expect(restarted).toMatchObject({ exit: 0, stderr: '' })
  expect(restarted.stdout).toMatch(/^ok demo \d+ tools\n$/)
  expect(box.starts()).toHaveLength(2)
  expect(box.running()).toEqual([own])
})

describe.skipIf(!hasRedisServer)('with Redis', () => {
  it('an outage and its end are told, and what was done meanwhile elsewhere', async () => {
    await using box = new Box()
    await using redis = await startRedis({ config: ['appendonly yes', 'appendfsync always'] })
    const options = { namespace: 'n', dataspace: 'd', home: box.home, logger: false as const }
    await using here = await setupStore({ redis: redis.url, ...options })
    await using there = await setupStore({ redis: redis.url, ...options, mirror: false })
    const states: string[] = []
    here.events.on('storageChanged', ({ before, state }) => states.push(`${before} > ${state}`))
    const down = next(here, 'storageChanged', { state: 'down' })
    await redis.kill()
    expect(await down).toEqual({
      state: 'down',
      before: 'up',
      backend: 'memory',
      reason: expect.any(String),
    })
    await there.forStore().addService({ late: { url: 'https://example.com/mcp' } })
    const up = next(here, 'storageChanged', { state: 'up' })
    const added = next(here, 'serviceAdded', { service: 'late' })
    await redis.restart()
    expect(await up).toMatchObject({ backend: 'redis', reason: null })
    await added
    expect(states[0]).toBe('up > down')
    expect(states.some((state) => state.includes('suspect'))).toBe(false)
  })
})
