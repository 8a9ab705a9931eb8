import assert from 'node:assert/strict'
import type { Backend } from '../backend.ts'
import { type ConformanceCase, onBackends } from './case.ts'
import { START } from './records.ts'

/** Says that a node is here, by a beat or without. */
async function say(backend: Backend, node: string, about: string): Promise<void> {
  if (backend.announce) assert.equal(await backend.announce(node, about), true)
  else await backend.beat!(node, { about, most: 0 })
}

const DAY_MS = 24 * 3_600_000

export const nodeCases: ConformanceCase[] = [
  onBackends(
    'who is here is known to all, when it said so and what it told, until it leaves',
    async (a, b, subject) => {
      // Nothing is made for whoever only looks.
      await a.lease('any', 'a', 1000)
      await say(a, 'a', '{"host":"x"}')
      subject.setNow(START + 3000)
      await say(b, 'b', '')
      await say(b, 'b', '{"pid":2}')
      const sorted = async () => [...(await a.nodes!())].sort((one, two) => (one.id < two.id ? -1 : 1))
      assert.deepEqual(await sorted(), [
        { id: 'a', last: START + 1000, about: '{"host":"x"}' },
        { id: 'b', last: START + 3000, about: '{"pid":2}' },
      ])
      await a.leave('a')
      assert.deepEqual(await b.nodes!(), [{ id: 'b', last: START + 3000, about: '{"pid":2}' }])
    },
  ),
  onBackends('who was silent for a day is forgotten, and none before', async (a, b, subject) => {
    await a.lease('any', 'a', 1000)
    await say(a, 'early', '')
    subject.setNow(START + 5000)
    await say(a, 'late', '')
    subject.setNow(START + 2000 + DAY_MS)
    await say(b, 'now', '')
    await b.beat?.('now', { about: '', most: 10 })
    assert.deepEqual((await a.nodes!()).map(({ id }) => id).sort(), ['late', 'now'])
  }),
]
