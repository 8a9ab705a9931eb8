import assert from 'node:assert/strict'
import type { Backend } from '../backend.ts'
import { type ConformanceCase, onBackends } from './case.ts'
import { at, merge, record } from './records.ts'

const KEY = 'tools:get_current_weather:stats'
const FIELD = 'weather:calls'

const count = async (backend: Backend, node: string, total: number, cleared = '') => {
  const { counted, refused } = await backend.count(node, cleared, [{ key: KEY, field: FIELD, total }])
  assert.deepEqual(refused, [])
  return counted
}

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
