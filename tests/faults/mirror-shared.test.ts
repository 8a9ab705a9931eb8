import { existsSync, writeFileSync } from 'node:fs'
import { statsField, statsKey } from '@mcpstore/storage'
import { describe, expect, it } from 'vitest'
import { config, mirrorScene } from '../support/mirror-scene.ts'
import { until } from '../support/processes.ts'
import type { SeenCommand } from '../support/proxy-rules.ts'
import { hasRedisServer } from '../support/redis-server.ts'

const STATS = statsKey('forecast')
const CALLS = statsField('keeper', 'calls')

/** Whether this is a run of the script that counts. */
const isCount = ({ name, args }: SeenCommand): boolean =>
  name.startsWith('EVAL') && args.some((arg) => arg.includes(':shares:'))

describe.skipIf(!hasRedisServer)('processes that share a mirror', () => {
  it('see each other during an outage, and one that gets through delivers for all of them', async () => {
    await using scene = await mirrorScene()
    const way = await scene.anotherProxy()
    const [a, b, c] = [await scene.start({ url: way.url }), await scene.start(), await scene.start()]
    await a.ask('put', config('keeper'), 0)
    await Promise.all([scene.proxy.refuse(), way.refuse()])
    for (const worker of [a, b, c]) await scene.down(worker)
    const written = ['a', 'b', 'c']
    for (const [at, worker] of [a, b, c].entries()) {
      await worker.ask('count', STATS, CALLS, at + 1)
      expect(await worker.ask('put', config(written[at]!), at)).toMatchObject({ durable: 'local' })
    }
    for (const worker of [a, b, c]) {
      await until('each sees all', async () => Object.keys(await worker.ask('values')).length === 4)
    }
    expect(scene.waiting().sort()).toEqual(written.map(config))
    expect(await scene.config('a')).toBeUndefined()

    await way.pass()
    await scene.delivered(a)
    for (const [at, service] of written.entries()) expect(await scene.config(service)).toBe(at)
    for (const worker of [b, c]) {
      await until('they need not send it', async () => (await worker.ask('status')).pendingWrites === 0)
      expect((await worker.ask('status')).state).toBe('down')
    }
    expect(scene.waiting()).toEqual([])

    await scene.proxy.pass()
    for (const worker of [b, c]) await scene.delivered(worker)
    await until('what they counted is delivered', () => scene.query('SELECT * FROM totals').length === 0)
    expect(Number(await scene.redis.command('HGET', `default:ws:${STATS}`, CALLS))).toBe(6)
    for (const worker of [a, b, c]) {
      await worker.ask('refresh')
      expect(await worker.ask('counters', STATS)).toEqual({ [CALLS]: 6 })
    }
  })

  it('keep both of two values whose writers had not seen each other, and the loser is reported once', async () => {
    await using scene = await mirrorScene()
    const [a, b] = [await scene.start(), await scene.start()]
    await a.ask('put', config('keeper'), 0)
    await scene.proxy.refuse()
    for (const worker of [a, b]) await scene.down(worker)
    const files = { stands: scene.path('stands'), go: scene.path('go') }
    const late = b.ask('putUnaware', files, config('weather'), 'of b')
    await until('b stands still', () => existsSync(files.stands))
    await a.ask('put', config('weather'), 'of a')
    writeFileSync(files.go, '')
    expect(await late).toMatchObject({ durable: 'local' })
    expect(scene.waiting().filter((key) => key === config('weather'))).toHaveLength(2)
    await until('both show the same', async () => {
      const shown = await Promise.all([a, b].map((worker) => worker.ask('values')))
      return shown.every((values) => values[config('weather')] === 'of b')
    })
    await scene.proxy.pass()
    for (const worker of [a, b]) await scene.delivered(worker)
    expect(await scene.config('weather')).toBe('of b')
    expect(await a.ask('conflicts')).toMatchObject([
      { key: config('weather'), loser: { json: '"of a"' }, winner: { json: '"of b"' } },
    ])
  })

  it('count each call once, though answers are lost, processes are killed and others deliver for them', async () => {
    await using scene = await mirrorScene()
    const [a, b] = [await scene.start(), await scene.start()]
    await a.ask('put', config('keeper'), 0)
    let expected = 0
    for (let round = 1; round <= 3; round++) {
      await scene.proxy.refuse()
      for (const worker of [a, b]) await scene.down(worker)
      const killed = await scene.start()
      for (const worker of [a, b, killed]) {
        await worker.ask('count', STATS, CALLS, round)
        await worker.ask('put', config(`s${round}`), worker.pid)
        expected += round
      }
      await killed.kill()
      // Executed, and the answer is lost: whoever asked asks again.
      await scene.proxy.pass()
      scene.proxy.dropReplies(2, { to: isCount })
      for (const worker of [a, b]) await scene.delivered(worker)
      await until('all is counted', () => scene.query('SELECT * FROM totals').length === 0)
    }
    expect(scene.proxy.counts.repliesDropped).toBe(6)
    await until(
      'the sum is right',
      async () => Number(await scene.redis.command('HGET', `default:ws:${STATS}`, CALLS)) >= expected,
    )
    for (const worker of [a, b]) await worker.ask('close')
    const last = await scene.start()
    await scene.delivered(last)
    expect(Number(await scene.redis.command('HGET', `default:ws:${STATS}`, CALLS))).toBe(expected)
  })
})
