import { Dataspace, sqliteBackend } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { failureOf, open, scratch, server } from './stores.ts'

const REMOTE = { url: 'https://example.com/mcp' }

test('addService starts nothing and reports each entry by itself', async () => {
  const store = await open()
  const { results, durable } = await store.forStore().addService({
    mcpServers: { good: REMOTE, bad: { comand: 'x' }, other: { command: 'node', alwaysAllow: [] } },
  })
  expect(results.map(({ name, status, ignored }) => [name, status, ignored])).toEqual([
    ['good', 'added', undefined],
    ['other', 'added', ['alwaysAllow']],
    ['bad', 'failed', undefined],
  ])
  expect(results[2]!.error).toMatchObject({ code: 'bad_config', message: expect.stringContaining('comand') })
  expect(durable).toBe('memory')
  expect(store.lines.filter((line) => !line.startsWith('debug'))).toEqual([
    expect.stringMatching(/^warn not added: .*comand/),
  ])
})

test('adding again updates, and adding the same changes nothing', async () => {
  const ctx = (await open()).forStore()
  const add = async (entry: object) =>
    (await ctx.addService({ mcpServers: { weather: entry } })).results[0]!.status
  expect([await add(REMOTE), await add(REMOTE), await add({ ...REMOTE, description: 'x' })]).toEqual([
    'added',
    'unchanged',
    'updated',
  ])
})

test('ifAbsent leaves a taken name alone, also when two add at once', async () => {
  const file = `${scratch()}/a.db`
  const [a, b] = [await open({ local: file }), await open({ local: file })]
  const add = (store: typeof a, url: string) =>
    store.forStore().addService({ mcpServers: { weather: { url } } }, { ifAbsent: true })
  const reports = await Promise.all([add(a, 'https://a.example'), add(b, 'https://b.example')])
  const statuses = reports.map(({ results }) => results[0]!.status)
  expect(statuses.sort()).toEqual(['added', 'failed'])
  expect(reports.flatMap(({ results }) => results[0]!.error?.code ?? [])).toEqual(['already_exists'])
})

test('of two who add one name at once each is told of the config that was his, without its secrets', async () => {
  const ctx = (await open()).forStore()
  const add = (url: string) =>
    ctx.addService({ mcpServers: { weather: { url, headers: { Authorization: 'Bearer hidden-token' } } } })
  const reports = await Promise.all([add('https://a.example'), add('https://b.example')])
  expect(reports.map(({ results }) => results[0]!.config)).toEqual([
    { type: 'http', url: 'https://a.example', headers: { Authorization: '***' } },
    { type: 'http', url: 'https://b.example', headers: { Authorization: '***' } },
  ])
})

test('listings, info, logs and errors never show a secret', async () => {
  const store = await open({ env: { TOKEN: 'expanded-secret-value' } })
  const ctx = store.forStore()
  await ctx.addService({
    remote: {
      url: 'http://user:hidden-password@127.0.0.1:1/mcp?api_key=hidden-key',
      headers: { Authorization: 'Bearer ${TOKEN}' },
    },
    local: { command: 'node', args: ['--token=hidden-arg'], env: { KEY: 'hidden-env' } },
  })
  const shown = [
    await ctx.listServices(),
    await ctx.serviceInfo('remote'),
    await ctx.serviceInfo('local'),
    (await ctx.listTools()).services,
  ]
  const failure = await failureOf(ctx.waitService('remote', { timeout: 500 }))
  const text = JSON.stringify([shown, failure.message, failure.hint, store.lines, String(failure.cause)])
  expect(text).not.toMatch(/hidden-|expanded-secret/)
  expect(text).toContain('Bearer ${TOKEN}')
})

test('an unknown service is named, with the names that come near', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ weather: REMOTE })
  for (const ask of [
    () => ctx.serviceInfo('wether'),
    () => ctx.waitService('wether'),
    () => ctx.deleteService('wether'),
    () => ctx.listTools('wether'),
    () => ctx.updateService('wether', REMOTE),
  ]) {
    expect(await failureOf(ask())).toMatchObject({ code: 'unknown_service', hint: 'Did you mean weather?' })
  }
})

test('updateService replaces, patchService merges, deleteService removes', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ s: { command: 'node', args: ['a'], env: { A: '1', B: '2' }, description: 'old' } })
  const config = async () => (await ctx.serviceInfo('s')).config
  expect((await ctx.patchService('s', { env: { A: null, C: '${HOME}' }, description: 'new' })).status).toBe(
    'updated',
  )
  expect(await config()).toMatchObject({ args: ['a'], env: { B: '***', C: '${HOME}' }, description: 'new' })
  expect((await ctx.patchService('s', { description: 'new' })).status).toBe('unchanged')
  expect(await failureOf(ctx.patchService('s', { url: 'https://x.example', command: 'x' }))).toMatchObject({
    code: 'bad_config',
  })
  await ctx.updateService('s', REMOTE)
  expect(await config()).toEqual({ type: 'http', ...REMOTE })
  expect((await ctx.deleteService('s')).status).toBe('deleted')
  expect(await ctx.listServices()).toEqual([])
})

test('of two processes that patch different fields at the same time no field is lost', async () => {
  const file = `${scratch()}/a.db`
  const [a, b] = [await open({ local: file }), await open({ local: file })]
  await a.forStore().addService({ s: { command: 'node', env: { X: '1' } } })
  await b.forStore().addService({ s: { command: 'node', env: { X: '1' } } })
  const patches = Array.from({ length: 20 }, (_, n) => [
    a.forStore().patchService('s', { env: { [`A${n}`]: '${A}' } }),
    b.forStore().patchService('s', { env: { [`B${n}`]: '${B}' } }),
  ]).flat()
  await Promise.all(patches)
  const fresh = await open({ local: file })
  const { config } = await fresh.forStore().serviceInfo('s')
  expect(Object.keys((config as { env: object }).env)).toHaveLength(41)
})

test('a stored config that cannot be used is set aside by name and the others are listed', async () => {
  const file = `${scratch()}/a.db`
  const first = await open({ local: file })
  await first.forStore().addService({ good: REMOTE, spoiled: REMOTE })
  await first.close()
  const backend = sqliteBackend({ file })
  const hostile = await new Dataspace({ backend, namespace: 'default', dataspace: 'default' }).open()
  await hostile.put('services:spoiled:config', { type: 'stdio', command: 7 })
  await hostile.put('services:list:config', [])
  await hostile.close()
  const store = await open({ local: file })
  expect((await store.forStore().listServices()).map(({ name }) => name)).toEqual(['good'])
  expect(store.status().quarantined).toEqual([
    { key: 'services:list:config', problem: 'the config must be an object, not a list' },
    { key: 'services:spoiled:config', problem: expect.stringMatching(/^command must be/) },
  ])
  expect(await failureOf(store.forStore().serviceInfo('spoiled'))).toMatchObject({ code: 'bad_config' })
})

test('no empty listing is given where nobody can know what there is', async () => {
  const { writeFileSync } = await import('node:fs')
  const file = `${scratch()}/a.db`
  writeFileSync(file, 'this is no database at all, and long enough to be seen as none'.repeat(40))
  const store = await open({ local: file, socketTimeoutMs: 300 })
  expect(await failureOf(store.forStore().listServices())).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('is not a sound database'),
    hint: expect.stringContaining('aside'),
  })
  const { durable } = await store.forStore().addService({ s: REMOTE })
  expect(durable).toBe('memory')
  expect((await store.forStore().listServices()).map(({ name }) => name)).toEqual(['s'])
})

test('what one process adds, another that is running has by itself', async () => {
  const file = `${scratch()}/a.db`
  const [a, b] = [await open({ local: file }), await open({ local: file })]
  expect(await b.forStore().listServices()).toEqual([])
  await a.forStore().addService({ weather: REMOTE })
  while ((await b.forStore().listServices()).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 10))
  expect((await b.forStore().listServices())[0]).toMatchObject({
    name: 'weather',
    transport: 'http',
    status: 'new',
    toolCount: null,
  })
})

test('every option takes effect or is refused by name', async () => {
  const refusals: [object, RegExp][] = [
    [{ namspace: 'x' }, /unknown option namspace/],
    [{ namespace: 7 }, /option namespace must be/],
    [{ dataspace: '' }, /option dataspace must be/],
    [{ logger: {} }, /option logger must be/],
    [{ connectTimeoutMs: -1 }, /option connectTimeoutMs must be/],
    [{ local: true, dataspace: 'auto' }, /auto/],
    [{ local: '/tmp/x.db', namespace: 'app' }, /one dataspace/],
  ]
  for (const [options, message] of refusals) {
    expect(await failureOf(open(options)), JSON.stringify(options)).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
    })
  }
  const store = await open({ namespace: 'app', dataspace: 'work' })
  expect([store.namespace, store.dataspace]).toEqual(['app', 'work'])
})

test('dataspace auto is new for each run and told', async () => {
  const [a, b] = [await open(), await open()]
  expect(a.dataspace).toMatch(/^auto-[0-9a-z]{10}$/)
  expect(a.dataspace).not.toBe(b.dataspace)
})

test('debug logs every storage operation and never a value', async () => {
  const store = await open({ debug: true })
  await store.forStore().addService({ s: { command: 'node', env: { KEY: 'hidden' } } })
  expect(store.lines).toContainEqual(
    expect.stringMatching(/^debug storage: memory merge services:s:config \d+ ms ok$/),
  )
  expect(store.lines.join()).not.toContain('hidden')
})

test('clear removes everything for everybody', async () => {
  const file = `${scratch()}/a.db`
  const store = await open({ local: file })
  await store.forStore().addService({ s: server() })
  expect(await store.clear()).toEqual({ durable: 'local' })
  expect(await store.forStore().listServices()).toEqual([])
  expect(await (await open({ local: file })).forStore().listServices()).toEqual([])
})

test('a store is disposed of by await using', async () => {
  const store = await open({ local: `${scratch()}/a.db` })
  await store[Symbol.asyncDispose]()
  expect(await store.close()).toEqual({ left: 0 })
})

test('a closed store begins nothing any more', async () => {
  const store = await open()
  const ctx = store.forStore()
  expect(store.status().state).toBe('up')
  await store.close()
  expect(store.status().state).toBe('closed')
  for (const begin of [
    () => ctx.addService({ s: server() }),
    () => ctx.listServices(),
    () => ctx.useTool('s/echo'),
  ]) {
    expect(await failureOf(begin())).toMatchObject({ code: 'unavailable', message: 'the store is closed' })
  }
})

test('a report that was written down as JSON did not say why an entry failed', async () => {
  const store = await open()
  const { results } = await store.forStore().addService({ odd: { command: 5 }, fine: server() } as never)
  // By its status alone a result is told apart from the other kind, types included.
  const told = results.map((result) => (result.status === 'failed' ? result.error.code : result.config.type))
  expect(told.toSorted()).toEqual(['bad_config', 'stdio'])
  const failed = JSON.parse(JSON.stringify(results)).find(({ name }: { name: string }) => name === 'odd')
  expect(failed).toEqual({
    name: 'odd',
    status: 'failed',
    error: { code: 'bad_config', message: 'service "odd": command must be a command, not a number' },
  })
})

test('a secret that a server repeats in a protocol error is shown nowhere', async () => {
  const token = 'tok-3f9a7c51d2'
  const store = await open({ env: { ...process.env, TOKEN: token } })
  const ctx = store.forStore()
  const initializeError = { code: -32000, message: `the token ${token} has expired` }
  await ctx.addService({ demo: { ...server({ initializeError }), env: { TOKEN: '${TOKEN}' } } })
  const failure = await failureOf(ctx.listTools('demo'))
  expect(failure.message).toContain('has expired')
  const causes: string[] = []
  for (let cause: unknown = failure; cause instanceof Error; cause = cause.cause)
    causes.push(String(cause.stack))
  expect(JSON.stringify([causes, (await ctx.serviceInfo('demo')).facts, store.lines])).not.toContain(token)
})

test('a disabled service can be enabled, and a local one made remote, by a patch', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: { ...server(), disabled: true } })
  await ctx.patchService('demo', { enabled: true })
  expect((await ctx.listServices())[0]!.facts.wanted).toBe('enabled')
  await ctx.patchService('demo', { url: 'https://example.com/mcp' })
  expect((await ctx.serviceInfo('demo')).config).toEqual({ type: 'http', url: 'https://example.com/mcp' })
})
