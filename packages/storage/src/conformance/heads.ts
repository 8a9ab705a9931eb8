import assert from 'node:assert/strict'
import type { Backend } from '../backend.ts'
import { type ConformanceCase, onBackends } from './case.ts'
import { after, at, CACHE, CONFIG, merge, record } from './records.ts'

const CONFIGURED = record({ stamp: at(1) })
const LISTED = record({ key: CACHE, stamp: at(2), basis: at(1), json: '["a","b"]', head: '{"count":2}' })

/** What a reading of heads gives: the keys that came whole, and the heads of the others. */
async function heads(backend: Backend, known?: ReadonlyMap<string, string>) {
  const { records, unread = [], unchanged = [] } = await backend.pull(0, known, { heads: true })
  return {
    whole: records.map(({ key, json }) => [key, json]),
    unread: unread.map(({ key, head, json, stamp }) => [key, head, json, stamp]),
    unchanged,
  }
}

export const headCases: ConformanceCase[] = [
  onBackends('a head comes back beside its value', async (a, b) => {
    await merge(a, CONFIGURED, LISTED)
    const { records, unread = [] } = await b.pull(0)
    const read = records.find(({ key }) => key === CACHE)!
    assert.deepEqual({ ...read, rev: 0 }, LISTED)
    assert.deepEqual(unread, [])
  }),
  onBackends('values of records with a head are left out where heads are asked for', async (a, b) => {
    await merge(a, CONFIGURED, LISTED)
    assert.deepEqual(await heads(b), {
      whole: [[CONFIG, CONFIGURED.json]],
      unread: [[CACHE, LISTED.head, undefined, LISTED.stamp]],
      unchanged: [],
    })
    const [read, ...more] = await b.read([CACHE])
    assert.deepEqual({ ...read, rev: 0 }, LISTED)
    assert.deepEqual(more, [])
  }),
  onBackends('a value without a head is never left out, nor is a tombstone', async (a, b) => {
    const { head: _, ...old } = LISTED
    await merge(a, CONFIGURED, old)
    assert.deepEqual((await heads(b)).unread, [])
    assert.equal((await heads(b)).whole.find(([key]) => key === CACHE)?.[1], LISTED.json)
    await merge(a, after(old, { stamp: at(3), basis: at(1), json: null, head: '{"count":0}' }))
    assert.deepEqual(
      (await heads(b)).whole.find(([key]) => key === CACHE),
      [CACHE, null],
    )
    assert.deepEqual((await heads(b)).unread, [])
  }),
  onBackends('a write without a head takes that of the one before away', async (a, b) => {
    const { head: _, ...later } = after(LISTED, { stamp: at(3), basis: at(1), json: '["c"]' })
    await merge(a, CONFIGURED, LISTED, later)
    assert.equal((await b.read([CACHE]))[0]?.head, undefined)
    assert.deepEqual((await heads(b)).unread, [])
  }),
  onBackends('only some kinds of records are read without their values', async (a, b) => {
    await merge(a, record({ stamp: at(1), head: '{}' }))
    const { whole, unread } = await heads(b)
    assert.deepEqual(whole, [[CONFIG, CONFIGURED.json]])
    assert.deepEqual(unread, [])
  }),
  onBackends('what is not there is not read', async (a, b) => {
    await merge(a, CONFIGURED)
    assert.deepEqual(await b.read([CACHE, 'services:nobody:config']), [])
  }),
  onBackends('a write that lost is told what stands, with its head', async (a) => {
    await merge(a, CONFIGURED, LISTED)
    const [reply] = await a.merge([{ record: { ...LISTED, stamp: at(1, 'b'), json: '[]' } }])
    assert.equal(reply?.verdict, 'stale')
    assert.equal(reply?.current?.head, LISTED.head)
    assert.equal(reply?.current?.json, LISTED.json)
  }),
]
