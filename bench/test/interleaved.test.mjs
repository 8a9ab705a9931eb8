import { expect, test } from 'vitest'
import { cannot, interleaved } from '../interleaved.mjs'

const patient = { enoughMs: Number.POSITIVE_INFINITY, atLeast: 1 }

test('all sides are measured in turn, and the order is turned round each time', async () => {
  const asked = []
  const side = (name) => () => asked.push(name)
  await interleaved({ ours: side('a'), b: side('b'), c: side('c') }, { rounds: 2, warmUps: 1, pace: patient })
  expect(asked.join('')).toBe('abccbaabc')
})

test('what is measured before it counts is left out, but for its memory', async () => {
  const ours = ({ counts }) => (counts ? 5 : { memory: 1000 })
  const measured = await interleaved({ ours, node: () => 1 }, { rounds: 3, warmUps: 2, pace: patient })
  expect(measured.ours).toEqual({ values: [5, 5, 5], each: [5, 5, 5], memory: 1000 })
  expect(measured.node.values).toHaveLength(3)
})

test('a side that is not there is left out, and one that cannot do it says why', async () => {
  const sides = { ours: () => 1, absent: undefined, other: cannot('it has no search') }
  const measured = await interleaved(sides, { rounds: 1, pace: patient })
  expect(Object.keys(measured)).toEqual(['ours', 'other'])
  expect(measured.other).toEqual({ cannot: 'it has no search' })
})

test('no more rounds than the pace allows, and never fewer than it wants', async () => {
  const hurried = { enoughMs: -1, atLeast: 3 }
  const { ours } = await interleaved({ ours: () => 1 }, { rounds: 50, pace: hurried })
  expect(ours.values).toHaveLength(3)
  const { ours: few } = await interleaved({ ours: () => 1 }, { rounds: 2, pace: hurried })
  expect(few.values).toHaveLength(2)
})

test('what else waits for its turn has it between two measurements', async () => {
  let turns = 0
  const counting = setInterval(() => turns++, 1)
  const busy = () => {
    const until = performance.now() + 5
    while (performance.now() < until);
    return turns
  }
  const { ours } = await interleaved({ ours: busy }, { rounds: 5, pace: patient })
  clearInterval(counting)
  expect(ours.values.at(-1)).toBeGreaterThan(0)
})
