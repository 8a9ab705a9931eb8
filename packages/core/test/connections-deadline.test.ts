import { expect, test } from 'vitest'
import { countdown, Deadline } from '../src/connections/deadline.ts'
import { failureOf } from './connections-fixtures.ts'

test('an error names the time that was given, where less of it was left', async () => {
  const left = countdown({ timeoutMs: 700 })
  const deadline = new Deadline({ ...left(), timeoutMs: 1 })
  await failureOf(deadline.race(new Promise(() => {})))
  expect(deadline.failure('the wait')).toMatchObject({
    code: 'timeout',
    message: 'the wait took longer than 700 ms',
  })
})
