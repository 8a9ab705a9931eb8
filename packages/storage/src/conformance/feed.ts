import assert from 'node:assert/strict'
import { type ConformanceCase, onBackends } from './case.ts'
import { after, at, CACHE, CONFIG, merge, record } from './records.ts'

export const feedCases: ConformanceCase[] = [
  onBackends('a page holds what changed after the cursor, each record once', async (a, b) => {
    const first = record({ stamp: at(1) })
    await merge(a, first, record({ key: CACHE, stamp: at(2), basis: at(1) }))
    const { rev } = await b.pull(0)
    await merge(a, after(first, { stamp: at(3), json: '2' }), after(first, { stamp: at(4), json: '3' }))
    const page = await b.pull(rev)
    assert.deepEqual(
      page.records.map(({ key, json }) => [key, json]),
      [[CONFIG, '3']],
    )
    assert.deepEqual((await b.pull(page.rev)).records, [])
  }),
  onBackends('tombstones are in the feed', async (a, b) => {
    const first = record({ stamp: at(1) })
    await merge(a, first)
    const { rev } = await b.pull(0)
    await merge(a, after(first, { stamp: at(2), json: null }))
    assert.deepEqual(
      (await b.pull(rev)).records.map(({ json }) => json),
      [null],
    )
  }),
  onBackends('a record comes back exactly as it was written', async (a, b) => {
    const basis = at(1)
    await merge(a, record({ stamp: basis }))
    const written = record({
      key: CACHE,
      stamp: at(2),
      basis,
      seen: [at(1, 'c'), at(0, 'b')],
      expires: 1_800_000_000_000,
    })
    await merge(a, written)
    const read = (await b.pull(0)).records.find(({ key }) => key === CACHE)!
    assert.deepEqual({ ...read, rev: 0 }, written)
    assert.ok(read.rev > 0)
  }),
  onBackends('a clear is in the feed', async (a, b) => {
    await merge(a, record({ stamp: at(1) }))
    const { rev } = await b.pull(0)
    await a.clear(at(2))
    const page = await b.pull(rev)
    assert.equal(page.cleared, at(2))
    assert.ok(page.rev > rev)
  }),
  onBackends('another connection is told that something changed', async (a, b) => {
    const hinted = new Promise<void>((resolve) => b.onHint(() => resolve()))
    await merge(a, record({ stamp: at(1) }))
    await hinted
  }),
]
