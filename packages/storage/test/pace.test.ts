import { expect, test } from 'vitest'
import { Pace } from '../src/link/pace.ts'
import { ManualTime } from './support/manual-time.ts'

function paced(chance: number) {
  const time = new ManualTime(0, () => chance)
  const attempts: number[] = []
  const pace = new Pace({ time, beatMs: 10_000, onTime: () => attempts.push(time.monotonic()) })
  return { time, pace, attempts }
}

test.each([
  [0, 4000],
  [0.999_999, 6000],
])(
  'however long it was away, what answers again is asked within six seconds (chance %d)',
  async (chance, ms) => {
    const { time, pace, attempts } = paced(chance)
    for (let failure = 0; failure < 500; failure++) {
      pace.failed({ passing: false })
      const before = time.monotonic()
      await time.pass(6000)
      expect(attempts.at(-1)! - before).toBeLessThanOrEqual(6000)
    }
    pace.failed({ passing: false })
    const before = time.monotonic()
    await time.pass(6000)
    expect(Math.round(attempts.at(-1)! - before)).toBe(ms)
  },
)

test('attempts become rarer, and quick again after a success', async () => {
  const { time, pace, attempts } = paced(0.5)
  const waits: number[] = []
  for (let failure = 0; failure < 8; failure++) {
    pace.failed({ passing: false })
    const before = time.monotonic()
    await time.pass(6000)
    waits.push(attempts.at(-1)! - before)
  }
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
  pace.succeeded()
  pace.failed({ passing: false })
  const before = time.monotonic()
  await time.pass(6000)
  expect(attempts.at(-1)! - before).toBe(100)
})

test('one sign of life follows another after ten seconds, however often it is attempted meanwhile', async () => {
  const { time, pace, attempts } = paced(0)
  pace.beaten()
  for (let second = 0; second < 9; second++) {
    await time.pass(1000)
    pace.attempting()
    expect(pace.beatDue).toBe(false)
  }
  await time.pass(1000)
  expect(pace.beatDue).toBe(true)
  expect(attempts).toEqual([10_000])
})
