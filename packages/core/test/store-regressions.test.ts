import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a call that was begun before the store was closed neither runs afterwards nor leaves its server', async () => {
  const folder = scratch()
  const [file, calls, starts] = [`${folder}/a.db`, `${folder}/calls`, `${folder}/starts`]
  const first = await open({ local: file })
  await first.forStore().addService({ demo: server({ countFile: calls, startFile: starts }) })
  await first.forStore().listTools()
  await first.close()
  for (const turns of [0, 1, 5, 20]) {
    const store = await open({ local: file })
    const call = store
      .forStore()
      .useTool('demo/echo', { text: 'x' })
      .then(
        () => 'ran',
        (error) => error.code,
      )
    for (let n = 0; n < turns; n++) await turn()
    await store.close()
    const ran = linesOf(calls)
    expect(await call).toMatch(/^(?:ran|unavailable|unreachable|aborted|outcome_unknown)$/)
    expect(linesOf(calls)).toBe(ran)
  }
  for (const pid of readFileSync(starts, 'utf8').trim().split('\n')) {
    expect(() => process.kill(Number(pid), 0), pid).toThrow(/ESRCH/)
  }
})

test('who joins the fetching of a list waits as long as asked for, not as long as who began it', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ mute: server({ muteInitialize: true }) })
  const patient = failureOf(ctx.listTools('mute', { timeout: 3000 }))
  const ended: string[] = []
  const hasty = failureOf(ctx.waitService('mute', { timeout: 200 })).then((error) => {
    ended.push('hasty')
    return error
  })
  void patient.then(() => ended.push('patient'))
  expect(await hasty).toMatchObject({ code: 'timeout' })
  expect(await patient).toMatchObject({ code: 'timeout' })
  expect(ended).toEqual(['hasty', 'patient'])
})

test('the timeout of a call bounds the search for its tool, and says that nothing was called', async () => {
  const ctx = (await open({ connectTimeoutMs: 20_000 })).forStore()
  await ctx.addService({ mute: server({ muteInitialize: true }) })
  const failure = await failureOf(ctx.useTool('mute/echo', {}, { timeout: 200 }))
  expect(failure).toMatchObject({ code: 'timeout', message: expect.stringContaining('not called') })
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

test('a list belongs to what its placeholders stood for', async () => {
  const folder = scratch()
  const [file, starts] = [`${folder}/a.db`, `${folder}/starts`]
  const { command, args } = server({ startFile: starts })
  const entry = { command, args: [args[0]!, '${SETTINGS}'] }
  const settings = (pages: number) => ({
    ...process.env,
    SETTINGS: JSON.stringify({ pages, startFile: starts }),
  })
  const one = await open({ local: file, env: settings(1) })
  const without = await open({ local: file, env: { PATH: process.env['PATH'] } })
  await one.forStore().addService({ demo: entry })
  const first = await one.forStore().listTools()
  // Opened now, so that it has read the list which it must not believe.
  const two = await open({ local: file, env: settings(3) })
  const second = await two.forStore().listTools()
  expect([second.services[0]!.source, second.length - first.length]).toEqual(['live', 2])
  while ((await without.forStore().listServices())[0]?.toolCount == null) await turn()
  expect((await without.forStore().listTools()).services[0]!.source).toBe('cache')
})

test('a health note does not outlive the config it was made with', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: { command: 'no-such-command-here' } })
  await ctx.listTools()
  expect((await ctx.listServices())[0]!.status).toBe('failing')
  await ctx.updateService('demo', server())
  expect((await ctx.listServices())[0]).toMatchObject({ status: 'new', facts: { lastError: null } })
})

test('a service whose listing fails after it connected is told to be failing', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ repeatCursor: true }) })
  expect((await ctx.listTools()).services[0]!.error).toBeDefined()
  expect((await ctx.listServices())[0]!.facts.lastError).not.toBeNull()
})

test('an aborted listing starts no more servers', async () => {
  const starts = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  const many = Array.from({ length: 20 }, (_, n) => [
    `s${n}`,
    server({ startFile: starts, muteInitialize: true }),
  ])
  await ctx.addService(Object.fromEntries(many))
  const stop = new AbortController()
  const listing = failureOf(ctx.listTools(undefined, { signal: stop.signal, timeout: 1500 }))
  while (linesOf(starts) === 0) await turn()
  stop.abort()
  expect(await listing).toMatchObject({ code: 'aborted' })
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(linesOf(starts)).toBeLessThanOrEqual(8)
})

test('a disabled service can be enabled, and a local one made remote, by a patch', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: { ...server(), disabled: true } })
  await ctx.patchService('demo', { enabled: true })
  expect((await ctx.listServices())[0]!.facts.wanted).toBe('enabled')
  await ctx.patchService('demo', { url: 'https://example.com/mcp' })
  expect((await ctx.serviceInfo('demo')).config).toEqual({ type: 'http', url: 'https://example.com/mcp' })
})

test('a time that no timer can hold is refused', async () => {
  expect(await failureOf(open({ idleTimeoutMs: 2 ** 32 }))).toMatchObject({ code: 'usage' })
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  expect(await failureOf(ctx.useTool('demo/echo', { text: 'x' }, { timeout: -1 }))).toMatchObject({
    code: 'usage',
  })
})
