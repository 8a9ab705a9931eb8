import { beforeAll, describe, expect, it } from 'vitest'
import { hasRedisServer } from '../support/redis-server.ts'
import { type Limit, ofDataspace, ofProgram, ofStore } from './limits.ts'
import { measureDataspace } from './of-dataspace.ts'
import { measureProgram } from './of-program.ts'
import { measureStore } from './of-store.ts'
import type { Measured } from './taken.ts'

// What is slower because it does more is noticed here, on any machine. How long things take is for bench.

/** A limit that is further above what is counted guards nothing. */
const SLACK = 0.75

describe('what the program loads and starts', () => costs(ofProgram, measureProgram))

describe.skipIf(!hasRedisServer)('what a dataspace asks of Redis', () => costs(ofDataspace, measureDataspace))

describe.skipIf(!hasRedisServer)('what a store asks of Redis', () => costs(ofStore, measureStore))

function costs(limits: readonly Limit[], measure: () => Promise<Measured>): void {
  let measured: Measured
  beforeAll(async () => {
    measured = await measure()
  }, 60_000)
  for (const { what, most, why } of limits) {
    it(`${what}: at most ${most}`, () => {
      const count = measured[what]
      expect(count, `${what}: ${why}`).toBeLessThanOrEqual(most)
      expect(count, `${what}: its limit is an old one, lower it`).toBeGreaterThanOrEqual(most * SLACK)
    })
  }
}
