import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setupStore } from '@mcpstore/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type LibraryHost, startHost } from '../support/host.ts'
import { documentOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const kinds = ['a file', ...(hasRedisServer ? ['Redis'] : [])]
const { version } = JSON.parse(readFileSync(new URL('../../apps/cli/package.json', import.meta.url), 'utf8'))

describe.each(kinds)('the processes of a dataspace in %s', (kind) => {
  let redis: RedisServer | undefined
  let dataspaces = 0
  beforeAll(async () => {
    if (kind === 'Redis') redis = await startRedis()
  })
  afterAll(() => redis?.stop())

  function place(box: Box) {
    const dataspace = `d${++dataspaces}`
    const options = redis
      ? { redis: { url: redis.url, healthcheckIntervalMs: 1500 }, mirror: false }
      : { local: true }
    const argv = redis ? ['--redis', redis.url] : []
    const whole = { ...options, dataspace, home: box.home, logger: false as const }
    return {
      options: whole,
      start: () => startHost(box, redis ? { ...whole, local: undefined } : whole),
      cli: (...words: string[]) => mcpstore(box, [...words, ...argv, '--dataspace', dataspace]),
      /** Its own row, as soon as others see it. */
      seen: async (store: { nodes(): Promise<Foreign[]> }, host: LibraryHost): Promise<Foreign> => {
        const rowOf = async () => (await store.nodes()).find(({ pid }) => pid === host.child.pid)
        await until('the process is seen', async () => (await rowOf()) !== undefined)
        return rowOf()
      },
    }
  }

  it('are known with what they told; a killed one is gone, one that was closed is no more', async () => {
    await using box = new Box()
    const { options, cli, seen, start } = place(box)
    await cli('add', 'weather', 'https://example.com/mcp')
    await using store = await setupStore(options)
    const [closed, killed] = [await start(), await start()]
    const row = await seen(store, killed)
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{10}$/),
      self: false,
      alive: true,
      lastBeat: expect.any(String),
      host: hostname(),
      pid: killed.child.pid,
      started: expect.any(String),
      version,
      backend: redis ? 'redis' : 'sqlite',
    })
    await seen(store, closed)
    expect((await store.nodes()).filter(({ self }) => self)).toMatchObject([
      { pid: process.pid, alive: true },
    ])

    await closed.do('close')
    killed.child.kill('SIGKILL')
    const others = async () => (await store.nodes()).filter(({ self }) => !self)
    await until('one is left, and gone', async () => {
      const rows = await others()
      return rows.length === 1 && rows[0]!.alive === false
    })
    expect(await others()).toEqual([{ ...row, lastBeat: expect.any(String), alive: false }])
    const { nodes } = documentOf(await cli('nodes', '--json'))
    expect(nodes.find(({ id }: Foreign) => id === row.id)).toMatchObject({ alive: false, pid: row.pid })
    expect((await cli('nodes')).stdout).toMatch(new RegExp(`^${row.id} +gone +\\S+ +${row.pid} `, 'm'))
  })

  it('what one said of a service is stale once it is killed, and not when it is closed or somebody looks again', async () => {
    await using box = new Box()
    const { options, cli, seen, start } = place(box)
    const config = fixtureServer(box)
    expect((await cli('add', JSON.stringify({ demo: config, other: config, third: config }))).exit).toBe(0)
    await using store = await setupStore(options)
    const ctx = store.forStore()
    const [closed, killed] = [await start(), await start()]
    const row = await seen(store, killed)
    await seen(store, closed)
    await killed.do('waitService', 'demo')
    await killed.do('waitService', 'other')
    await closed.do('waitService', 'third')
    const facts = async (name: string) => (await ctx.serviceInfo(name)).facts
    await until('both are known to work', async () =>
      (await Promise.all(['demo', 'other', 'third'].map(facts))).every(({ health }) => health === 'ok'),
    )
    expect(await facts('demo')).toMatchObject({ seenBy: row.id, healthStale: false })

    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    // Whoever reads of the goodbye looks at who else is still there: in a file nothing happens after it.
    await closed.do('close')
    await until('it is found to be gone', async () => (await facts('demo')).healthStale)
    expect(await facts('demo')).toMatchObject({ health: 'ok', seenBy: row.id, healthStale: true })
    expect(await facts('third'), 'it said goodbye').toMatchObject({ health: 'ok', healthStale: false })
    expect((await cli('list')).stdout).toMatch(/^demo .* stale: who found it so is gone without a word$/m)
    expect((await cli('info', 'demo')).stdout).toMatch(
      new RegExp(`^seen by +${row.id}, which is gone without a word: the status is stale$`, 'm'),
    )
    const { services } = documentOf(await cli('list', '--json'))
    expect(services.map(({ facts }: Foreign) => facts.healthStale)).toEqual([true, true, false])

    await cli('check', 'demo')
    await until('it was found anew', async () => !(await facts('demo')).healthStale)
    expect((await facts('demo')).seenBy).not.toBe(row.id)
    expect(await facts('other'), 'nobody has looked at it').toMatchObject({ healthStale: true })
  })
})

it('a command that only looks writes nobody into a file, and makes none', async () => {
  await using box = new Box()
  expect(documentOf(await mcpstore(box, ['nodes', '--json'])).nodes).toMatchObject([{ self: true }])
  await mcpstore(box, ['add', 'weather', 'https://example.com/mcp'])
  const before = readFileSync(box.database)
  await mcpstore(box, ['list'])
  await mcpstore(box, ['nodes'])
  expect(readFileSync(box.database).equals(before)).toBe(true)
})
