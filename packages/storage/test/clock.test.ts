import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Clock } from '../src/records/clock.ts'
import {
  FUTURE_LIMIT_MS,
  formatStamp,
  isStamp,
  stampCounter,
  stampMs,
  stampNode,
} from '../src/records/stamp.ts'
import { ManualTime } from './support/manual-time.ts'

const ms = fc.integer({ min: 0, max: 2 ** 45 })
const counter = fc.integer({ min: 0, max: 0xffff })
const node = fc.stringMatching(/^[0-9a-z]{10}$/)

test('a stamp reads back as what it was made of, at a fixed width', () => {
  fc.assert(
    fc.property(ms, counter, node, (m, c, n) => {
      const stamp = formatStamp(m, c, n)
      expect(isStamp(stamp)).toBe(true)
      expect([stampMs(stamp), stampCounter(stamp), stampNode(stamp)]).toEqual([m, c, n])
    }),
  )
})

test('comparing the strings compares time, counter and node', () => {
  const parts = fc.tuple(ms, counter, node)
  const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const expected = order(a[0], b[0]) || order(a[1], b[1]) || order(a[2], b[2])
      expect(order(formatStamp(...a), formatStamp(...b))).toBe(expected)
    }),
  )
})

test('a clock only ever rises, whatever the wall clock does and whoever it follows', () => {
  const step = fc.oneof(
    fc.record({ jump: fc.integer({ min: -1e9, max: 1e9 }) }),
    fc.record({ follow: fc.integer({ min: -1e5, max: FUTURE_LIMIT_MS }) }),
    fc.constant('tick' as const),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const time = new ManualTime(2e12)
      const clock = new Clock(time)
      let last = clock.tick()
      for (const one of steps) {
        if (one === 'tick') continue
        if ('jump' in one) time.jump(one.jump)
        else {
          const followed = formatStamp(clock.now() + one.follow, 7, 'other00000')
          clock.follow(followed)
          expect(clock.tick() > followed).toBe(true)
        }
        const next = clock.tick()
        expect(next > last).toBe(true)
        last = next
      }
    }),
  )
})

test('a counter that is full carries into the milliseconds', () => {
  const clock = new Clock(new ManualTime(1000))
  clock.follow(formatStamp(1000, 0xffff, 'other00000'))
  expect(clock.tick().slice(0, 16)).toBe(formatStamp(1001, 0, 'x'.repeat(10)).slice(0, 16))
})

test('nobody is followed more than a minute ahead', () => {
  const time = new ManualTime(1e12)
  const clock = new Clock(time)
  clock.follow(formatStamp(1e12 + FUTURE_LIMIT_MS + 1, 0, 'other00000'))
  expect(stampMs(clock.tick())).toBe(1e12)
})

test('a clock that is set back while the server is asked follows the server at once', () => {
  const time = new ManualTime(2e12)
  const clock = new Clock(time)
  const sentAt = time.now()
  time.jump(-600_000)
  clock.observe(2e12, sentAt)
  expect(clock.now()).toBe(2e12)
})
