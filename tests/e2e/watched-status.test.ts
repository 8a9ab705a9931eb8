import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { problemsOf } from '../support/json-schemas.ts'
import { mcpstore, program } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { onTerminal } from '../support/terminal.ts'
import { Watching } from '../support/watching.ts'

const url = 'https://example.com/mcp'

it('says how it is in one line, not again while that stays so, and ends with Ctrl-C', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', 'one', url])
  const watching = new Watching(box, ['--watch'], {}, 'status')
  const witness = new Watching(box, ['--json'])
  await watching.line(/^\S+Z {2}sqlite {2}up$/)
  await witness.line(/listening/)
  await mcpstore(box, ['add', 'two', url])
  await witness.line(/serviceAdded.*"two"/)
  expect(await watching.interrupt()).toEqual({ exit: 130, stderr: '' })
  expect(watching.lines).toHaveLength(1)
})

it('ends without a word when nobody reads any more', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', 'one', url])
  const child = box.spawn('sh', ['-c', '{ "$NODE" "$PROGRAM" status --watch; echo $? >&2; } | true'], {
    env: box.environment({ NODE: process.execPath, PROGRAM: program }),
  })
  const [stderr] = await Promise.all([text(child.stderr!), once(child, 'close')])
  expect(stderr).toBe('0\n')
})

describe.skipIf(!hasRedisServer)('with Redis', () => {
  const config = ['appendonly yes', 'appendfsync always']

  it('tells of every outage, what waits in it, and its end; each line is a document', async () => {
    await using box = new Box()
    const port = await freePort()
    const env = { MCPSTORE_REDIS_URL: `redis://127.0.0.1:${port}` }
    const watching = new Watching(box, ['--watch', '--json'], env, 'status')
    await watching.line(/"state":"down"/)
    expect(watching.events[0]).toMatchObject({ backend: 'memory', configured: 'redis', pendingWrites: 0 })
    await using redis = await startRedis({ port, config })
    await watching.line(/"state":"up"/)
    await redis.kill()
    const isDown = () => watching.events.filter(({ state }) => state === 'down').length > 1
    await until('it is down again', isDown)
    await mcpstore(box, ['add', 'one', url], { env })
    await watching.line(/"state":"down".*"pendingWrites":[1-9]/)
    await redis.restart()
    await until('it is up, and nothing waits', () => {
      const { state, pendingWrites } = watching.events.at(-1)
      return state === 'up' && pendingWrites === 0
    })
    expect(await watching.interrupt()).toEqual({ exit: 130, stderr: '' })
    for (const document of watching.events) expect(problemsOf('status', document)).toEqual([])
    const facts = watching.events.map(({ at: _at, staleMs: _age, ...told }) => JSON.stringify(told))
    expect(facts.filter((told, n) => told === facts[n - 1])).toEqual([])
  })

  it.runIf(process.platform === 'linux')('a terminal has one block, drawn anew', async () => {
    await using box = new Box()
    await using redis = await startRedis({ config })
    const answers = [
      ['state           up', () => void redis.kill()],
      ['state           down', '\u0003'],
    ] as const
    const { exit, shown } = await onTerminal(box, ['status', '--watch'], answers, {
      env: { MCPSTORE_REDIS_URL: redis.url, COLUMNS: '60' },
    })
    const drawn = shown.replaceAll('\u001b', 'ESC').split(/ESC\[(\d+)AESC\[J/)
    const blocks = drawn.filter((_, n) => n % 2 === 0)
    const wentUp = drawn.filter((_, n) => n % 2 === 1).map(Number)
    expect(exit).toBe(130)
    expect(blocks.length).toBeGreaterThan(1)
    expect(wentUp).toEqual(blocks.slice(0, -1).map((block) => block.split('\n').length - 1))
    for (const block of blocks) expect(block).toMatch(/^backend .*\nstate /)
    for (const line of blocks.join('').split('\n')) expect(line.length).toBeLessThanOrEqual(60)
  })
})
