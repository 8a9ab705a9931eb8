import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isRunning, runningInGroup, startRemote, until } from './connections-fixtures.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

const pidsIn = (file: string) => readFileSync(file, 'utf8').trim().split('\n').map(Number)

test('a check reaches every enabled service and says of each how it is and why', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({
    dead: server({ dieAtStart: { stderr: 'no licence found' } }),
    fine: server(),
    off: { ...server(), disabled: true },
    pingless: server({ noPing: true }),
    unset: { url: 'http://127.0.0.1:1/${MCPSTORE_TEST_UNSET}' },
  })
  const checks = await ctx.checkServices()
  expect(checks).toEqual([
    {
      name: 'dead',
      status: 'failing',
      tookMs: null,
      error: {
        code: 'unreachable',
        message: expect.stringContaining('no licence found'),
        hint: expect.any(String),
      },
    },
    { name: 'fine', status: 'ok', tookMs: expect.any(Number) },
    { name: 'pingless', status: 'ok', tookMs: expect.any(Number) },
    { name: 'unset', status: 'new', tookMs: null, error: expect.objectContaining({ code: 'bad_config' }) },
  ])
  expect(await ctx.checkServices('off')).toMatchObject([
    { name: 'off', status: 'disabled', error: { code: 'disabled' } },
  ])
  expect(await failureOf(ctx.checkServices('nobody'))).toMatchObject({ code: 'unknown_service' })
})

test('a check says which service wants credentials, and which is not there', async () => {
  const locked = await startRemote({ token: 'abc' })
  const gone = await startRemote()
  await gone.stop()
  const ctx = (await open()).forStore()
  await ctx.addService({ gone: { url: gone.url }, locked: { url: locked.url } })
  const found = (await ctx.checkServices()).map(({ name, status, error }) => [name, status, error?.code])
  expect(found).toEqual([
    ['gone', 'failing', 'unreachable'],
    ['locked', 'auth', 'auth_required'],
  ])
})

test('a check notices a server that is there and answers no more, and tells everybody', async () => {
  const folder = scratch()
  const local = `${folder}/a.db`
  const ctx = (await open({ local, connectTimeoutMs: 500 })).forStore()
  await ctx.addService({ hung: server({ mute: ['ping'] }) })
  await ctx.waitService('hung')
  expect(await ctx.checkServices('hung', { timeout: 500 })).toMatchObject([
    { name: 'hung', status: 'failing', tookMs: null, error: { code: 'timeout' } },
  ])
  const other = (await open({ local })).forStore()
  expect((await other.serviceInfo('hung')).facts.lastError?.code).toBe('timeout')
})

test('a check said ok of a server that fails to list its tools, as list-tools had found', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ el: server({ toolsFile: `${scratch()}/none.json` }) })
  await failureOf(ctx.listTools('el'))
  const listed = (await ctx.serviceInfo('el')).facts.lastError
  expect(listed?.code).toBe('server_error')
  expect(await ctx.checkServices('el')).toMatchObject([
    {
      name: 'el',
      status: 'failing',
      tookMs: null,
      error: { code: 'server_error', message: listed?.message },
    },
  ])
  expect((await ctx.serviceInfo('el')).status).toBe('failing')
})

test('a check asks nobody for tools who says that it has none', async () => {
  const requestFile = `${scratch()}/requests`
  const ctx = (await open()).forStore()
  await ctx.addService({ bare: server({ noTools: true, requestFile }) })
  expect(await ctx.checkServices('bare')).toMatchObject([{ status: 'ok' }])
  expect(linesOf(requestFile)).toBe(2)
})

test('whoever waits can stop waiting, for what others do and for what it does itself', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ hung: server({ muteInitialize: true }) })
  for (const status of ['ok', 'failing'] as const) {
    const giveUp = new AbortController()
    const waited = failureOf(ctx.waitService('hung', { status, timeout: 600_000, signal: giveUp.signal }))
    giveUp.abort('enough')
    expect(await waited).toMatchObject({ code: 'aborted', cause: 'enough' })
  }
})

test('who gives up waiting before a server is started starts none', async () => {
  const startFile = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ fine: server(), hung: server({ muteInitialize: true, startFile }) })
  expect((await failureOf(ctx.waitService('hung', { signal: AbortSignal.abort() }))).code).toBe('aborted')
  await ctx.waitService('fine')
  expect(existsSync(startFile)).toBe(false)
})

test('whoever has no time finds a healthy service failing, for himself only', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ hung: server({ muteInitialize: true }), mute: server({ mute: ['tools/list'] }) })
  expect((await failureOf(ctx.waitService('hung', { timeout: 150 }))).code).toBe('timeout')
  expect((await ctx.serviceInfo('hung')).facts.lastError).toBeNull()
  expect((await ctx.serviceInfo('hung')).status).toBe('new')
  await ctx.connectService('mute')
  expect((await failureOf(ctx.listTools('mute', { timeout: 150 }))).code).toBe('timeout')
  expect(await ctx.checkServices('mute', { timeout: 150 })).toMatchObject([{ error: { code: 'timeout' } }])
  expect((await ctx.serviceInfo('mute')).status).toBe('ok')
})

test('a service that took its time to start and then lists nothing is failing for everybody', async () => {
  // Of what is enough in all less than enough is left for the list.
  const ctx = (await open({ connectTimeoutMs: 2000 })).forStore()
  const { command, args } = server({ mute: ['tools/list'] })
  await ctx.addService({
    mute: { command: 'sh', args: ['-c', 'sleep 0.3; exec "$0" "$@"', command, ...args] },
  })
  expect(await ctx.checkServices('mute', { timeout: 2000 })).toMatchObject([
    { status: 'failing', error: { code: 'timeout' } },
  ])
  expect(await ctx.serviceInfo('mute')).toMatchObject({
    status: 'failing',
    facts: { lastError: { code: 'timeout' } },
  })
})

test('a connection that is opened on purpose is kept, others close when they are idle', async () => {
  const folder = scratch()
  const [kept, idle] = [`${folder}/kept`, `${folder}/idle`]
  const ctx = (await open({ idleTimeoutMs: 0 })).forStore()
  await ctx.addService({ idle: server({ startFile: idle }), kept: server({ startFile: kept }) })
  expect(await ctx.connectService('kept')).toMatchObject({ status: 'ok', facts: { phase: 'connected' } })
  await ctx.useTool('kept/echo', { text: 'x' })
  await ctx.useTool('idle/echo', { text: 'x' })
  await until(() => !isRunning(pidsIn(idle)[0]!))
  expect(isRunning(pidsIn(kept)[0]!)).toBe(true)
  await ctx.disconnectService('kept')
  expect(isRunning(pidsIn(kept)[0]!)).toBe(false)
  expect((await ctx.serviceInfo('kept')).facts.phase).toBe('idle')
  await ctx.useTool('kept/echo', { text: 'x' })
  await until(() => !isRunning(pidsIn(kept)[1]!))
})

test('a kept connection goes with its config', async () => {
  const startFile = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile }) })
  await ctx.connectService('demo')
  await ctx.patchService('demo', { env: { OTHER: '1' } })
  await ctx.useTool('demo/echo', { text: 'x' })
  await until(() => !isRunning(pidsIn(startFile)[0]!))
  expect(linesOf(startFile)).toBe(2)
})

test('a call in flight ends with the connection, and what was never connected may be disconnected', async () => {
  const folder = scratch()
  const countFile = `${folder}/calls`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ countFile }) })
  await ctx.disconnectService('demo')
  const call = failureOf(ctx.useTool('demo/mute'))
  await until(() => linesOf(countFile) === 1)
  await ctx.disconnectService('demo')
  expect(await call).toMatchObject({
    code: 'outcome_unknown',
    message: 'service "demo" was disconnected',
  })
  expect(await failureOf(ctx.disconnectService('nobody'))).toMatchObject({ code: 'unknown_service' })
})

test('a restart starts the new server when nothing is left of the old one, and renews the list', async () => {
  const folder = scratch()
  const [startFile, grandchild, lock] = [`${folder}/starts`, `${folder}/grandchild`, `${folder}/lock`]
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile, grandchild, stubborn: true, aloneWith: lock }) })
  const before = await ctx.waitService('demo')
  const [first] = pidsIn(startFile) as [number]
  const left = Number(readFileSync(grandchild, 'utf8'))
  expect(isRunning(left)).toBe(true)
  const restarting = ctx.restartService('demo')
  // From here on the old server is being ended; who calls meanwhile gets the new one.
  await until(async () => (await ctx.serviceInfo('demo')).facts.phase !== 'connected')
  const [restarted, call] = await Promise.all([restarting, ctx.useTool('demo/echo', { text: 'x' })])
  expect(restarted).toMatchObject({ status: 'ok', facts: { phase: 'connected' } })
  expect(Date.parse(restarted.fetchedAt!)).toBeGreaterThan(Date.parse(before.fetchedAt!))
  expect(call.content).toEqual([{ type: 'text', text: 'x' }])
  expect([runningInGroup(first), isRunning(left)]).toEqual([[], false])
  expect(readFileSync(lock, 'utf8')).toBe('')
  expect(linesOf(startFile)).toBe(2)
})

test('of many who restart at once each gets the same restart', async () => {
  const startFile = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile }) })
  await ctx.connectService('demo')
  const first = ctx.restartService('demo')
  await ctx.waitService('demo', { status: 'connecting' })
  await Promise.all([first, ...Array.from({ length: 10 }, () => ctx.restartService('demo'))])
  expect(linesOf(startFile)).toBe(2)
  expect((await ctx.serviceInfo('demo')).facts.phase).toBe('connected')
})

test('who gives a restart up waits no longer for it, and takes it from nobody; who gave up before begins none', async () => {
  const startFile = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile }) })
  await ctx.connectService('demo')
  const gone = AbortSignal.abort()
  expect(await failureOf(ctx.restartService('demo', { signal: gone }))).toMatchObject({ code: 'aborted' })
  expect(linesOf(startFile)).toBe(1)
  const patience = new AbortController()
  const first = failureOf(ctx.restartService('demo', { signal: patience.signal }))
  await ctx.waitService('demo', { status: 'connecting' })
  const second = ctx.restartService('demo')
  patience.abort()
  expect(await first).toMatchObject({ code: 'aborted', message: 'the restart of service "demo" was aborted' })
  expect(await second).toMatchObject({ status: 'ok', facts: { phase: 'connected' } })
  expect(linesOf(startFile)).toBe(2)
})

test('a restart that fails says why, and everybody sees it', async () => {
  const folder = scratch()
  const [local, startFile] = [`${folder}/a.db`, `${folder}/starts`]
  const ctx = (await open({ local })).forStore()
  const dieAtStart = { stderr: 'no licence found' }
  await ctx.addService({ demo: server({ startFile }) })
  await ctx.connectService('demo')
  await ctx.updateService('demo', server({ startFile, dieAtStart }))
  expect(await failureOf(ctx.restartService('demo'))).toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('no licence found'),
  })
  const other = (await open({ local })).forStore()
  expect((await other.listServices())[0]!.status).toBe('failing')
})

test('a service is found by its name, or as the only one that comes near', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ 'git-hub': server(), 'git-lab': server(), weather: server() })
  expect((await ctx.findService('git-hub')).name).toBe('git-hub')
  expect((await ctx.findService('Wether')).name).toBe('weather')
  expect(await failureOf(ctx.findService('git'))).toMatchObject({
    code: 'unknown_service',
    hint: 'Did you mean git-hub or git-lab?',
  })
  expect(await failureOf(ctx.findService('files'))).toMatchObject({ code: 'unknown_service' })
  expect(await failureOf(ctx.findService(5 as never))).toMatchObject({ code: 'usage' })
})

test('the configs are shown as they can be added, without secrets', async () => {
  const ctx = (await open()).forStore()
  const token = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'
  await ctx.addService({
    api: { url: 'https://example.com/mcp', headers: { Authorization: `Bearer ${token}`, Other: '${TOKEN}' } },
    local: { ...server(), description: 'mine' },
  })
  const shown = await ctx.showConfig()
  expect(shown.mcpServers['api']).toMatchObject({
    headers: { Authorization: '***', Other: '${TOKEN}' },
  })
  expect(JSON.stringify(shown)).not.toContain(token)
  expect(Object.keys((await ctx.showConfig('local')).mcpServers)).toEqual(['local'])
  expect(await failureOf(ctx.showConfig('nobody'))).toMatchObject({ code: 'unknown_service' })
  const other = (await open()).forStore()
  // Where the secret that is not shown is not known.
  expect((await other.addService(shown)).results).toMatchObject([
    { name: 'local', status: 'added' },
    { name: 'api', status: 'failed', error: expect.objectContaining({ code: 'bad_config' }) },
  ])
  expect((await other.showConfig()).mcpServers['local']).toEqual(shown.mcpServers['local'])
})

test('a reset removes services with all that is known of them, and says which', async () => {
  const startFile = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ a: server({ startFile }), b: server(), c: server() })
  await ctx.useTool('a/echo', { text: 'x' })
  expect(await ctx.resetConfig('a')).toEqual({ removed: ['a'], failed: [], durable: 'memory' })
  expect(isRunning(pidsIn(startFile)[0]!)).toBe(false)
  expect(await ctx.toolStats()).toEqual([])
  expect(await failureOf(ctx.resetConfig('a'))).toMatchObject({ code: 'unknown_service' })
  expect((await ctx.resetConfig()).removed).toEqual(['b', 'c'])
  expect((await ctx.resetConfig()).removed).toEqual([])
  expect(await ctx.listServices()).toEqual([])
})

test('the statistics of tools are told by tool, whoever called them', async () => {
  const local = `${scratch()}/a.db`
  const first = await open({ local })
  await first.forStore().addService({ a: server(), 'b:c': server() })
  await first.forStore().useTool('a/echo', { text: 'x' })
  await first.forStore().useTool('a/broken')
  await first.close()
  const second = await open({ local })
  await second.forStore().useTool('b:c/echo', { text: 'x' })
  const stats = await second.forStore().toolStats()
  expect(stats.map(({ name, calls, errors }) => [name, calls, errors])).toEqual([
    ['a/broken', 1, 1],
    ['a/echo', 1, 0],
    ['b:c/echo', 1, 0],
  ])
  expect((await second.forStore().toolStats('echo')).map(({ service, tool }) => [service, tool])).toEqual([
    ['a', 'echo'],
    ['b:c', 'echo'],
  ])
  expect(await second.forStore().toolStats('a/echo')).toMatchObject([{ name: 'a/echo', calls: 1, errors: 0 }])
  expect(await second.forStore().toolStats('a/mute')).toEqual([])
})

test('who waits for a status is told when the store is closed', async () => {
  const store = await open()
  const contexts = [store.forStore(), store.forAgent('writer')]
  const waiting = contexts.map(async (ctx) => {
    await ctx.addService({ demo: server() })
    return failureOf(ctx.waitService('demo', { status: 'failing', timeout: 600_000 }))
  })
  for (const ctx of contexts) await until(async () => (await ctx.listServices()).length > 0)
  await contexts[1]!.waitService('demo', { status: 'new' })
  await store.close()
  for (const failure of waiting) expect(await failure).toMatchObject({ code: 'unavailable' })
})
