import { isDeepStrictEqual } from 'node:util'
import { Dataspace, type Json, MemoryTables, memoryBackend, silentLogger } from '@mcpstore/storage'
import { expect, test, vi } from 'vitest'
import type { House } from '../src/house.ts'
import type { Store, StoreEventName } from '../src/index.ts'
import { resolveOptions } from '../src/options/resolve-options.ts'
import { waitFor } from '../src/services/wait.ts'
import { storeOver } from '../src/setup-store.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'
import { sharedPlace } from './strangers.ts'

const NAMES: StoreEventName[] = [
  'serviceAdded',
  'serviceUpdated',
  'serviceRemoved',
  'toolsChanged',
  'statusChanged',
  'conflict',
  'storageChanged',
]

/** Keeps what a store tells, and waits for more of it. */
function record({ events }: Store) {
  const told: [name: StoreEventName, event: object][] = []
  let wake = () => {}
  for (const name of NAMES) {
    events.on(name, (event) => {
      told.push([name, event])
      wake()
    })
  }
  const until = async (isEnough: () => boolean) => {
    while (!isEnough()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const of = (name: StoreEventName) => told.flatMap(([one, event]) => (one === name ? [event] : []))
  return { told, of, until }
}

test('what happens to services is told, each thing once and in its order', async () => {
  const store = await open()
  const ctx = store.forStore()
  await ctx.addService({ before: server() })
  const { told, until } = record(store)
  await ctx.addService({ demo: server() })
  await until(() => told.length === 1)
  const { toolCount } = await ctx.waitService('demo')
  const isTold = (like: object) => () =>
    told.some(([, event]) => isDeepStrictEqual({ ...event, ...like }, event))
  // Which of the two comes first depends on how long its server takes to list its tools.
  await until(isTold({ status: 'ok' }))
  await until(isTold({ toolCount }))
  await ctx.patchService('demo', { description: 'mine' })
  await until(() => told.some(([name]) => name === 'serviceUpdated'))
  await ctx.deleteService('demo')
  await until(() => told.some(([name]) => name === 'serviceRemoved'))
  const names = told.map(([name]) => name)
  expect(names[0]).toBe('serviceAdded')
  expect(names.slice(-2)).toEqual(['serviceUpdated', 'serviceRemoved'])
  expect(names.filter((name) => name === 'toolsChanged')).toHaveLength(1)
  expect(names.filter((name) => name === 'statusChanged').length).toBeLessThanOrEqual(2)
})

test('what another process does is told too: services, tools, and how they are', async () => {
  const local = `${scratch()}/a.db`
  const [here, there] = [await open({ local }), await open({ local })]
  const { of, until } = record(here)
  await there
    .forStore()
    .addService({ demo: server(), dead: server({ dieAtStart: { stderr: 'no licence' } }) })
  await until(() => of('serviceAdded').length === 2)
  await there.forStore().listTools()
  await until(() => of('toolsChanged').length > 0 && of('statusChanged').length > 1)
  await there.forStore().useTool('demo/grow')
  await until(() => of('toolsChanged').length > 1)
  await there.forStore().deleteService('dead')
  await until(() => of('serviceRemoved').length > 0)
  expect(
    of('serviceAdded')
      .map((event) => (event as { service: string }).service)
      .sort(),
  ).toEqual(['dead', 'demo'])
  const [first, second] = of('toolsChanged') as { toolCount: number }[]
  expect(second!.toolCount).toBe(first!.toolCount + 1)
  expect(of('statusChanged')).toContainEqual({
    service: 'dead',
    scope: 'store',
    status: 'failing',
    before: 'new',
    error: { code: 'unreachable', message: expect.stringContaining('no licence'), at: expect.any(String) },
  })
})

test('of thousands of changes in a moment each service is told once, as it is in the end', async () => {
  const backend = memoryBackend({ tables: new MemoryTables() })
  const dataspace = await new Dataspace({ backend, namespace: 'n', dataspace: 'd' }).open()
  const store = storeOver(dataspace, resolveOptions({ logger: false }), silentLogger)
  const { told, until } = record(store)
  const put = (name: string, value: object) => ({ key: `services:${name}:config`, value: value as Json })
  const changes = Array.from({ length: 3000 }, (_, n) =>
    put(`s${n % 3}`, { type: 'http', url: `https://example.com/${n}`, ...(n >= 2997 && { disabled: true }) }),
  )
  await dataspace.putAll(changes)
  await until(() => told.length === 3)
  await dataspace.putAll([put('last', { type: 'http', url: 'https://example.com/' })])
  await until(() => told.some(([, event]) => (event as { service: string }).service === 'last'))
  expect(told).toEqual([
    ...['s0', 's1', 's2'].map((service) => ['serviceAdded', { service, scope: 'store', status: 'disabled' }]),
    ['serviceAdded', { service: 'last', scope: 'store', status: 'new' }],
  ])
  await store.close()
})

test('a list that says the same, and a config that is written again, are no news', async () => {
  const ctx = await open()
  const services = ctx.forStore()
  const { told, until } = record(ctx)
  await services.addService({ demo: server() })
  await services.listTools()
  await until(() => told.some(([name]) => name === 'toolsChanged'))
  await services.listTools('demo', { fresh: true })
  await services.addService({ demo: server() })
  await services.addService({ other: server() })
  await until(() => told.some(([, event]) => (event as { service: string }).service === 'other'))
  expect(told.filter(([name]) => name === 'toolsChanged')).toHaveLength(1)
  expect(told.filter(([name]) => name === 'serviceUpdated')).toHaveLength(0)
})

test('a listener that throws, now or later, harms nobody', async () => {
  const store = await open()
  const { told, until } = record(store)
  store.events.on('serviceAdded', () => {
    throw new Error('a fault of the host')
  })
  store.events.on('serviceAdded', async () => {
    throw new Error('a late fault of the host')
  })
  await store.forStore().addService({ demo: server() })
  await store.forStore().addService({ other: server() })
  await until(() => told.length >= 2)
  const errors = store.lines.filter((line) => line.startsWith('error'))
  expect(errors).toContain('error a listener of serviceAdded threw: a fault of the host')
  await vi.waitFor(() =>
    expect(store.lines).toContain('error a listener of serviceAdded threw: a late fault of the host'),
  )
})

test('who has stopped listening is told nothing more, and nothing is watched for nobody', async () => {
  const store = await open()
  let told = 0
  const stop = store.events.on('serviceAdded', () => {
    told++
    stop()
    stop()
  })
  await store.forStore().addService({ a: server(), b: server() })
  const { until, told: all } = record(store)
  await store.forStore().addService({ c: server() })
  await until(() => all.length > 0)
  expect(told).toBeLessThan(2)
  await store.close()
  expect(() => store.events.on('serviceAdded', () => {})).toThrow(/closed/)
  const other = await open()
  expect(() => other.events.on('added' as never, () => {})).toThrow(/there is no event "added"/)
  expect(() => other.events.on('conflict', 5 as never)).toThrow(/must be a function/)
})

test('a value that was lost to somebody who had not seen it is told to whoever held it, without its secrets', async () => {
  const tables = new MemoryTables()
  const stores = await Promise.all(
    [1, 2].map(async () => {
      const backend = memoryBackend({ tables })
      const dataspace = await new Dataspace({ backend, namespace: 'n', dataspace: 'd' }).open()
      return storeOver(dataspace, resolveOptions({ logger: false }), silentLogger)
    }),
  )
  const records = stores.map(record)
  await Promise.all(
    stores.map((store, n) =>
      store
        .forStore()
        .addService({ demo: { command: 'x', args: [String(n)], env: { TOKEN: `secret-word-${n}` } } }),
    ),
  )
  await vi.waitFor(() => expect(records.flatMap(({ of }) => of('conflict'))).toHaveLength(1))
  const [conflict] = records.flatMap(({ of }) => of('conflict')) as {
    lost: { args: string[] }
    kept: { args: string[] }
  }[]
  expect(conflict).toMatchObject({ service: 'demo', lost: { command: 'x' }, kept: { command: 'x' } })
  expect(new Set([conflict!.lost.args[0], conflict!.kept.args[0]])).toEqual(new Set(['0', '1']))
  expect(JSON.stringify(conflict)).not.toContain('secret-word')
  for (const store of stores) await store.close()
})

test('whether a service is trusted is told when somebody decides it, and a host that never does holds up nobody', async () => {
  const place = sharedPlace()
  const stranger = await place.stranger()
  const decisions = new Map<string, (trusted: boolean) => void>()
  const trust = ({ name }: { name: string }) =>
    new Promise<boolean>((resolve) => decisions.set(name, resolve))
  const [asking, approving] = [await place.reader({ trust }), await place.reader()]
  const [asked, approved] = [record(asking), record(approving)]
  await stranger.plant('demo', { type: 'stdio', command: 'x', cwd: '/' })
  await stranger.plant('never', { type: 'stdio', command: 'x', cwd: '/' })
  const added = ['demo', 'never'].map((service) => [
    'serviceAdded',
    { service, scope: 'store', status: 'untrusted' },
  ])
  await asked.until(() => asked.told.length === 2)
  await approved.until(() => approved.told.length === 2)
  expect([asked.told, approved.told]).toEqual([added, added])
  const change = { service: 'demo', scope: 'store', status: 'new', before: 'untrusted', error: null }
  decisions.get('demo')!(true)
  await asked.until(() => asked.told.length === 3)
  await approving.forStore().trustService('demo')
  await approved.until(() => approved.told.length === 3)
  expect([asked.told[2], approved.told[2]]).toEqual([
    ['statusChanged', change],
    ['statusChanged', change],
  ])
  await approving.clear()
  await asked.until(() => asked.of('serviceRemoved').length === 2)
  await asking.close()
})

test('waiting for any status asks nobody, and is woken by what another process finds out', async () => {
  const folder = scratch()
  const [local, startFile] = [`${folder}/a.db`, `${folder}/starts`]
  const [here, there] = [await open({ local }), await open({ local })]
  await here.forStore().addService({ demo: server({ startFile, dieAtStart: { stderr: 'no licence' } }) })
  const failing = here.forStore().waitService('demo', { status: 'failing' })
  const decided = here.forStore().waitService('demo', { status: ['auth', 'failing'] })
  await vi.waitFor(async () => expect(await there.forStore().listServices()).toHaveLength(1))
  await failureOf(there.forStore().listTools('demo'))
  expect((await failing).facts.lastError?.message).toContain('no licence')
  expect((await decided).status).toBe('failing')
  expect(linesOf(startFile)).toBe(1)
  const disabled = here.forStore().waitService('demo', { status: 'disabled' })
  await there.forStore().patchService('demo', { disabled: true })
  expect((await disabled).status).toBe('disabled')
})

test('a wait looks once, and again when there is news', async () => {
  vi.useFakeTimers()
  try {
    const service = {
      id: 'demo',
      scope: 'store',
      name: 'demo',
      config: { type: 'http', url: 'http://x/' },
      stamp: 'stamp',
    }
    const told = new Set<(name: string) => void>()
    let looks = 0
    let value = { health: 'ok', error: null, since: '2026-11-26T00:00:00.000Z' }
    const house = {
      news: {
        on: (listener: (name: string) => void) => {
          told.add(listener)
          return () => told.delete(listener)
        },
      },
      registry: {
        get: () => {
          looks++
          return service
        },
      },
      gate: {
        decide: async () => {},
        trustedBy: () => 'dataspace',
        signatureOf: () => null,
        whyInert: () => null,
      },
      lists: { known: () => undefined },
      reach: { phase: () => 'idle', retryAt: () => undefined },
      dataspace: { get: () => ({ basis: 'stamp', value }), witness: () => undefined },
    } as unknown as House
    const statuses = new Set(['failing'] as const)
    const waiting = waitFor(house, {
      name: 'demo',
      id: 'demo',
      statuses,
      timeoutMs: 3_600_000,
      signal: undefined,
    })
    await vi.advanceTimersByTimeAsync(3_000_000)
    expect(looks).toBe(1)
    for (const tell of told) tell('another')
    await vi.advanceTimersByTimeAsync(1000)
    expect(looks).toBe(1)
    value = { ...value, health: 'failing' }
    for (const tell of told) tell('demo')
    await waiting
    expect([looks, told.size]).toEqual([2, 0])
  } finally {
    vi.useRealTimers()
  }
})

test('a wait for one of several ends with the first, and one that is in vain says how it is', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({
    dead: server({ dieAtStart: {} }),
    demo: server(),
    hanging: server({ muteInitialize: true }),
  })
  expect((await ctx.waitService('dead', { status: ['ok', 'failing'] })).status).toBe('failing')
  expect((await ctx.waitService('demo', { status: ['ok', 'failing'] })).status).toBe('ok')
  expect((await ctx.waitService('hanging', { status: ['ok', 'connecting'] })).status).toBe('connecting')
  expect(await failureOf(ctx.waitService('demo', { status: 'auth', timeout: 100 }))).toMatchObject({
    code: 'timeout',
    message: 'service "demo" was not auth within 100 ms: it is ok',
  })
  expect(await failureOf(ctx.waitService('demo', { status: 'fine' as never }))).toMatchObject({
    code: 'usage',
  })
  const removed = failureOf(ctx.waitService('demo', { status: 'auth' }))
  await ctx.deleteService('demo')
  expect(await removed).toMatchObject({ code: 'unknown_service' })
})

test('a wait ends its pause when another process has reached the service', async () => {
  const folder = scratch()
  const [local, startFile] = [`${folder}/a.db`, `${folder}/starts`]
  const [here, there] = [await open({ local }), await open({ local })]
  const random = vi.spyOn(Math, 'random').mockReturnValue(1000)
  try {
    // Dies with the first three attempts of a connect; the next wait for it would be minutes.
    const dieAtStart = { signal: 'SIGKILL' }
    await here.forStore().addService({ demo: server({ startFile, dieAtStart, dieAtStarts: 3 }) })
    const waiting = here.forStore().waitService('demo', { timeout: 600_000 })
    await vi.waitFor(
      async () => expect((await there.forStore().serviceInfo('demo')).status).toBe('failing'),
      20_000,
    )
    random.mockRestore()
    await there.forStore().connectService('demo')
    expect((await waiting).facts.phase).toBe('connected')
  } finally {
    random.mockRestore()
  }
})
