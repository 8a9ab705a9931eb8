import { Dataspace, type Json, memoryBackend, silentLogger } from '@mcpstore/storage'
import { expect, test, vi } from 'vitest'
import type { Connection, RawTool } from '../src/connections/connector.ts'
import { resolveOptions } from '../src/options.ts'
import type { Reach } from '../src/reach.ts'
import { Registry } from '../src/services/registry.ts'
import { CachedLists } from '../src/tools/cached-list.ts'
import { ListChanges } from '../src/tools/list-changes.ts'
import { Refresher } from '../src/tools/refresh.ts'
import { linesOf, open, scratch, server } from './stores.ts'

const names = (tools: Iterable<{ tool: string }>) => Array.from(tools, ({ tool }) => tool)

test('a list that its server calls changed is not served any more', async () => {
  const ctx = (await open({ refreshBehind: false })).forStore()
  await ctx.addService({ demo: server() })
  expect(names(await ctx.listTools())).not.toContain('grown-1')
  await ctx.useTool('demo/grow')
  const changed = await ctx.listTools()
  expect(changed.services[0]!.source).toBe('live')
  expect(names(changed)).toContain('grown-1')
  expect((await ctx.listTools()).services[0]!.source).toBe('cache')
  await ctx.useTool('grow')
  expect(await ctx.useTool('grown-2')).toEqual({ content: [] })
})

test('a changed list is renewed behind, for everybody', async () => {
  const folder = scratch()
  const [local, startFile] = [`${folder}/a.db`, `${folder}/starts`]
  const ctx = (await open({ local })).forStore()
  await ctx.addService({ demo: server({ startFile }) })
  const before = (await ctx.listTools()).length
  const other = (await open({ local })).forStore()
  await ctx.useTool('demo/grow')
  await ctx.useTool('demo/grow')
  await expect.poll(async () => (await other.serviceInfo('demo')).toolCount).toBe(before + 2)
  expect((await other.listTools()).services[0]!.source).toBe('cache')
  expect(linesOf(startFile)).toBe(1)
})

test('of all that a server says in a moment one list is fetched, and nothing is started for it', () => {
  vi.useFakeTimers()
  try {
    let phase: 'connected' | 'idle' = 'connected'
    const refresh = vi.fn(async () => ({}) as never)
    const changes = new ListChanges({
      options: { connectTimeoutMs: 1000, refreshBehind: true },
      registry: { find: (name) => ({ name, config: { type: 'http', url: '' }, stamp: '' as never }) },
      reach: { phase: () => phase },
      refresher: { outdate: () => {}, isOutdated: () => true, refresh },
      logger: silentLogger,
      behind: () => {},
    })
    for (let n = 0; n < 50; n++) changes.noticed('demo')
    vi.runAllTimers()
    expect(refresh).toHaveBeenCalledTimes(1)
    phase = 'idle'
    changes.noticed('demo')
    vi.runAllTimers()
    expect(refresh).toHaveBeenCalledTimes(1)
  } finally {
    vi.useRealTimers()
  }
})

test('a list that was asked for before the change never takes the place of one asked for afterwards', async () => {
  const dataspace = await new Dataspace({ backend: memoryBackend(), namespace: 'n', dataspace: 'd' }).open()
  const answers: ((tools: RawTool[]) => void)[] = []
  const connection = {
    server: { name: 'demo' },
    listTools: () => new Promise<RawTool[]>((resolve) => answers.push(resolve)),
  } as unknown as Connection
  const reach = { use: (_: unknown, __: unknown, work: (one: Connection) => unknown) => work(connection) }
  const options = resolveOptions({})
  const lists = new CachedLists(dataspace, {})
  const refresher = new Refresher({ options, lists, reach: reach as unknown as Reach, logger: silentLogger })
  const config = { type: 'http', url: 'http://x/' } as unknown as Json
  await dataspace.put('services:demo:config' as never, config)
  const service = new Registry(dataspace, silentLogger).get('demo')
  const before = refresher.refresh(service, { timeoutMs: 1000 })
  refresher.outdate(service)
  const after = refresher.refresh(service, { timeoutMs: 1000 })
  answers[1]!([{ name: 'new' }])
  await after
  expect(refresher.isOutdated('demo')).toBe(false)
  answers[0]!([{ name: 'old' }])
  await before
  expect(names(lists.get(service)!.tools)).toEqual(['new'])
  await dataspace.close()
})
