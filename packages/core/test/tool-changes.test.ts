import { Dataspace, type Json, memoryBackend, silentLogger } from '@mcpstore/storage'
import { expect, test, vi } from 'vitest'
import type { Connection, RawTool } from '../src/connections/connector.ts'
import { ServiceNews } from '../src/events/service-news.ts'
import { resolveOptions } from '../src/options/resolve-options.ts'
import type { Reach } from '../src/reach.ts'
import { Keyring } from '../src/secrets/keyring.ts'
import { Vault } from '../src/secrets/vault.ts'
import { Registry } from '../src/services/registry.ts'
import { CachedLists } from '../src/tools/lists/cached-list.ts'
import { ListChanges } from '../src/tools/lists/list-changes.ts'
import { OutdatedLists } from '../src/tools/lists/outdated-lists.ts'
import { Refresher } from '../src/tools/lists/refresh.ts'
import { RefreshLeases } from '../src/tools/lists/refresh-lease.ts'
import { approvalsOf } from '../src/trust/approvals-of.ts'
import { Gate } from '../src/trust/gate.ts'
import { Signatures } from '../src/trust/signatures.ts'
import { startRemote } from './connections-fixtures.ts'
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

test.each([
  ['a remote server calls changed is out of date for everybody', true],
  ['a local server calls changed that ends with a command is out of date for that command', false],
])('a list that %s', async (_, isForAll) => {
  const local = `${scratch()}/a.db`
  const ctx = (await open({ local, refreshBehind: false })).forStore()
  const remote = await startRemote({ mode: 'stream' })
  await ctx.addService({ demo: isForAll ? { url: remote.url } : server() })
  await ctx.listTools()
  const other = (await open({ local })).forStore()
  const facts = async () => (await other.serviceInfo('demo')).facts.tools
  expect(await facts()).toBe('fresh')
  await ctx.useTool('demo/grow')
  expect((await ctx.serviceInfo('demo')).facts.tools).toBe('stale')
  // What is written after it has come with it.
  await ctx.addService({ later: server() })
  await expect.poll(async () => (await other.listServices()).length).toBe(2)
  expect(await facts()).toBe(isForAll ? 'stale' : 'fresh')
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
    let changedAt: string | undefined = '1'
    const refresh = vi.fn(async () => {
      changedAt = undefined
      return {} as never
    })
    const changes = new ListChanges({
      options: { connectTimeoutMs: 1000, refreshBehind: true },
      records: {
        byId: (id) => ({ id, name: 'demo', scope: 'store', config: { type: 'http', url: '' }, stamp: '' }),
      },
      reach: { phase: () => phase },
      lists: { known: () => undefined },
      refresher: { noteChange: () => {}, isAsking: () => false, changedAt: () => changedAt, refresh },
      logger: silentLogger,
      behind: () => {},
    })
    for (let n = 0; n < 50; n++) changes.noticed('demo')
    vi.runAllTimers()
    expect(refresh).toHaveBeenCalledTimes(1)
    phase = 'idle'
    changedAt = '2'
    changes.noticed('demo')
    vi.runAllTimers()
    expect(refresh).toHaveBeenCalledTimes(1)
  } finally {
    vi.useRealTimers()
  }
})

test('a server that says that its tools changed whenever it is asked for them was asked ten times a second', async () => {
  vi.useFakeTimers()
  try {
    let hash = 'a'
    let served = 'a'
    let asked = 0
    const changes: ListChanges = new ListChanges({
      options: { connectTimeoutMs: 1000, refreshBehind: true },
      records: {
        byId: (id) => ({ id, name: 'demo', scope: 'store', config: { type: 'http', url: '' }, stamp: '' }),
      },
      reach: { phase: () => 'connected' },
      lists: { known: () => ({ hash }) as never },
      refresher: {
        noteChange: () => {},
        isAsking: () => false,
        changedAt: () => 'always',
        refresh: async () => {
          asked++
          hash = served
          changes.noticed('demo')
          return {} as never
        },
      },
      logger: silentLogger,
      behind: () => {},
    })
    changes.noticed('demo')
    await vi.advanceTimersByTimeAsync(600_000)
    // 0.1, 0.2, 0.4 … 51.2 s apart, then a minute.
    expect(asked).toBeGreaterThan(10)
    expect(asked).toBeLessThan(25)
    // What is really other is seen, and the next such news is soon followed again.
    served = 'b'
    await vi.advanceTimersByTimeAsync(61_000)
    expect(hash).toBe('b')
    const seen = asked
    served = 'c'
    changes.noticed('demo')
    await vi.advanceTimersByTimeAsync(61_000)
    expect(hash).toBe('c')
    expect(asked).toBeGreaterThan(seen + 5)
  } finally {
    vi.useRealTimers()
  }
})

/** Two that ask the same server, as two processes do; `answers` are those of the server, in the order of the questions. */
async function twoRefreshers() {
  const dataspace = await new Dataspace({ backend: memoryBackend(), namespace: 'n', dataspace: 'd' }).open()
  const answers: ((tools: RawTool[]) => void)[] = []
  const connection = {
    server: { name: 'demo' },
    listTools: () => new Promise<RawTool[]>((resolve) => answers.push(resolve)),
  } as unknown as Connection
  const reach = {
    judge: (_: unknown, __: unknown, work: (one: Connection) => unknown) => work(connection),
    retryAt: () => undefined,
    signIns: { mayBe: () => false, has: () => false },
  }
  const options = resolveOptions({})
  const keys = new Keyring({ secrets: [], place: dataspace, logger: silentLogger })
  const gate = new Gate({
    dataspace,
    signatures: new Signatures(keys, dataspace),
    vault: new Vault(keys),
    approvals: approvalsOf(options),
    trust: undefined,
    env: {},
    logger: silentLogger,
  })
  const lists = new CachedLists(dataspace, gate)
  const told = { project: () => true, onKept: () => {} }
  const behind = (task: Promise<unknown>) => void task
  const outdated = new OutdatedLists({ dataspace, behind })
  const leases = new RefreshLeases({ dataspace, news: new ServiceNews(dataspace), behind })
  const asking = { options, lists, outdated, leases, gate }
  const parts = { ...asking, dataspace, ...told, reach: reach as unknown as Reach, logger: silentLogger }
  await dataspace.put('services:demo:config' as never, { type: 'http', url: 'http://x/' } as unknown as Json)
  const service = Registry.over(dataspace, silentLogger).get('demo')
  const ask = async (refresher: Refresher) => {
    const asked = answers.length
    const list = refresher.refresh(service, { timeoutMs: 1000 })
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(asked))
    return { list }
  }
  return { service, lists, answers, ask, a: new Refresher(parts), b: new Refresher(parts) }
}

test('a list that was asked for earlier never takes the place of one asked for later', async () => {
  const { service, lists, answers, ask, a, b } = await twoRefreshers()
  const earlier = await ask(a)
  const later = await ask(b)
  answers[1]!([{ name: 'new' }])
  await later.list
  answers[0]!([{ name: 'old' }])
  await earlier.list
  expect(names(lists.get(service)!.tools)).toEqual(['new'])
})

test('nor that of one that was confirmed later', async () => {
  const { service, lists, answers, ask, a, b } = await twoRefreshers()
  const first = await ask(a)
  answers[0]!([{ name: 'still' }])
  const { stamp } = await first.list
  const earlier = await ask(a)
  const later = await ask(b)
  answers[2]!([{ name: 'still' }])
  await later.list
  expect(lists.get(service)!.stamp > stamp).toBe(true)
  answers[1]!([{ name: 'old' }])
  await earlier.list
  expect(names(lists.get(service)!.tools)).toEqual(['still'])
})

test('a change that is told while a list is on its way outdates only the list before it', async () => {
  const { service, answers, ask, a } = await twoRefreshers()
  a.noteChange(service)
  expect([a.changedAt(service) !== undefined, a.isOutdated(service)]).toEqual([true, true])
  const first = await ask(a)
  answers[0]!([])
  await first.list
  expect([a.changedAt(service) !== undefined, a.isOutdated(service)]).toEqual([false, false])
  const second = await ask(a)
  a.noteChange(service)
  expect([a.changedAt(service) !== undefined, a.isOutdated(service)]).toEqual([true, false])
  a.noteChange(service)
  answers[1]!([])
  await second.list
  expect([a.changedAt(service) !== undefined, a.isOutdated(service)]).toEqual([true, false])
  const third = await ask(a)
  answers[2]!([])
  await third.list
  expect(a.changedAt(service)).toBeUndefined()
})
