import { expect, test } from 'vitest'
import { cannot } from '../interleaved.mjs'
import { failedRows, measuredRows, skippedRows } from '../rows.mjs'
import { sidesOf } from '../statistics.mjs'
import { atMost, timesAsFast, withinMilliseconds } from '../targets.mjs'

const asked = {
  question: '`mcpstore list`',
  comparedWith: {
    node: { name: '`node -e 0`', target: atMost(2) },
    mcporter: { name: 'mcporter', target: timesAsFast(8), peer: true },
    bare: { name: 'a bare client' },
  },
}

test('of each comparison comes a row', () => {
  const measured = sidesOf([{ ours: 30, node: 20, mcporter: 120, bare: 15 }])
  const [node, mcporter, bare] = measuredRows(asked, measured, { peers: true })
  expect(node).toEqual({
    what: '`mcpstore list`',
    unit: 'ms',
    ours: { p50: 30, p99: 30, rounds: 1 },
    comparedWith: '`node -e 0`',
    theirs: { p50: 20, p99: 20, rounds: 1 },
    ratio: { median: 1.5, lowest: 1.5, highest: 1.5 },
    target: '≤ 2 ×',
    verdict: 'met',
  })
  expect(mcporter).toMatchObject({ target: '8 × as fast', verdict: 'missed' })
  expect(bare).toMatchObject({ target: null, verdict: 'none' })
})

test('a peer that was not asked for, or cannot do it, has no figures but a reason; ours stays', () => {
  const measured = sidesOf([{ ours: 30, node: 20 }])
  const [, unasked, forgotten] = measuredRows(asked, measured, { peers: false })
  expect(unasked).toMatchObject({ ours: { p50: 30 }, theirs: null, ratio: null, verdict: 'not measured' })
  expect(unasked.reason).toBe('only with --peers')
  expect(forgotten).toMatchObject({ verdict: 'not measured', reason: 'it was not measured' })
  const unable = { ...measured, mcporter: cannot('it has no search') }
  const [, mcporter] = measuredRows(asked, unable, { peers: true })
  expect(mcporter).toMatchObject({ theirs: null, verdict: 'not measured', reason: 'it has no search' })
})

test('a question that was skipped, or failed, says so in each row', () => {
  expect(skippedRows(asked, 'no Redis').map(({ verdict }) => verdict)).toEqual(Array(3).fill('not measured'))
  const [first] = failedRows(asked, 'Error: no')
  expect(first).toMatchObject({
    ours: null,
    theirs: null,
    ratio: null,
    verdict: 'failed',
    reason: 'Error: no',
  })
})

test('a limit may be for the slowest but 1 %', () => {
  const { ours } = sidesOf([{ ours: 1 }, { ours: 1 }, { ours: 60 }])
  const limited = (target) =>
    measuredRows({ question: 'q', comparedWith: { node: { name: 'n', target } } }, { ours, node: ours }, {})
  expect(limited(withinMilliseconds(50))[0].verdict).toBe('met')
  expect(limited(withinMilliseconds(50, 'p99'))[0].verdict).toBe('missed')
})
