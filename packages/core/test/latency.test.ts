import { expect, it } from 'vitest'
import { latencyOf } from '../src/tools/statistics.ts'

it.each<[Record<string, number>, number | undefined, number | undefined]>([
  [{}, undefined, undefined],
  [{ 'ms-0001': 1 }, 1, 1],
  [{ 'ms-0001': 1, 'ms-0005': 1 }, 1, 5],
  [{ 'ms-0010': 94, 'ms-0100': 6 }, 10, 100],
  [{ 'ms-0010': 95, 'ms-0100': 5 }, 10, 10],
  [{ 'ms-1000': 1, 'ms-more': 3 }, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [{ 'ms-0025': 3, 'some-other': 99 }, 25, 25],
])('of %j half take at most %s ms, and 95 of 100 %s', (counters, half, most) => {
  expect([latencyOf(counters, 0.5), latencyOf(counters, 0.95)]).toEqual([half, most])
})
