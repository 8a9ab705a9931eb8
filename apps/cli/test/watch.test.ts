import type { Store, StoreEventMap, StoreEventName } from '@mcpstore/core'
import { expect, it } from 'vitest'
import type { StoreEvent } from '../src/command-line/event-pattern.ts'
import { eventLine } from '../src/output/event-line.ts'
import { fakeOutput, fakeStatus, run } from './fakes.ts'

type Told = { [Name in StoreEventName]: [Name, StoreEventMap[Name]] }[StoreEventName]

/** Watches a store that tells these, one after the other, and then is interrupted. */
async function watched(told: readonly Told[], argv: string[] = [], status = fakeStatus()) {
  const interrupt = new AbortController()
  const tell = () => {
    for (const [name, event] of told) listeners.get(name)!(event as never)
    interrupt.abort()
  }
  const listeners = new Map<StoreEventName, (event: never) => void>()
  const events: Store['events'] = {
    on(name, listener) {
      listeners.set(name, listener as never)
      if (listeners.size === all.length) setImmediate(tell)
      return () => {}
    },
  }
  const result = await run(['watch', ...argv], {
    store: { events },
    status,
    host: { signal: interrupt.signal },
  })
  return { ...result, lines: result.stdout.trimEnd().split('\n').slice(1) }
}

const scope = 'store'
const error = { code: 'unreachable', message: 'service "w" ended: \u001b[2Jno licence', at: '' }
const all: Told[] = [
  ['serviceAdded', { service: 'w', scope, status: 'new' }],
  ['serviceUpdated', { service: 'w', scope: { agent: 'a' } }],
  ['statusChanged', { service: 'w', scope, status: 'failing', before: 'ok', error }],
  ['toolsChanged', { service: 'w', scope, toolCount: null }],
  ['statsChanged', { name: 'w/t', service: 'w', scope, tool: 't', calls: 2, errors: 1 }],
  ['assignmentChanged', { agent: 'a', service: 'w', assigned: null }],
  ['conflict', { service: 'w', scope, lost: null, kept: null }],
  ['malformed', { key: 'services:w:config\n\u202e', problem: 'its value is not JSON' }],
  ['storageChanged', { state: 'down', before: 'up', backend: 'memory', reason: 'gone' }],
  ['serviceRemoved', { service: 'w', scope }],
]

it('every event is one line, in which nothing acts on a terminal', async () => {
  const { exit, lines, stderr, closed } = await watched(all)
  expect({ exit, stderr, closed }).toEqual({ exit: 0, stderr: '', closed: 1 })
  expect(lines.map((line) => line.replace(/^\S+Z {2}/, '').replace(/ {3,}/, '  '))).toEqual([
    'serviceAdded  w  new',
    'serviceUpdated  w (agent a)',
    'statusChanged  w  ok -> failing: ended: \\x1b[2Jno licence',
    'toolsChanged  w  no tool list yet',
    'statsChanged  w/t  2 calls, 1 error',
    'assignmentChanged  w  no longer assigned to agent a',
    'conflict  w  two changed it at once, and one version was lost; it is removed',
    'malformed  services:w:config \\u202e  its value is not JSON',
    'storageChanged  memory  up -> down: gone',
    'serviceRemoved  w',
  ])
})

it('on a narrow terminal an event goes on below itself, between words', () => {
  const at = '2026-11-20T10:00:00.000Z'
  const event = { event: 'statusChanged', ...all[2]![1], service: 'weather-of-the-north' } as StoreEvent
  const shown = (columns: number) => eventLine(event, at, { ...fakeOutput(() => {}), columns })
  expect(shown(80)).toMatchInlineSnapshot(`
    "2026-11-20T10:00:00.000Z  statusChanged      weather-of-the-north  ok ->
                                                 failing: service "w" ended:
                                                 \\x1b[2Jno licence
    "
  `)
  expect(shown(40)).toMatchInlineSnapshot(`
    "2026-11-20T10:00:00.00…  statusChanged
      weather-of-the-north  ok -> failing:
      service "w" ended: \\x1b[2Jno licence
    "
  `)
})

it('with --json each is one object, as the library tells it', async () => {
  const { lines } = await watched(all, ['--json'])
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    all.map(([event, fields]) => ({ event, at: expect.any(String), ...fields })),
  )
})

it.each([
  ['w', 10],
  ['x', 1],
  ['statusChanged:*', 2],
  ['s*:w', 6],
  ['serviceAdded:x', 1],
])('of ten events %s shows %i: how the storage is, always', async (pattern, count) => {
  const { lines } = await watched(all, [pattern])
  expect(lines).toHaveLength(count)
})

it('a Redis that is not reached is a warning at the start, and no end', async () => {
  const status = fakeStatus({ backend: 'memory', configured: 'redis', state: 'down', reason: 'it is gone' })
  const { stderr, lines } = await watched(all.slice(0, 1), [], status)
  expect(stderr).toBe('warning: Redis is not reached: it is gone; what is missed meanwhile is shown later\n')
  expect(lines).toHaveLength(1)
})

it('a storage that cannot be read at all is an error', async () => {
  const status = fakeStatus({ state: 'down', reason: 'it is corrupt' })
  expect(await watched([], [], status)).toMatchObject({ exit: 5, closed: 1 })
})
