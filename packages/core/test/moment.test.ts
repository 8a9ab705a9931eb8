import { expect, test } from 'vitest'
import { isMoment } from '../src/moment.ts'

test('is one only as it is written here', () => {
  expect([new Date(0).toISOString(), new Date().toISOString()].every(isMoment)).toBe(true)
  const others = [
    '',
    'today',
    '2026',
    '2026-11-26T00:00:00Z',
    'Nov 26 2026 (\u001b[2J)',
    '9'.repeat(400),
    5,
    null,
    {},
  ]
  // Of these `Date.parse` reads several.
  expect(others.filter((one) => !Number.isNaN(Date.parse(String(one)))).length).toBeGreaterThan(2)
  expect(others.filter(isMoment)).toEqual([])
})
