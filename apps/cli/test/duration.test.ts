import { describe, expect, it } from 'vitest'
import { formatAge, parseDuration } from '../src/command-line/duration.ts'

describe('a time on the command line', () => {
  it.each([
    ['30', 30_000],
    ['1.5', 1500],
    ['.5', 500],
    ['500ms', 500],
    ['45s', 45_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    [' 10 ', 10_000],
  ])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text, '--timeout')).toBe(ms)
  })

  it.each(['', '0', '0ms', '-5', '5 minutes', '5x', 'NaN', '1e3', 'Infinity', '0.1ms', '30d', '999999999'])(
    'refuses %j and names the option',
    (text) => {
      expect(() => parseDuration(text, '--timeout')).toThrow(expect.objectContaining({ code: 'usage' }))
      expect(() => parseDuration(text, '--timeout')).toThrow(/--timeout/)
    },
  )
})

it('an age is shown in its largest whole unit', () => {
  expect([0, 999, 59_999, 60_000, 3_599_999, 3_600_000, 86_400_000, -5].map(formatAge)).toEqual([
    '0s',
    '0s',
    '59s',
    '1m',
    '59m',
    '1h',
    '1d',
    '0s',
  ])
})
