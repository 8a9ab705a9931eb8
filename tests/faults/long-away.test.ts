import { join as pathOf } from 'node:path'
import { describe, expect, it } from 'vitest'
import { join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { startProxiedRedis } from '../support/proxied-redis.ts'
import { hasRedisServer } from '../support/redis-server.ts'
import { removeFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { startWorker, type Worker } from '../support/worker.ts'

type TimeWorker = Worker<typeof import('../support/programs/time-worker.ts').requests>

const HOUR = 3_600_000
const timeWorker = new URL('../support/programs/time-worker.ts', import.meta.url)

describe.skipIf(!hasRedisServer)('a process that was offline', () => {
  it.each([
    ['an hour', HOUR],
    ['eight days', 8 * 24 * HOUR],
  ])('for %s brings what it wrote, learns what it missed, and resurrects nothing', async (_, awayMs) => {
    await using place = await startProxiedRedis()
    let passed = 0
    const serverNow = () => Date.now() + passed
    await using here = await join(place.redis, { serverNow })
    await using away = await join({ url: `redis://127.0.0.1:${place.proxy.port}` }, { serverNow })
    for (const service of ['kept', 'changed', 'removed', 'both']) await here.put(service, 'before')
    await away.sees({ kept: 'before', changed: 'before', removed: 'before', both: 'before' })
    here.count('kept', 2)
    away.count('kept', 3)
    await Promise.all([here.settled(), away.settled()])

    await place.proxy.refuse()
    await away.is('down')
    expect((await away.put('both', 'written away')).durable).toBe('memory')
    expect((await away.put('new', 'written away')).durable).toBe('memory')
    away.count('kept', 4)

    passed = awayMs
    for (const { time } of [here, away]) {
      time.skewMs += awayMs
      time.pass(awayMs)
    }
    await here.put('changed', 'meanwhile')
    await here.put('removed', undefined)
    await here.put('both', 'meanwhile')
    await here.put('added', 'meanwhile')

    await place.proxy.pass()
    await away.is('up')
    await Promise.all([here.settled(), away.settled()])
    const all = {
      kept: 'before',
      changed: 'meanwhile',
      both: 'meanwhile',
      added: 'meanwhile',
      new: 'written away',
    }
    await Promise.all([here.sees(all), away.sees(all)])
    await expect.poll(() => [here.calls('kept'), away.calls('kept')], { timeout: 10_000 }).toEqual([9, 9])
    const conflicts = await here.store.conflicts()
    expect(conflicts.map(({ key, loser }) => [key, loser.json])).toEqual([
      ['services:both:config', '"written away"'],
    ])
    expect(place.proxy.counts.cuts).toBeGreaterThan(0)
  })

  it.each([
    ['runs all the while', 'an hour', HOUR],
    ['is killed and started anew', 'an hour', HOUR],
    ['runs all the while', 'eight days', 8 * 24 * HOUR],
    ['is killed and started anew', 'eight days', 8 * 24 * HOUR],
  ])(
    'and that %s, in %s, loses nothing that was told to be kept',
    async (how, _, awayMs) => {
      await using place = await startProxiedRedis()
      const home = temporaryFolder('mcpstore-away-')
      const workers: TimeWorker[] = []
      const start = async (name: string, url: string, passedMs: number) => {
        const worker: TimeWorker = await startWorker(timeWorker)
        workers.push(worker)
        await worker.ask('open', url, { mirror: pathOf(home, `${name}.db`), passedMs })
        return worker
      }
      const settled = (worker: TimeWorker) =>
        until('all is delivered', async () => {
          const { state, pendingWrites } = await worker.ask('state')
          return state === 'up' && pendingWrites === 0
        })
      const sees = (worker: TimeWorker, wanted: Record<string, string>) =>
        expect.poll(() => worker.ask('configs'), { timeout: 10_000 }).toEqual(wanted)
      try {
        const here = await start('here', place.redis.url, 0)
        let away = await start('away', place.proxy.url, 0)
        for (const service of ['kept', 'changed', 'removed', 'both']) await here.ask('put', service, 'before')
        await sees(away, { kept: 'before', changed: 'before', removed: 'before', both: 'before' })
        await here.ask('count', 'kept', 2)
        await away.ask('count', 'kept', 3)
        for (const worker of [here, away]) {
          await expect.poll(() => worker.ask('calls', 'kept'), { timeout: 10_000 }).toBe(5)
        }

        await place.proxy.refuse()
        await until('it is offline', async () => (await away.ask('state')).state === 'down')
        expect(await away.ask('put', 'both', 'written away')).toMatchObject({ durable: 'local' })
        expect(await away.ask('put', 'new', 'written away')).toMatchObject({ durable: 'local' })
        if (how === 'is killed and started anew') await away.kill()
        await here.ask('pass', awayMs)
        await here.ask('put', 'changed', 'meanwhile')
        await here.ask('remove', 'removed')
        await here.ask('put', 'both', 'meanwhile')

        if (how === 'runs all the while') await away.ask('pass', awayMs)
        else away = await start('away', place.proxy.url, awayMs)
        await place.proxy.pass()
        const all = { kept: 'before', changed: 'meanwhile', both: 'meanwhile', new: 'written away' }
        for (const worker of [here, away]) {
          await settled(worker)
          await sees(worker, all)
          expect(await worker.ask('calls', 'kept')).toBe(5)
        }
        const conflicts = await here.ask('conflicts')
        expect(conflicts.map(({ key, loser }) => [key, loser.json])).toEqual([
          ['services:both:config', '"written away"'],
        ])
        expect(place.proxy.counts.cuts).toBeGreaterThan(0)
      } finally {
        for (const worker of workers) await worker.kill()
        removeFolder(home)
      }
    },
    60_000,
  )
})
