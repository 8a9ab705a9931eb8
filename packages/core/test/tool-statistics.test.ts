import { Dataspace, memoryBackend, silentLogger } from '@mcpstore/storage'
import { expect, test, vi } from 'vitest'
import type { ToolResult } from '../src/connections/connector.ts'
import { storeError } from '../src/errors.ts'
import { resolveOptions } from '../src/options/resolve-options.ts'
import { storeOver } from '../src/setup-store.ts'
import { CallCount, TOOL_COUNTERS } from '../src/tools/statistics.ts'
import { startRemote } from './connections-fixtures.ts'
import { server } from './stores.ts'

async function space(): Promise<Dataspace> {
  const dataspace = new Dataspace({
    backend: memoryBackend(),
    namespace: 'a',
    dataspace: 'b',
    logger: silentLogger,
    waitMs: 1000,
  })
  await dataspace.open()
  await dataspace.put('services:my service:config'.replace(' ', '%20'), { type: 'http', url: 'http://x' })
  return dataspace
}

const tool = (name: string) => ({
  name: `my service/${name}`,
  service: 'my service',
  tool: name,
  exportName: '',
})

/** Counts a call that ends as the outcome does. */
function count(dataspace: Dataspace, name: string, outcome: ToolResult | Error): void {
  const call = new CallCount(dataspace, { scope: 'store' }, tool(name), performance.now())
  if (outcome instanceof Error) call.failed(outcome)
  else call.answered(outcome)
}

test('counters have names that sort as the latencies do', () => {
  expect(TOOL_COUNTERS).toEqual([...TOOL_COUNTERS].sort())
})

test('every way a call can end is counted once, and only answers are timed', async () => {
  const dataspace = await space()
  vi.spyOn(performance, 'now').mockReturnValue(0)
  count(dataspace, 'look', { content: [] })
  count(dataspace, 'look', { content: [], isError: true })
  for (const code of ['server_error', 'timeout', 'outcome_unknown', 'aborted'] as const) {
    count(dataspace, 'look', storeError(code, 'no'))
  }
  vi.restoreAllMocks()
  expect(dataspace.counters('tools:look:stats')).toEqual({
    'my%20service:calls': 6,
    'my%20service:errors': 5,
    'my%20service:ms-0001': 3,
  })
  await dataspace.close()
})

test('an answer counts under the first latency it does not exceed', async () => {
  const dataspace = await space()
  const took = [0, 1, 1.5, 5, 7, 20, 50, 51, 200, 400, 1000, 1000.5, 60_000]
  const times = took.flatMap((ms) => [0, ms])
  vi.spyOn(performance, 'now').mockImplementation(() => times.shift()!)
  for (const _ of took) count(dataspace, 'slow', {})
  vi.restoreAllMocks()
  const { 'my%20service:calls': calls, ...latencies } = dataspace.counters('tools:slow:stats')
  expect(calls).toBe(13)
  expect(latencies).toEqual({
    'my%20service:ms-0001': 2,
    'my%20service:ms-0005': 2,
    'my%20service:ms-0010': 1,
    'my%20service:ms-0025': 1,
    'my%20service:ms-0050': 1,
    'my%20service:ms-0100': 1,
    'my%20service:ms-0250': 1,
    'my%20service:ms-0500': 1,
    'my%20service:ms-1000': 1,
    'my%20service:ms-more': 2,
  })
  await dataspace.close()
})

test('a call of a store is counted, one that was never sent is not', async () => {
  const dataspace = await space()
  const store = storeOver(dataspace, resolveOptions({ logger: false }), silentLogger)
  const ctx = store.forStore()
  await ctx.addService({ demo: server() })
  await ctx.useTool('demo/broken')
  await ctx.useTool('demo/echo', { text: 'a' })
  await expect(ctx.useTool('demo/echo', { text: 1 })).rejects.toMatchObject({ code: 'bad_arguments' })
  const signal = AbortSignal.abort()
  await expect(ctx.useTool('demo/echo', { text: 'a' }, { signal })).rejects.toMatchObject({ code: 'aborted' })
  expect(dataspace.counters('tools:broken:stats')).toMatchObject({ 'demo:calls': 1, 'demo:errors': 1 })
  const { 'demo:calls': calls, ...rest } = dataspace.counters('tools:echo:stats')
  expect(calls).toBe(1)
  expect(Object.values(rest)).toEqual([1])
  await store.close()
})

test('a call that is turned away after connecting was not sent', async () => {
  const dataspace = await space()
  const remote = await startRemote({ token: 'good' })
  let token = 'good'
  const auth = () => ({ tokens: () => ({ access_token: token }) })
  const store = storeOver(dataspace, resolveOptions({ logger: false, auth }), silentLogger)
  const ctx = store.forStore()
  await ctx.addService({ demo: { url: remote.url } })
  await ctx.useTool('demo/echo', { text: 'a' })
  token = 'bad'
  await expect(ctx.useTool('demo/echo', { text: 'b' })).rejects.toMatchObject({ code: 'auth_required' })
  const { 'demo:calls': calls, ...rest } = dataspace.counters('tools:echo:stats')
  expect([calls, Object.values(rest)]).toEqual([1, [1]])
  await store.close()
})
