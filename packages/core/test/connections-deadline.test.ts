import { expect, test, vi } from 'vitest'
import { createConnector } from '../src/connections/create-connector.ts'
import { countdown, Deadline } from '../src/connections/deadline.ts'
import { failureOf, remoteConfig } from './connections-fixtures.ts'

test('an error names the time that was given, where less of it was left', async () => {
  const left = countdown({ timeoutMs: 700 })
  const deadline = new Deadline({ ...left(), timeoutMs: 1 })
  await failureOf(deadline.race(new Promise(() => {})))
  expect(deadline.failure('the wait')).toMatchObject({
    code: 'timeout',
    message: 'the wait took longer than 700 ms',
  })
})

test('and the time in all, where that is up first', async () => {
  const deadline = new Deadline({ timeoutMs: 700, totalMs: 1, givenTotalMs: 900 })
  await failureOf(deadline.race(new Promise(() => {})))
  expect(deadline.failure('the wait')?.message).toBe('the wait took longer than 900 ms in all')
})

test('a deadline that is held ends only with its time in all, and counts anew when it is released as often', async () => {
  const held = new Deadline({ timeoutMs: 1, totalMs: 50 })
  held.hold()
  await failureOf(held.race(new Promise(() => {})))
  expect(held.failure('the wait')?.message).toBe('the wait took longer than 50 ms in all')
  const released = new Deadline({ timeoutMs: 1 })
  released.hold()
  released.hold()
  released.release()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(released.aborted).toBe(false)
  released.release()
  await failureOf(released.race(new Promise(() => {})))
  expect(released.failure('the wait')?.message).toBe('the wait took longer than 1 ms')
})

test('a host that was busy for longer than connecting may take has no less than no time left', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const auth = async () => {
    for (const end = performance.now() + 30; performance.now() < end; );
    return undefined
  }
  const config = remoteConfig('http://127.0.0.1:9/mcp')
  await failureOf(createConnector({ auth }).connect('demo', config, { timeoutMs: 10 }))
  const times = timers.mock.calls.map(([, ms]) => ms ?? 0)
  timers.mockRestore()
  expect(times).not.toEqual([])
  // Newer versions of Node warn of these, on stderr.
  expect(times.filter((ms) => ms < 0)).toEqual([])
})
