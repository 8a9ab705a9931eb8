import { describe, expect, it } from 'vitest'
import { join } from '../support/member.ts'
import { startProxiedRedis } from '../support/proxied-redis.ts'
import { hasRedisServer } from '../support/redis-server.ts'

const HOUR = 3_600_000

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
})
