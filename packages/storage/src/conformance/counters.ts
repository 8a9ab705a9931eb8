import assert from 'node:assert/strict'
import type { Backend } from '../backend.ts'
import { type ConformanceCase, onBackends } from './case.ts'
import { at, merge, record, START } from './records.ts'

const KEY = 'tools:get_current_weather:stats'
const FIELD = 'weather:calls'
const WEEK = 7 * 24 * 3_600_000
const REFUSED = { counted: false, folded: true, refused: [] }

const count = async (backend: Backend, node: string, total: number, cleared = '') => {
  const { counted, refused } = await backend.count(node, cleared, [{ key: KEY, field: FIELD, total }])
  assert.deepEqual(refused, [])
  return counted
}

const late = (backend: Backend, sum: number) =>
  backend.count('silent', '', [{ key: KEY, field: FIELD, total: sum }])

const total = async (backend: Backend) => (await backend.pull(0)).counters[0]?.total

export const counterCases: ConformanceCase[] = [
  onBackends('a repeated or late share never counts twice', async (a, b) => {
    await merge(a, record({ stamp: at(1) }))
    for (const [backend, node, sum] of [
      [a, 'x', 5],
      [b, 'x', 5],
      [a, 'x', 9],
      [b, 'y', 3],
      [a, 'x', 5],
    ] as const) {
      assert.equal(await count(backend, node, sum), true)
    }
    assert.equal(await total(b), 12)
  }),
  onBackends('a share under an older clear is refused', async (a) => {
    await merge(a, record({ stamp: at(1) }))
    await count(a, 'x', 5)
    await a.clear(at(2))
    await merge(a, record({ stamp: at(3) }))
    assert.equal(await count(a, 'x', 7), false)
    assert.equal(await total(a), undefined)
    assert.equal(await count(a, 'x', 2, at(2)), true)
    assert.equal(await total(a), 2)
  }),
  onBackends('nothing is counted for a service that is not there', async (a) => {
    assert.equal(await count(a, 'x', 5), true)
    assert.equal(await total(a), undefined)
  }),
  onBackends('a node that leaves takes its share, not its counts', async (a) => {
    await merge(a, record({ stamp: at(1) }))
    await count(a, 'x', 5)
    await a.leave('x')
    assert.equal(await total(a), 5)
  }),
  onBackends(
    'the share of a node that was silent for long is folded: what it counted stays, what comes later is refused',
    async (a, b, subject) => {
      if (!a.stay || !a.fold || !b.fold) return
      await merge(a, record({ stamp: at(1) }))
      await count(a, 'silent', 5)
      await count(a, 'idle', 3)
      subject.setNow(START + 1000 + WEEK / 2)
      await a.stay('idle')
      await a.stay('nobody')
      await count(b, 'awake', 2)
      assert.equal(await b.fold(WEEK), 0)
      subject.setNow(START + 1000 + WEEK)
      // Whoever folds again, because an answer was lost or a lease, folds nothing.
      assert.deepEqual([await b.fold(WEEK), await a.fold(WEEK)], [1, 0])
      assert.equal(await total(a), 10)
      for (const sum of [5, 9]) assert.deepEqual(await late(a, sum), REFUSED)
      await a.leave('silent')
      assert.deepEqual(await late(b, 9), REFUSED)
      assert.deepEqual([await count(b, 'idle', 4), await count(a, 'silent2', 1)], [true, true])
      assert.equal(await total(a), 12)
    },
  ),
  onBackends('after a clear a node whose share was folded counts again', async (a, _, subject) => {
    if (!a.fold) return
    await merge(a, record({ stamp: at(1) }))
    await count(a, 'silent', 5)
    subject.setNow(START + 1000 + WEEK)
    await a.fold(WEEK)
    const cleared = at(WEEK)
    await a.clear(cleared)
    await merge(a, record({ stamp: at(WEEK + 1) }))
    assert.deepEqual(await late(a, 9), { counted: false, refused: [] })
    assert.equal(await count(a, 'silent', 2, cleared), true)
    assert.equal(await count(a, 'silent', 2, cleared), true)
    assert.equal(await total(a), 2)
    await a.leave('silent')
    assert.equal(await total(a), 2)
  }),
  onBackends('a counter that rose is in the feed', async (a, b) => {
    await merge(a, record({ stamp: at(1) }))
    const { rev } = await b.pull(0)
    await count(a, 'x', 5)
    assert.deepEqual(
      (await b.pull(rev)).counters.map(({ key, field, total: sum }) => [key, field, sum]),
      [[KEY, FIELD, 5]],
    )
  }),
]
