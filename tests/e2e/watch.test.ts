import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { mcpstore, program } from '../support/mcpstore.ts'
import { stateOf, until } from '../support/processes.ts'
import { startProxiedRedis } from '../support/proxied-redis.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'
import { Watching } from '../support/watching.ts'

const url = 'https://example.com/mcp'

it('says that it listens, then one line an event, and ends cleanly with Ctrl-C', async () => {
  await using box = new Box()
  const watching = new Watching(box, [])
  await watching.line(/./)
  expect(watching.lines).toEqual(['listening in dataspace default (namespace default); Ctrl-C ends it'])
  await mcpstore(box, [
    'add',
    JSON.stringify({ demo: fixtureServer(box), dead: fixtureServer(box, { dieAtStart: {} }) }),
  ])
  await watching.line(/^\S+Z {2}serviceAdded {7}demo {2}new$/)
  await mcpstore(box, ['assign', 'demo', '--agent', 'researcher', '--allow', 'get_*'])
  await watching.line(/ assignmentChanged {2}demo {2}agent researcher may use tools that fit get_\*$/)
  await mcpstore(box, ['check'])
  await watching.line(/ statusChanged {6}demo {2}new -> ok$/)
  await watching.line(/ statusChanged {6}dead {2}new -> failing: \S/)
  await mcpstore(box, ['use-tool', 'demo/echo', 'text=x'])
  await watching.line(/ toolsChanged {7}demo {2}\d+ tools$/)
  await watching.line(/ statsChanged {7}demo\/echo {2}1 call, 0 errors$/)
  await mcpstore(box, ['remove', 'demo'])
  await watching.line(/ serviceRemoved {5}demo$/)
  await watching.line(/ assignmentChanged {2}demo {2}no longer assigned to agent researcher$/)
  expect(await watching.interrupt()).toEqual({ exit: 130, stderr: '' })
})

it('a pattern chooses services, and with a colon events too', async () => {
  await using box = new Box()
  const some = new Watching(box, ['w*', '--json'])
  const removals = new Watching(box, ['serviceRemoved:*', '--json'])
  const colon = new Watching(box, ['odd:*', '--json'])
  for (const watching of [some, removals, colon]) await watching.line(/listening/)
  const names = ['other', 'odd:name', 'weather']
  for (const name of names) await mcpstore(box, ['add', JSON.stringify({ [name]: { url } })])
  // What comes and goes between two looks is no event.
  await some.line(/serviceAdded.*"weather"/)
  await colon.line(/serviceAdded/)
  for (const name of ['other', 'weather']) await mcpstore(box, ['remove', name])
  await removals.line(/"weather"/)
  await some.line(/serviceRemoved/)
  expect(some.events.map(({ event, service }) => [event, service])).toEqual([
    ['listening', undefined],
    ['serviceAdded', 'weather'],
    ['serviceRemoved', 'weather'],
  ])
  expect(removals.services('serviceRemoved')).toEqual(['other', 'weather'])
  expect(removals.events).toHaveLength(3)
  expect(colon.services('serviceAdded')).toEqual(['odd:name'])
})

it('ends without a word when nobody reads any more', async () => {
  await using box = new Box()
  const child = box.spawn('sh', ['-c', '{ "$NODE" "$PROGRAM" watch; echo $? >&2; } | head -1'], {
    env: box.environment({ NODE: process.execPath, PROGRAM: program }),
  })
  const stderr = text(child.stderr!)
  const [first] = await once(child.stdout!, 'data')
  expect(String(first)).toMatch(/^listening in [^\n]+\n$/)
  await mcpstore(box, ['add', 'weather', url])
  await once(child, 'close')
  expect(await stderr).toBe('0\n')
})

describe.skipIf(!hasRedisServer)('with Redis', () => {
  it('begins while it is down, says so, and goes on through every outage', async () => {
    await using box = new Box()
    const port = await freePort()
    const env = { MCPSTORE_REDIS_URL: `redis://127.0.0.1:${port}` }
    const watching = new Watching(box, ['weather*', '--json'], env)
    await watching.line(/listening/)
    expect(watching.events[0]).toMatchObject({ backend: 'memory', configured: 'redis', state: 'down' })
    await using redis = await startRedis({ port, config: ['appendonly yes', 'appendfsync always'] })
    await watching.line(/"storageChanged".*"state":"up"/)
    await mcpstore(box, ['add', 'weather', url], { env })
    await watching.line(/"serviceAdded".*"weather"/)
    await redis.kill()
    await watching.line(/"storageChanged".*"state":"down"/)
    expect((await mcpstore(box, ['add', 'weather2', url], { env })).exit).toBe(0)
    await watching.line(/"serviceAdded".*"weather2"/)
    const told = watching.lines.length
    await redis.restart()
    await until('it is up again', () =>
      watching.lines.slice(told).some((line) => line.includes('"state":"up"')),
    )
    await mcpstore(box, ['remove', 'weather2'], { env })
    await watching.line(/"serviceRemoved".*"weather2"/)
    expect(await watching.interrupt()).toEqual({ exit: 130, stderr: '' })
  })

  it('catches up after it was stopped, and after its messages were lost', async () => {
    await using box = new Box()
    await using place = await startProxiedRedis()
    const env = { MCPSTORE_REDIS_URL: place.redis.url }
    const watching = new Watching(box, ['--json'], {
      MCPSTORE_REDIS_URL: `redis://127.0.0.1:${place.proxy.port}`,
    })
    await watching.line(/listening/)
    const add = async (prefix: string) => {
      const services = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${prefix}${n}`, { url }]))
      expect((await mcpstore(box, ['add', '-'], { env, stdin: JSON.stringify(services) })).exit).toBe(0)
    }
    const added = (prefix: string) =>
      watching.services('serviceAdded').filter((service) => service.startsWith(prefix))

    watching.child.kill('SIGSTOP')
    await until('it is stopped', () => stateOf(watching.child.pid!) === 'T')
    await add('stopped')
    await mcpstore(box, ['remove', 'stopped0'], { env })
    watching.child.kill('SIGCONT')
    await until('it has caught up', () => added('stopped').length === 99)
    expect(watching.services('serviceRemoved'), 'it came and went unseen').toEqual([])

    place.proxy.dropMessages()
    await add('lost')
    await until('a sign of life shows it', () => added('lost').length === 100)
    expect(place.proxy.counts.messagesDropped).toBeGreaterThan(0)

    place.proxy.dropMessages(0)
    await place.proxy.refuse()
    await watching.line(/"storageChanged".*"state":"down"/)
    await add('cut')
    await place.proxy.pass()
    await until('it has caught up', () => added('cut').length === 100)
    expect(await watching.interrupt()).toEqual({ exit: 130, stderr: '' })
  })
})
