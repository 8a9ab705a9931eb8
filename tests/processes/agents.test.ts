import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type LibraryHost, startHost } from '../support/host.ts'
import { documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

interface Place {
  /** For the program. */
  env: Record<string, string>
  /** For the library. */
  options: object
}

const redisPlace = (url: string): Place => ({
  env: { MCPSTORE_REDIS_URL: url },
  options: { local: false, redis: url, dataspace: 'default' },
})
const filePlace: Place = { env: {}, options: {} }

/** Runs a command that succeeds, and answers its document. */
async function done(box: Box, { env }: Place, line: string, ...more: string[]): Promise<Foreign> {
  const outcome = await mcpstore(box, ['--json', ...line.split(' '), ...more], { env })
  expect(outcome, line).toMatchObject({ exit: 0, stderr: '' })
  return documentOf(outcome)
}

const toolsOf = async (host: LibraryHost, agent: string): Promise<string[]> =>
  (await host.doAs(agent, 'listTools')).list.map(({ name }: Foreign) => name)

async function assignedElsewhere(box: Box, place: Place): Promise<void> {
  const { command, args } = fixtureServer(box)
  const host = await startHost(box, place.options)
  await done(box, place, 'add demo', '--', command, ...args)
  await done(box, place, 'trust demo --yes')
  await done(box, place, 'wait demo')
  await expect.poll(() => host.do('listServices').then(({ list }) => list.length)).toBe(1)
  expect(await toolsOf(host, 'researcher')).toEqual([])

  await done(box, place, 'assign demo --agent researcher --allow e* --deny env')
  await expect.poll(() => toolsOf(host, 'researcher')).toEqual(['demo/echo'])
  expect(await host.doAs('researcher', 'useTool', 'echo', { text: 'hi' })).toMatchObject({
    content: [{ type: 'text', text: 'hi' }],
  })
  expect(await host.doAs('researcher', 'useTool', 'demo/env').catch(({ code }) => code)).toBe('unknown_tool')
  const denied = await mcpstore(box, ['call', 'demo/env', '--agent', 'researcher', '--json'], {
    env: place.env,
  })
  expect([denied.exit, errorOf(denied).code]).toEqual([1, 'unknown_tool'])

  await host.doAs('researcher', 'assignService', 'demo', { allow: ['rich'] })
  expect(
    (await done(box, place, 'list-tools --agent researcher')).tools.map(({ tool }: Foreign) => tool),
  ).toEqual(['rich'])
  await done(box, place, 'unassign demo --agent researcher')
  await expect.poll(() => toolsOf(host, 'researcher')).toEqual([])

  await host.doAs('researcher', 'assignService', 'demo')
  await done(box, place, 'remove demo')
  await done(box, place, 'add demo', '--', command, ...args)
  await expect
    .poll(() =>
      Promise.all([host.do('listServices'), host.do('listAgents')]).then((all) =>
        all.map(({ list }) => list.length),
      ),
    )
    .toEqual([1, 0])
  expect(await done(box, place, 'agents')).toEqual({ agents: [] })
}

async function atOnce(box: Box, place: Place): Promise<void> {
  const numbers = Array.from({ length: 8 }, (_, number) => number)
  await done(box, place, 'add shared https://example.com/mcp')
  await Promise.all(
    numbers.flatMap((number) => [
      done(box, place, `assign shared --agent agent-${number} --deny tool-${number}`),
      done(box, place, `add own https://example.com/${number} --agent agent-${number}`),
    ]),
  )
  expect(await done(box, place, 'agents')).toEqual({
    agents: numbers.map((number) => ({
      id: `agent-${number}`,
      services: ['own'],
      assigned: [{ name: 'shared', allow: ['*'], deny: [`tool-${number}`] }],
    })),
  })
  expect((await done(box, place, 'list')).services).toHaveLength(9)
  const infos = await Promise.all(
    numbers.map((number) => done(box, place, `info own --agent agent-${number}`)),
  )
  expect(infos.map(({ config }) => config.url)).toEqual(
    numbers.map((number) => `https://example.com/${number}`),
  )
}

describe('in a local file', () => {
  it('what one process assigns another one sees', async () => {
    await using box = new Box()
    await assignedElsewhere(box, filePlace)
  })

  it('sixteen processes that change eight agents at once lose nothing', async () => {
    await using box = new Box()
    await atOnce(box, filePlace)
  })

  it('of processes that assign differently at once one counts, and who lost to it is told', async () => {
    await using box = new Box()
    await done(box, filePlace, 'add demo https://example.com/mcp')
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        mcpstore(box, ['assign', 'demo', '--agent', 'a', '--allow', `tool-${number}`, '--json']),
      ),
    )
    const won = outcomes.flatMap(({ exit }, number) => (exit === 0 ? [`tool-${number}`] : []))
    for (const outcome of outcomes) if (outcome.exit !== 0) expect(errorOf(outcome).code).toBe('conflict')
    const { agents } = await done(box, filePlace, 'agents')
    expect(won).toContain(agents[0].assigned[0].allow[0])
  })
})

describe.skipIf(!hasRedisServer)('in Redis', () => {
  it('what one process assigns another one sees', async () => {
    await using box = new Box()
    await using redis = await startRedis()
    await assignedElsewhere(box, redisPlace(redis.url))
  })

  it('sixteen processes that change eight agents at once lose nothing', async () => {
    await using box = new Box()
    await using redis = await startRedis()
    await atOnce(box, redisPlace(redis.url))
  })

  it('what is assigned while Redis is away is used at once on this machine, and by everybody when it is back', async () => {
    await using box = new Box()
    await using elsewhere = new Box()
    await using redis = await startRedis()
    const place = redisPlace(redis.url)
    await done(box, place, 'add first https://example.com/1')
    await done(box, place, 'add second https://example.com/2')
    await done(box, place, 'assign first --agent a')
    await redis.kill()
    for (const line of ['assign second --agent a --deny secret', 'unassign first --agent a']) {
      expect((await done(box, place, line)).durable).toBe('local')
    }
    const expected = {
      agents: [{ id: 'a', services: [], assigned: [{ name: 'second', allow: ['*'], deny: ['secret'] }] }],
    }
    expect(await done(box, place, 'agents')).toEqual(expected)
    await redis.restart()
    expect(await done(box, place, 'agents')).toEqual(expected)
    expect(await done(elsewhere, place, 'agents')).toEqual(expected)
  })

  it('the keys are the documented ones, to the letter, and no other user’s name can be read into them', async () => {
    await using box = new Box()
    await using redis = await startRedis()
    const place = redisPlace(redis.url)
    const { command, args } = fixtureServer(box, { weather: true })
    for (const agent of ['researcher', 'a:services']) {
      await done(box, place, 'add weather', '--agent', agent, '--', command, ...args)
      await done(box, place, 'call weather/get_current_weather query=Oslo', '--agent', agent)
    }
    await done(box, place, 'add shared https://example.com/mcp')
    await done(box, place, 'remove shared')
    await done(box, place, 'add shared https://example.com/mcp')
    await done(box, place, 'assign shared --agent researcher --allow get_*')
    const keys = (await redis.command('KEYS', '*')) as string[]
    const own = (agent: string) => [
      `default:default:agents:${agent}:services:weather:config`,
      `default:default:agents:${agent}:services:weather:cache`,
      `default:default:agents:${agent}:services:weather:state`,
      `default:default:agents:${agent}:tools:get_current_weather:info`,
      `default:default:agents:${agent}:tools:get_current_weather:stats`,
    ]
    expect(keys).toEqual(
      expect.arrayContaining([
        ...own('researcher'),
        ...own('a%3Aservices'),
        'default:default:services:shared:config',
        'default:default:services:shared:birth',
        'default:default:agents:researcher:services:shared:assignment',
      ]),
    )
    expect(keys.filter((key) => key.startsWith('default:default:tools:'))).toEqual([])
    const assignment = 'default:default:agents:researcher:services:shared:assignment'
    expect(await redis.command('HGET', assignment, 'v')).toBe('{"allow":["get_*"],"deny":[]}')
    expect(await redis.command('HGET', assignment, 'b')).toBe(
      await redis.command('HGET', 'default:default:services:shared:birth', 's'),
    )
    const stats = 'default:default:agents:researcher:tools:get_current_weather:stats'
    expect(await redis.command('HGET', stats, 'weather:calls')).toBe('1')
    await done(box, place, 'clear --yes')
    // The lookup keys end by themselves.
    const left = (await redis.command('KEYS', '*agents*')) as string[]
    expect(left.filter((key) => !key.endsWith(':info'))).toEqual([])
  })
})
