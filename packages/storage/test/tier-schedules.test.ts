import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fate } from './support/fake-network.ts'
import { RandomRun, type Step } from './support/random-schedule.ts'
import { problemsOf } from './support/schedule-check.ts'

const runs = process.env['MCPSTORE_SOAK'] ? 50_000 : 3000
const who = fc.nat({ max: 2 })
const key = fc.constantFrom('services:hot:config', 'services:other:config')
const happens = (...names: string[]) => fc.record({ do: fc.constantFrom(...names), who })

const step = fc.oneof(
  { weight: 16, arbitrary: happens('writeOnce') },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write'), who, key }) },
  { weight: 6, arbitrary: happens('count', 'list') },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove'), who, key }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(10, 300, 2500, 12_000) }),
  },
  { weight: 5, arbitrary: happens('cut', 'part') },
  { weight: 1, arbitrary: happens('crash', 'clear', 'compareAndSet') },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('jump'),
      who,
      ms: fc.constantFrom(-600_000, -5000, 30_000, 600_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('rollBack'), count: fc.nat({ max: 12 }), silently: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restartEmpty', 'wipe', 'evictMeta') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('evict'), key }) },
) as fc.Arbitrary<Step>

const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fate>('fine') },
  { weight: 3, arbitrary: fc.constantFrom<Fate>('lost', 'unanswered', 'twice') },
)

/** All of a schedule, whatever it is; what it did is added to `hits`. */
function propertyOf(hits: Record<string, number> = {}) {
  return fc.asyncProperty(
    fc.array(step, { minLength: 4, maxLength: 30 }),
    fc.array(fate, { maxLength: 20 }),
    fc.array(fc.nat({ max: 8 }), { maxLength: 10 }),
    fc.scheduler(),
    async (steps, fates, arrivals, scheduler) => {
      const run = new RandomRun({ steps, fates, arrivals, scheduler })
      await run.run()
      // Of what is lost behind their backs, connections standing, they learn by looking now and then.
      const silent = steps.some((each) => each.do === 'evict' || (each.do === 'rollBack' && each.silently))
      const early = silent ? [] : problemsOf(run, { early: true })
      await run.waitLong()
      const problems = [...early, ...problemsOf(run)]
      await run.close()
      for (const each of steps) hits[each.do] = (hits[each.do] ?? 0) + 1
      expect(problems).toEqual([])
    },
  )
}

test('whatever happens, all converge on the maximum, counts are exact, and no write is gone without a word', async () => {
  const hits: Record<string, number> = {}
  await fc.assert(propertyOf(hits), {
    numRuns: runs,
    ...(process.env['MCPSTORE_SEED'] && { seed: Number(process.env['MCPSTORE_SEED']) }),
  })
  expect(Math.min(...Object.values(hits))).toBeGreaterThan(0)
}, 900_000)

test('a server that lost everything and then its meta, before all came back, is no wipe', async () => {
  const path = '305:13:2:1:21:37:8:11:6:18:23:27:11:23:13:13:13:29:25:25:8:25:25:25:25:21:21:25:29:12:18'
  await fc.assert(propertyOf(), { seed: 264696370, path, endOnFailure: true })
})
