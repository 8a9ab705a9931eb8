import { expect, test } from 'vitest'
import { Turns } from '../src/tools/calls/turns.ts'

const demo = { id: 'services:demo:config', name: 'demo' }

test('who gives up in the moment in which it is his turn does not take it with him', async () => {
  const turns = new Turns(1)
  const end = await turns.take(demo, { timeoutMs: 5000 })
  const givesUp = new AbortController()
  const second = turns.take(demo, { timeoutMs: 5000, signal: givesUp.signal })
  end()
  givesUp.abort()
  await second.then(
    (endSecond) => endSecond(),
    () => {},
  )
  const endThird = await turns.take(demo, { timeoutMs: 200 })
  endThird()
})

test('who gives up before it is his turn leaves it to the next', async () => {
  const turns = new Turns(1)
  const end = await turns.take(demo, { timeoutMs: 5000 })
  const givesUp = new AbortController()
  const second = turns.take(demo, { timeoutMs: 5000, signal: givesUp.signal })
  const third = turns.take(demo, { timeoutMs: 5000 })
  givesUp.abort()
  await expect(second).rejects.toMatchObject({ code: 'aborted' })
  end()
  const endThird = await third
  endThird()
})
