import { expect, test } from 'vitest'
import { median, p99, ratioOf, roundOf, sidesOf, summaryOf } from '../statistics.mjs'

test('the median is the middle value, or the mean of the two in the middle, and changes nothing', () => {
  const values = [9, 1, 5]
  expect(median(values)).toBe(5)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(values).toEqual([9, 1, 5])
})

test('99 of 100 values do not exceed p99, and of fewer than 100 it is the highest', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1)
  expect(p99(hundred)).toBe(99)
  expect(p99([3, 7, 2])).toBe(7)
})

test('a round of many times counts as one, and p50 and p99 are of all times of all rounds', () => {
  const { ours } = sidesOf([{ ours: roundOf([1, 2, 30]) }, { ours: roundOf([4, 5, 6]) }])
  expect(ours.values).toEqual([2, 5])
  expect(summaryOf(ours)).toEqual({ p50: 4.5, p99: 30, rounds: 2 })
})

test('a round may count as something else than its median', () => {
  expect(roundOf([1, 2, 30], p99)).toEqual({ value: 30, each: [1, 2, 30] })
})

test('sides are compared round by round', () => {
  const { ours, node } = sidesOf([
    { ours: 10, node: 5 },
    { ours: 100, node: 25 },
    { ours: 3, node: 3 },
  ])
  expect(ratioOf(ours, node)).toEqual({ median: 2, lowest: 1, highest: 4 })
})

test('of the memory of many rounds the most is told', () => {
  const { ours } = sidesOf([
    { ours: { value: 1, memory: 10 } },
    { ours: { value: 1, memory: 30 } },
    { ours: 1 },
  ])
  expect(summaryOf(ours)).toMatchObject({ memory: 30 })
})

test('what is no number is no measurement', () => {
  expect(() => sidesOf([{ ours: undefined }])).toThrow()
  expect(() => sidesOf([{ ours: Number.NaN }])).toThrow('a measurement answered NaN')
  expect(() => sidesOf([{ ours: {} }])).toThrow('a measurement answered undefined')
})
