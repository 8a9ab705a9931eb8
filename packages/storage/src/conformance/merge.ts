import assert from 'node:assert/strict'
import type { Backend } from '../backend.ts'
import { seenAfter } from '../records/record.ts'
import { type ConformanceCase, onBackends } from './case.ts'
import { after, at, CACHE, CONFIG, merge, record, START, STATE, stored } from './records.ts'

export const mergeCases: ConformanceCase[] = [
  onBackends('a write is stored and every connection reads it', async (a, b) => {
    const written = record({ stamp: at(1), json: '{"url":"https://example.com/北京"}' })
    assert.deepEqual(await merge(a, written), ['accepted'])
    assert.deepEqual(await stored(b), { [CONFIG]: { json: written.json, stamp: written.stamp } })
  }),
  onBackends('the later stamp stays, in whatever order they arrive', async (a) => {
    const older = record({ stamp: at(1) })
    const newer = after(older, { stamp: at(2), json: '2' })
    assert.deepEqual(await merge(a, newer, older), ['accepted', 'duplicate'])
    assert.equal((await stored(a))[CONFIG]!.json, '2')
  }),
  onBackends('a repeated write changes nothing, even after it was overwritten', async (a) => {
    const first = record({ stamp: at(1) })
    const second = after(first, { stamp: at(2, 'b'), json: '2' })
    assert.deepEqual(await merge(a, first, first, second, first), [
      'accepted',
      'duplicate',
      'accepted',
      'duplicate',
    ])
    assert.deepEqual(await a.conflicts(), [])
  }),
  onBackends('of two writers who had not seen each other the loser is reported once', async (a, b) => {
    const loser = record({ stamp: at(1, 'a'), json: '"lost"' })
    const winner = record({ stamp: at(2, 'b'), json: '"kept"' })
    await merge(a, loser, winner)
    await merge(b, winner, loser)
    const expected = {
      key: CONFIG,
      loser: { stamp: loser.stamp, json: '"lost"' },
      winner: { stamp: winner.stamp, json: '"kept"' },
    }
    assert.deepEqual(await b.conflicts(), [expected])
  }),
  onBackends('a late loser is stale and reported', async (a) => {
    const verdicts = await merge(a, record({ stamp: at(2, 'b'), json: '2' }), record({ stamp: at(1, 'a') }))
    assert.deepEqual(verdicts, ['accepted', 'stale'])
    assert.equal((await a.conflicts()).length, 1)
  }),
  onBackends('equal values are no conflict', async (a) => {
    await merge(a, record({ stamp: at(1, 'a') }), record({ stamp: at(2, 'b') }))
    assert.deepEqual(await a.conflicts(), [])
  }),
  onBackends('reported conflicts are kept, each loser once, the last hundred', async (a) => {
    const side = (ms: number, node: string) => ({ stamp: at(ms, node), json: '1' })
    const all = Array.from({ length: 120 }, (_, n) => ({
      key: CONFIG,
      loser: side(n, 'a'),
      winner: side(n, 'b'),
    }))
    await a.report(all)
    await a.report(all.slice(-3))
    const kept = await a.conflicts()
    assert.deepEqual(kept, all.slice(-100))
  }),
  onBackends('a tombstone outranks what came before and survives', async (a) => {
    const first = record({ stamp: at(1) })
    await merge(
      a,
      first,
      after(first, { stamp: at(3), json: null }),
      after(first, { stamp: at(2), json: '2' }),
    )
    assert.deepEqual(await stored(a), { [CONFIG]: { json: null, stamp: at(3) } })
  }),
  onBackends('a list of a newer config stays, however late an older one ends', async (a) => {
    const old = record({ stamp: at(1) })
    const config = after(old, { stamp: at(5), json: '2' })
    const newList = record({ key: CACHE, stamp: at(6), basis: at(5), json: '"new"' })
    const oldList = record({ key: CACHE, stamp: at(9), basis: at(1), json: '"old"' })
    assert.deepEqual(await merge(a, old, config, newList, oldList), [
      'accepted',
      'accepted',
      'accepted',
      'stale',
    ])
    assert.equal((await stored(a))[CACHE]!.json, '"new"')
  }),
  onBackends('a list or state without a live config is refused', async (a) => {
    const config = record({ stamp: at(1) })
    const list = record({ key: CACHE, stamp: at(3), basis: at(1) })
    assert.deepEqual(await merge(a, list), ['orphan'])
    await merge(a, config, after(config, { stamp: at(2), json: null }))
    assert.deepEqual(await merge(a, list, record({ key: STATE, stamp: at(4) })), ['orphan', 'orphan'])
  }),
  onBackends('deleting a config takes its list, state and counters along', async (a) => {
    const config = record({ stamp: at(1) })
    await merge(
      a,
      config,
      record({ key: CACHE, stamp: at(2), basis: at(1) }),
      record({ key: STATE, stamp: at(3) }),
    )
    await a.count('n', '', [{ key: 'tools:t:stats', field: 'weather:calls', total: 4 }])
    await merge(a, after(config, { stamp: at(4), json: null }))
    const page = await a.pull(0)
    assert.deepEqual(
      page.records.map(({ key }) => key),
      [CONFIG],
    )
    assert.deepEqual(page.counters, [])
  }),
  onBackends('a stamp or basis from the future is refused and nothing follows it', async (a) => {
    const config = record({ stamp: at(1) })
    const verdicts = await merge(
      a,
      config,
      after(config, { stamp: at(70_000), json: '2' }),
      record({ key: CACHE, stamp: at(2), basis: at(70_000) }),
    )
    assert.deepEqual(verdicts, ['accepted', 'future', 'future'])
    assert.deepEqual(await stored(a), { [CONFIG]: { json: config.json, stamp: config.stamp } })
  }),
  onBackends(
    'a stored stamp from the future gives way to who had seen it, or names it',
    async (a, _, subject) => {
      const year = 31_536_000_000
      for (const named of [false, true]) {
        subject.setNow(START + year)
        const stray = record({ key: named ? 'services:b:config' : CONFIG, stamp: at(year) })
        await merge(a, stray)
        subject.setNow(START + 1000)
        const unseeing = record({ key: stray.key, stamp: at(4, 'b') })
        assert.deepEqual(await merge(a, unseeing), ['stale'])
        const mended = { ...unseeing, stamp: at(5), seen: named ? [] : seenAfter(stray) }
        const [reply] = await a.merge([{ record: mended, ...(named && { if: stray.stamp }) }])
        assert.equal(reply!.verdict, 'accepted')
        assert.equal((await stored(a))[stray.key]!.stamp, mended.stamp)
      }
    },
  ),
  onBackends('compare-and-set writes only over what it names', async (a, b) => {
    const first = record({ stamp: at(1) })
    const write = async (backend: Backend, ms: number, condition: string) => {
      const next = after(first, { stamp: at(ms), json: String(ms) })
      return (await backend.merge([{ record: next, if: condition }]))[0]!.verdict
    }
    assert.equal((await a.merge([{ record: first, if: 'absent' }]))[0]!.verdict, 'accepted')
    assert.equal(await write(b, 2, 'absent'), 'failed_condition')
    assert.equal(await write(b, 3, at(1)), 'accepted')
    assert.equal(await write(a, 4, at(1)), 'failed_condition')
    assert.equal(await write(b, 3, at(1)), 'duplicate')
    assert.equal((await stored(a))[CONFIG]!.json, '3')
  }),
  onBackends('a clear kills what is older, tombstones too, and nothing of it comes back', async (a, b) => {
    const config = record({ stamp: at(1) })
    await merge(a, config, record({ key: CACHE, stamp: at(2), basis: at(1) }))
    assert.equal((await a.clear(at(5))).cleared, at(5))
    assert.equal((await b.clear(at(4))).cleared, at(5))
    assert.deepEqual(await merge(b, config, after(config, { stamp: at(3), json: null })), [
      'cleared',
      'cleared',
    ])
    assert.deepEqual(await stored(b), {})
    assert.deepEqual(await merge(b, record({ stamp: at(6) })), ['accepted'])
  }),
  onBackends(
    'a clear from the future is refused, and one that was taken forbids nothing',
    async (a, _, subject) => {
      await merge(a, record({ stamp: at(1) }))
      assert.notEqual((await a.clear(at(70_000))).cleared, at(70_000))
      assert.equal(Object.keys(await stored(a)).length, 1)
      subject.setNow(START + 3_600_000)
      assert.equal((await a.clear(at(3_600_000))).cleared, at(3_600_000))
      subject.setNow(START + 1000)
      assert.deepEqual(await merge(a, record({ stamp: at(500) }), record({ stamp: at(1500) })), [
        'cleared',
        'accepted',
      ])
    },
  ),
  onBackends('every id a dataspace was known by is kept', async (a, b) => {
    const [made, ...none] = (await a.open()).ids
    assert.match(made!, /^[0-9a-z]{10}$/)
    assert.deepEqual(none, [])
    // What is made by its first write is there now.
    await a.release('nothing', 'nobody')
    assert.deepEqual((await b.open({ ids: ['other00000'] })).ids, [made, 'other00000'])
    assert.deepEqual((await a.open({ ids: ['other00000', 'third00000'] })).ids, [
      made,
      'other00000',
      'third00000',
    ])
  }),
]
