import type { Store, StoreStatus } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { fakeStatus, run } from './fakes.ts'

/** Watches a store that is so, one after the other, an event each, and then is interrupted. */
async function watched(states: readonly StoreStatus[], argv: readonly string[] = [], columns?: number) {
  const interrupt = new AbortController()
  const left = states.slice(1)
  let status = states[0]!
  let wake = () => {}
  const events: Store['events'] = {
    on(name, listener) {
      if (name !== 'storageChanged') return () => {}
      wake = listener as never
      setImmediate(happen)
      return () => {}
    },
  }
  let shown = ''
  const write = (text: string) => {
    shown += text
  }
  const happen = () => {
    const next = left.shift()
    if (!next) return interrupt.abort()
    status = next
    wake()
    setImmediate(happen)
  }
  const out = { write, columns: columns ?? 80, color: false }
  const result = await run(['status', '--watch', ...argv], {
    store: { events, status: () => status },
    host: { signal: interrupt.signal, out: { ...out, redraws: columns !== undefined } },
  })
  return { ...result, shown }
}

const up = fakeStatus()
const down = fakeStatus({
  state: 'down',
  backend: 'memory',
  reason: 'gone:\u001b[2J\nno',
  pendingWrites: 1,
  staleMs: 5,
})

it('each status is a line with its time, which acts on no terminal', async () => {
  const { exit, shown, stderr, closed } = await watched([up, down, up])
  expect({ exit, stderr, closed }).toEqual({ exit: 0, stderr: '', closed: 1 })
  expect(shown.replace(/^\S+Z {2}/gm, '').split('\n')).toEqual([
    'sqlite  up',
    'memory (configured: sqlite)  down  1 write waits; gone:\\x1b[2J no',
    'sqlite  up',
    '',
  ])
})

it('what is the same, and what is on its way, is not told', async () => {
  const suspect = fakeStatus({ state: 'suspect' })
  const sending = fakeStatus({ pendingWrites: 2 })
  const { shown } = await watched([down, { ...down, staleMs: 5000 }, suspect, sending, down, up], ['--json'])
  const told = shown
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).state)
  expect(told).toEqual(['down', 'up'])
})

it('on a terminal the block before is replaced, and cut where it would fold', async () => {
  const { shown } = await watched([up, down], [], 40)
  const [first, second] = shown.split('\u001b[7A\u001b[J')
  expect(first!.split('\n')).toHaveLength(8)
  expect(second).toContain('state           down\n')
  for (const line of shown.split('\n')) expect(line.replace(/^\W*7A.*J/, '').length).toBeLessThanOrEqual(40)
})
