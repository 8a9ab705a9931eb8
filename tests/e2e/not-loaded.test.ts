import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { ListServer } from '../support/list-server.ts'
import { documentOf, errorOf, mcpstore } from '../support/mcpstore.ts'
import { startProxiedRedis } from '../support/proxied-redis.ts'
import { hasRedisServer } from '../support/redis-server.ts'

/** A Redis with the tools of two services, and how to run commands from which it goes away before they have read them. */
async function scene() {
  const box = new Box()
  const elsewhere = new Box()
  const server = await new ListServer().start()
  const place = await startProxiedRedis()
  const { redis, proxy } = place
  const env = { MCPSTORE_REDIS_URL: redis.url }
  for (const name of ['a', 'b'])
    expect(await mcpstore(elsewhere, ['add', name, server.service(name).url], { env })).toMatchObject({
      exit: 0,
    })
  expect(await mcpstore(elsewhere, ['list-tools'], { env })).toMatchObject({ exit: 0 })
  const run = async (...argv: string[]) => {
    await proxy.pass()
    const goesAway = ({ name, args }: { name: string; args: string[] }) => {
      const reads = name === 'HMGET' && args[0]!.endsWith(':cache') && args.includes('v')
      if (reads) void proxy.refuse()
      return reads
    }
    const before = proxy.counts.requestsDropped
    proxy.dropRequests(1, { to: goesAway })
    const outcome = await mcpstore(box, argv, { env: { MCPSTORE_REDIS_URL: proxy.url } })
    return { ...outcome, met: proxy.counts.requestsDropped - before }
  }
  const dispose = async () => {
    await place[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    await box[Symbol.asyncDispose]()
    await elsewhere[Symbol.asyncDispose]()
  }
  const asked = () => ['a', 'b'].map((name) => server.service(name).asked)
  return { redis, box, env, run, asked, [Symbol.asyncDispose]: dispose }
}

describe.skipIf(!hasRedisServer)('a Redis that goes away before the tools were read', () => {
  it('is told of every list, which is not shown as an empty one, and no server is asked in its place', async () => {
    await using place = await scene()
    const { run, asked } = place
    const text = await run('list-tools')
    expect(text).toMatchObject({ met: 1, exit: 5 })
    expect(text.stdout).toBe('a  tools not loaded\n\nb  tools not loaded\n')
    for (const name of ['a', 'b'])
      expect(text.stderr).toContain(`the tools of service "${name}" could not be read from the storage`)
    expect(text.stderr).toContain('--fresh')
    const json = await run('list-tools', '--json')
    expect(json).toMatchObject({ met: 1, exit: 5 })
    expect(errorOf(json)).toMatchObject({ code: 'not_loaded', hint: expect.stringContaining('--fresh') })
    const notLoaded = {
      source: 'notLoaded',
      fetchedAt: expect.any(String),
      age: expect.any(Number),
      stale: false,
      error: { code: 'not_loaded' },
    }
    expect(documentOf(json)).toMatchObject({
      tools: [],
      services: [
        { name: 'a', ...notLoaded },
        { name: 'b', ...notLoaded },
      ],
    })
    expect(asked()).toEqual([1, 1])
  })

  it('is not said of one that only takes no writes: its lists are read', async () => {
    await using place = await scene()
    const { redis, box, env, asked } = place
    await redis.command('CONFIG', 'SET', 'maxmemory', 1)
    const status = await mcpstore(box, ['status', '--json'], { env })
    expect(documentOf(status)).toMatchObject({ state: 'write-degraded' })
    const found = await mcpstore(box, ['search', 'tool-of-b', '--json'], { env })
    expect(documentOf(found)).toMatchObject({ tools: [{ service: 'b', tool: 'tool-of-b' }] })
    const listed = await mcpstore(box, ['list-tools', '--json'], { env })
    const [tools, services] = [
      ['a', 'b'].map((name) => ({ tool: `tool-of-${name}` })),
      ['a', 'b'].map((name) => ({ name, source: 'cache' })),
    ]
    expect(documentOf(listed)).toMatchObject({ tools, services })
    expect(asked()).toEqual([1, 1])
  })

  it('is told of the one list that is asked for', async () => {
    await using place = await scene()
    const one = await place.run('list-tools', 'a')
    expect(one).toMatchObject({ met: 1, exit: 5, stdout: '' })
    expect(one.stderr).toContain('the tools of service "a" could not be read')
  })
})
