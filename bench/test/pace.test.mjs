import { expect, test } from 'vitest'
import { paceOf } from '../pace.mjs'

test('a run that is early goes on as long as is enough for each question, one that is late only as long as it can', () => {
  const early = paceOf('normal', { spentMs: 0, questions: 10 })
  expect(early).toEqual(paceOf('normal'))
  const late = paceOf('normal', { spentMs: 570_000, questions: 10 })
  expect(late).toEqual({ enoughMs: 1000, atLeast: early.atLeast })
})

test('when the time of a run is over, nothing more is measured', () => {
  expect(paceOf('quick', { spentMs: 120_000, questions: 1 })).toBe(undefined)
  expect(paceOf('quick', { spentMs: 100_000, questions: 1 })).toBeDefined()
})

test('larger runs measure more of each question', () => {
  const [quick, normal, full] = ['quick', 'normal', 'full'].map((scope) => paceOf(scope))
  expect(quick.enoughMs).toBeLessThan(normal.enoughMs)
  expect(normal.atLeast).toBeLessThan(full.atLeast)
})
