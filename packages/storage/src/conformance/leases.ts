import assert from 'node:assert/strict'
import { type ConformanceCase, onBackends } from './case.ts'
import { START } from './records.ts'

export const leaseCases: ConformanceCase[] = [
  onBackends('a lease has one holder until it is released', async (a, b) => {
    assert.equal(await a.lease('refresh', 'a', 1000), 0)
    assert.equal(await b.lease('refresh', 'b', 1000), 1000)
    assert.equal(await b.lease('other', 'b', 1000), 0)
    await b.release('refresh', 'b')
    assert.equal(await b.lease('refresh', 'b', 1000), 1000)
    await a.release('refresh', 'a')
    assert.equal(await b.lease('refresh', 'b', 1000), 0)
  }),
  onBackends('a holder renews its own lease', async (a, b, subject) => {
    await a.lease('refresh', 'a', 1000)
    subject.setNow(START + 1900)
    assert.equal(await a.lease('refresh', 'a', 1000), 0)
    assert.equal(await b.lease('refresh', 'b', 1000), 1000)
  }),
  onBackends('a lease that was not renewed passes on', async (a, b, subject) => {
    await a.lease('refresh', 'a', 1000)
    subject.setNow(START + 2000)
    assert.equal(await b.lease('refresh', 'b', 1000), 0)
    assert.equal(await a.lease('refresh', 'a', 1000), 1000)
  }),
  onBackends(
    'a lease does not outlive its own time, whatever is done to the clock',
    async (a, b, subject) => {
      subject.setNow(START + 3_600_000)
      await a.lease('refresh', 'a', 1000)
      subject.setNow(START)
      assert.equal(await b.lease('refresh', 'b', 1000), 0)
    },
  ),
]
