import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server, turn } from './stores.ts'

test('tools are fetched once and then answered from the shared list, by another process too', async () => {
  const folder = scratch()
  const [file, starts] = [`${folder}/a.db`, `${folder}/starts`]
  const first = await open({ local: file })
  await first.forStore().addService({ demo: server({ startFile: starts, pages: 3 }) })
  const live = await first.forStore().listTools()
  expect(live.services).toEqual([
    { name: 'demo', source: 'live', fetchedAt: expect.any(String), age: expect.any(Number), stale: false },
  ])
  expect((await first.forStore().listTools()).services[0]!.source).toBe('cache')
  await first.close()
  const second = await open({ local: file })
  const cached = await second.forStore().listTools()
  expect(cached.services[0]).toMatchObject({ source: 'cache', stale: false })
  expect([...cached]).toEqual([...live])
  expect(linesOf(starts)).toBe(1)
})

test('many who ask at the same time start one server', async () => {
  const starts = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile: starts }) })
  await Promise.all(Array.from({ length: 20 }, () => ctx.listTools()))
  await Promise.all(Array.from({ length: 20 }, () => ctx.useTool('demo/echo', { text: 'x' })))
  expect(linesOf(starts)).toBe(1)
})

test('a tool is listed whole, with its addresses', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  const tool = (await ctx.listTools()).find((one) => one.tool === 'echo')!
  expect(tool).toMatchObject({
    name: 'demo/echo',
    service: 'demo',
    tool: 'echo',
    exportName: 'demo__echo',
    inputSchema: { type: 'object' },
  })
  expect(() => Object.assign(tool, { description: 'changed' })).toThrow(TypeError)
})

test('one bad service hides no other, and is named with its reason', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({
    dead: server({ dieAtStart: { stderr: 'no licence found' } }),
    demo: server(),
    missing: { command: 'no-such-command-here' },
    off: { ...server(), disabled: true },
    unset: { url: 'http://127.0.0.1:1/${MCPSTORE_TEST_UNSET}' },
  })
  const tools = await ctx.listTools()
  expect(new Set(tools.map(({ service }) => service))).toEqual(new Set(['demo']))
  expect(tools.services.map(({ name, source, error }) => [name, source, error?.code])).toEqual([
    ['dead', 'none', 'unreachable'],
    ['demo', 'live', undefined],
    ['missing', 'none', 'unreachable'],
    ['unset', 'none', 'bad_config'],
  ])
  expect(tools.services[0]!.error!.message).toContain('no licence found')
  expect(tools.services[3]!.error!.message).toContain('MCPSTORE_TEST_UNSET')
  const statuses = (await ctx.listServices()).map(({ name, status }) => [name, status])
  expect(statuses).toEqual([
    ['dead', 'failing'],
    ['demo', 'ok'],
    ['missing', 'failing'],
    ['off', 'disabled'],
    ['unset', 'new'],
  ])
})

test('one named service that fails throws what it failed with', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ missing: { command: 'no-such-command-here' }, off: { ...server(), disabled: true } })
  expect(await failureOf(ctx.listTools('missing'))).toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('no-such-command-here'),
  })
  expect(await failureOf(ctx.listTools('off'))).toMatchObject({ code: 'disabled' })
  expect(await failureOf(ctx.waitService('off'))).toMatchObject({ code: 'disabled' })
})

test('a list is stale after its time, still served, and renewed behind', async () => {
  const store = await open({ toolTtlMs: 0, idleTimeoutMs: 0 })
  const ctx = store.forStore()
  await ctx.addService({ demo: server() })
  const first = await ctx.listTools()
  const second = await ctx.listTools()
  expect(second.services[0]).toMatchObject({
    source: 'cache',
    stale: true,
    fetchedAt: first.services[0]!.fetchedAt,
  })
  while ((await ctx.serviceInfo('demo')).fetchedAt === first.services[0]!.fetchedAt)
    await new Promise((resolve) => setTimeout(resolve, 10))
})

test('a stale list is not renewed behind where that is not wanted', async () => {
  const starts = `${scratch()}/starts`
  const store = await open({ toolTtlMs: 0, refreshBehind: false })
  await store.forStore().addService({ demo: server({ startFile: starts }) })
  await store.forStore().listTools()
  expect((await store.forStore().listTools()).services[0]).toMatchObject({ source: 'cache', stale: true })
  await store.close()
  expect(linesOf(starts)).toBe(1)
})

test('fresh asks the server again; when it cannot answer, the list that is known stands beside the error', async () => {
  const starts = `${scratch()}/starts`
  const ctx = (await open({ idleTimeoutMs: 0 })).forStore()
  await ctx.addService({ demo: server({ startFile: starts }) })
  await ctx.listTools()
  expect((await ctx.listTools(undefined, { fresh: true })).services[0]!.source).toBe('live')
  await ctx.patchService('demo', { description: 'renamed' })
  expect((await ctx.listTools()).services[0]!.source).toBe('cache')
  await ctx.updateService('demo', server({ startFile: starts, dieAtStart: {} }))
  const changed = await ctx.listTools()
  expect([changed.length, changed.services[0]!.source, changed.services[0]!.error?.code]).toEqual([
    0,
    'none',
    'unreachable',
  ])
})

test('a tool is used by its address, its export name, its own name and by service_tool', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  for (const address of ['demo/echo', 'demo__echo', 'echo', 'demo_echo']) {
    expect((await ctx.useTool(address, { text: address })).content).toEqual([{ type: 'text', text: address }])
  }
  expect((await ctx.useTool('echo', '{"text":"北京"}')).content).toEqual([{ type: 'text', text: '北京' }])
})

test('an ambiguous name is refused with its candidates, a near one suggested and never executed', async () => {
  const calls = `${scratch()}/calls`
  const ctx = (await open()).forStore()
  await ctx.addService({ a: server({ countFile: calls }), b: server({ countFile: calls }) })
  expect(await failureOf(ctx.useTool('echo', { text: 'x' }))).toMatchObject({
    code: 'ambiguous_tool',
    message: '"echo" is the name of 2 tools',
    hint: 'Say which one: a/echo, b/echo.',
  })
  for (const [address, hint] of [
    ['ech', 'a/echo'],
    ['a/ecko', 'a/echo'],
    ['a/', 'list-tools'],
  ] as const) {
    const failure = await failureOf(ctx.useTool(address, { text: 'x' }))
    expect(failure.code).toBe('unknown_tool')
    expect(failure.hint).toContain(hint)
  }
  expect(await failureOf(ctx.useTool('c/echo', {}))).toMatchObject({ code: 'unknown_service' })
  expect(linesOf(calls)).toBe(0)
})

test('the candidates for an ambiguous name, and the services that could not be searched, are told in short', async () => {
  const ctx = (await open()).forStore()
  const dieAtStart = { stderr: `${'loading\n'.repeat(400)}no licence` }
  const many = Array.from({ length: 12 }, (_, n): [string, object] => [`s${10 + n}`, server()])
  await ctx.addService({ ...Object.fromEntries(many), dead: server({ dieAtStart }) })
  expect((await failureOf(ctx.useTool('env'))).hint).toMatch(
    /^Say which one: s10\/env, .*, s19\/env, and 2 more\.$/,
  )
  const { hint } = await failureOf(ctx.useTool('nothing-like-it'))
  expect(hint).toBe('Not searched:\ndead: service "dead" exited with code 1')
})

test('services and tools whose names run together stay apart', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({
    a: server(),
    a__b: server(),
    'Wetter ☀': server(),
    [`long-${'x'.repeat(90)}`]: server(),
  })
  const tools = await ctx.listTools()
  const names = tools.map(({ exportName }) => exportName)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
  for (const tool of tools.filter((one) => one.tool === 'echo')) {
    expect((await ctx.findTool(tool.exportName)).name).toBe(tool.name)
  }
})

test('arguments that break the schema are refused by name before anything is started', async () => {
  const folder = scratch()
  const [file, starts] = [`${folder}/a.db`, `${folder}/starts`]
  const first = await open({ local: file })
  await first.forStore().addService({ demo: server({ startFile: starts }) })
  await first.forStore().listTools()
  await first.close()
  const ctx = (await open({ local: file })).forStore()
  expect(await failureOf(ctx.useTool('echo', { txt: 'x' }))).toMatchObject({
    code: 'bad_arguments',
    message: expect.stringContaining('text is missing'),
  })
  expect(await failureOf(ctx.useTool('echo', { text: 7 }))).toMatchObject({
    code: 'bad_arguments',
    message: expect.stringContaining('text: '),
  })
  expect(await failureOf(ctx.useTool('echo', '[1]'))).toMatchObject({ code: 'bad_arguments' })
  expect(await failureOf(ctx.useTool('echo', '{'))).toMatchObject({
    code: 'bad_arguments',
    message: expect.stringMatching(/not valid JSON: line 1, column 2/),
  })
  expect(linesOf(starts)).toBe(1)
})

test('a result is passed through whole, a failing tool is no error', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  expect(await ctx.useTool('rich')).toMatchObject({
    content: [
      { type: 'hologram', voxels: [1, 2, 3] },
      { type: 'text', futureField: { deep: true } },
    ],
    structuredContent: { any: ['thing'] },
    futureResultField: 7,
  })
  expect(await ctx.useTool('broken')).toMatchObject({ isError: true })
})

test('a call runs at most once, whatever becomes of its answer', async () => {
  const calls = `${scratch()}/calls`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ countFile: calls }) })
  await ctx.waitService('demo', { timeout: 20_000 })
  expect(await failureOf(ctx.useTool('mute', {}, { timeout: 300 }))).toMatchObject({ code: 'timeout' })
  expect(linesOf(calls)).toBe(1)
  const stop = new AbortController()
  const aborted = failureOf(ctx.useTool('mute', {}, { signal: stop.signal }))
  while (linesOf(calls) < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  stop.abort()
  expect(await aborted).toMatchObject({ code: 'aborted' })
  expect(linesOf(calls)).toBe(2)
})

test('a placeholder is expanded for the server, and only there', async () => {
  const store = await open({ env: { ...process.env, SECRET_WORD: 'sesame-open' } })
  const ctx = store.forStore()
  await ctx.addService({
    demo: { ...server(), env: { WORD: '${SECRET_WORD}', OTHER: '${UNSET_HERE:-fallback}' } },
  })
  const [{ text } = { text: '' }] = (await ctx.useTool('env')).content as unknown as { text: string }[]
  expect(JSON.parse(text).env).toMatchObject({ WORD: 'sesame-open', OTHER: 'fallback' })
  expect(JSON.stringify(await ctx.serviceInfo('demo'))).not.toContain('sesame')
})

test('waitService connects, and waits for what needs a moment', async () => {
  const starts = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({
    slow: server({ startFile: starts, dieAtStart: { signal: 'SIGKILL' }, dieAtStarts: 4 }),
  })
  const info = await ctx.waitService('slow', { timeout: 20_000 })
  expect(info).toMatchObject({ status: 'ok', facts: { phase: 'connected', lastError: null } })
  expect(linesOf(starts)).toBe(5)
})

test('waitService ends in time with the reason', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({
    never: server({ muteInitialize: true }),
    dying: server({ dieAtStart: { stderr: 'no licence' } }),
  })
  expect(await failureOf(ctx.waitService('never', { timeout: 400 }))).toMatchObject({ code: 'timeout' })
  expect(await failureOf(ctx.waitService('dying', { timeout: 1500 }))).toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('no licence'),
  })
  expect((await ctx.serviceInfo('dying')).facts.lastError?.message).toContain('no licence')
})

test('a deleted service takes its list along, and a fetch in flight does not bring it back', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  const listing = ctx.listTools()
  await ctx.deleteService('demo')
  await listing
  await ctx.addService({ demo: { command: 'no-such-command-here' } })
  expect((await ctx.listServices())[0]).toMatchObject({ toolCount: null, status: 'new' })
})

test('the tools of a closed store are gone with everything it started', async () => {
  const starts = `${scratch()}/starts`
  const store = await open()
  await store.forStore().addService({ demo: server({ startFile: starts }) })
  await store.forStore().listTools()
  await store.close()
  const { readFileSync } = await import('node:fs')
  const pid = Number(readFileSync(starts, 'utf8'))
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  expect(await failureOf(store.forStore().useTool('demo/echo', { text: 'x' }))).toMatchObject({
    code: 'unavailable',
  })
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
