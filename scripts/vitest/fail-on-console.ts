import { afterEach, expect, vi } from 'vitest'

// A library prints only through its logger, so any direct console call fails the test that caused it.
const methods = ['debug', 'info', 'log', 'warn', 'error'] as const
const spies = methods.map((method) => vi.spyOn(console, method))

afterEach(() => {
  const calls = spies.flatMap((spy) => spy.mock.calls)
  for (const spy of spies) spy.mockClear()
  expect(calls, 'console was used').toEqual([])
})
