import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { asRead, asWritten } from '../outage/answers.mjs'
import { fatesOf } from '../outage/fates.mjs'
import { pictureOf } from '../outage/picture.mjs'
import { now, sampleCalls } from '../outage/sample-calls.mjs'
import { secondsOf } from '../outage/seconds.mjs'
import { timetableOf } from '../outage/timetable.mjs'

const call = (second, ms, outcome, more = {}) => ({ second, ms, outcome, ...more })

test('who hangs is called again all the same, and the call that hangs ends at its bound', async () => {
  const samples = []
  let calls = 0
  const from = now()
  const operations = {
    hangs: () => new Promise(() => calls++),
    fails: () => Promise.reject(new TypeError('no')),
    answers: async () => ({ outcome: 'ok', word: 'OK' }),
  }
  await sampleCalls(operations, {
    from,
    until: from + 300,
    boundMs: 400,
    tell: (sample) => samples.push(sample),
  })
  expect(calls).toBe(3)
  const of = (operation) => samples.filter((sample) => sample.operation === operation)
  expect(of('hangs').map(({ outcome, ms }) => [outcome, ms])).toEqual(Array(3).fill(['hung', 400]))
  expect(of('fails').map(({ outcome, word }) => [outcome, word])).toEqual(
    Array(3).fill(['error', 'TypeError no']),
  )
  expect(of('answers').map(({ number }) => number)).toEqual([0, 1, 2])
  await setImmediate()
})

test('a read of something else is a miss, and a write is what its word says', () => {
  expect(asRead([['a', { name: 'a' }]])).toEqual({ outcome: 'ok' })
  expect(asRead([['a', { name: 'a' }]], 'memory')).toEqual({ outcome: 'kept', word: 'memory' })
  expect(asRead([['a', undefined]])).toEqual({ outcome: 'missing' })
  expect(asRead([['a', { name: 'b' }]])).toEqual({ outcome: 'missing' })
  expect(asWritten('local', { kept: ['local'] }).outcome).toBe('kept')
  expect(asWritten(false, { refused: [false] }).outcome).toBe('error')
})

test('what was acknowledged and is not there is lost, and what failed and is there is a ghost', async () => {
  const calls = [
    call(0, 1, 'ok', { operation: 'write', number: 1, word: 'OK' }),
    call(0, 1, 'kept', { operation: 'write', number: 2, word: 'local' }),
    call(0, 1, 'error', { operation: 'write', number: 3 }),
    call(0, 1, 'ok', { operation: 'known', number: 4 }),
  ]
  const there = new Set(['written-1', 'written-3'])
  const fates = await fatesOf(calls, async (name) => (there.has(name) ? JSON.stringify({ name }) : null))
  expect(fates).toEqual({ acknowledged: 2, there: 1, lost: 1, ghosts: 1, words: { OK: 1, local: 1 } })
  expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'lost', 'error', 'ok'])
})

test('a second is called after its worst call, a right answer after 2 s is late, and who has ended is gone', () => {
  const seconds = secondsOf(
    [call(0.1, 5, 'ok'), call(0.9, 1, 'error', { word: 'E' }), call(1.5, 2500, 'kept'), call(-0.2, 3, 'ok')],
    { ended: { with: 1 } },
  )
  const at = (second) => seconds.find((one) => one.second === second)
  expect(at(0)).toMatchObject({ outcome: 'error', counts: { ok: 1, error: 1 }, worst: 5, words: { E: 1 } })
  expect([at(1).outcome, at(-1).outcome, at(2).outcome]).toEqual(['late', 'ok', 'gone'])
})

test('picture and table tell the same, the picture in words too, and it escapes them', () => {
  const lane = { operation: 'write', longest: 15_000, seconds: secondsOf([call(0, 15_000, 'hung')], {}) }
  const fates = { acknowledged: 3, there: 1, lost: 2, ghosts: 0 }
  const fault = { title: 'It <fails>', sides: [{ title: 'a & b', lanes: [lane], fates }] }
  const picture = pictureOf(fault, { at: 'today' })
  expect(picture).toContain('<title id="title">It &lt;fails></title>')
  expect(picture).toContain(
    'a &amp; b: the longest waits were write 15.0 s; 2 of 3 acknowledged writes lost.',
  )
  expect(picture).toContain('<g class="hung"><title>0 s: 1 no answer within 15 s, worst 15.0 s')
  expect(picture).toContain('longest hung > 15.0 s')
  expect(timetableOf(fault)).toContain('| **a & b** | write | `     ` | `∞           ` |')
  expect(timetableOf(fault)).toContain('> 15.0 s |  | 1 of 3 acknowledged are in Redis |')
})
