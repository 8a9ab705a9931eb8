import { describe, expect, it } from 'vitest'
import { hasRedisServer } from '../support/redis-server.ts'
import { RandomRun, type RunOptions } from './random-run.ts'

const soak = process.env['MCPSTORE_SOAK'] !== undefined
const ms = soak ? 60_000 : 4000
const first = Number(process.env['MCPSTORE_SEED'] ?? 1)
const seeds = Array.from({ length: soak ? 10 : 2 }, (_, n) => first + n)

const network = ['cut', 'half open', 'delay', 'lose a reply'] as const
const refusals = ['fill the server', 'make it a replica'] as const

const scenes: Record<string, Omit<RunOptions, 'seed' | 'ms'>> = {
  'with all that is acknowledged on its disk': {
    config: ['appendonly yes', 'appendfsync always'],
    faults: ['kill a process', 'kill the server', 'stop the server', ...network, ...refusals],
  },
  'without persistence, and mirrors beside the processes': {
    mirror: true,
    faults: [
      'kill the server',
      'kill a process in an outage',
      'roll back',
      'stop the server',
      ...network,
      'fill the server',
    ],
  },
  'with a replica that takes over and lacks the latest': {
    pair: true,
    faults: ['fail over with losses', 'stop the server', ...network, 'lose a reply'],
  },
}

const runs = seeds.flatMap((seed) =>
  Object.entries(scenes).map(([name, options]) => ({ name, seed, options })),
)

describe.skipIf(!hasRedisServer)('three processes and a server', () => {
  it.concurrent.each(runs)(
    '$name agree on the maximum, and lose nothing without a word (seed $seed)',
    { timeout: 10 * ms + 60_000 },
    async ({ seed, options }) => {
      await using run = new RandomRun({ ...options, seed, ms, clears: seed % 2 === 0 })
      await run.run()
      await run.heal()
      expect(await run.problems(), `seed ${seed}`).toEqual([])
      // A fault that was not met proves nothing.
      const missed = options.faults.filter((name) => !run.met[name])
      expect(missed, `seed ${seed} did not meet these`).toEqual([])
      expect(run.told[options.mirror ? 'local' : 'memory']).toBeGreaterThan(0)
    },
  )
})
