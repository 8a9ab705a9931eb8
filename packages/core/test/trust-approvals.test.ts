import { expect, test } from 'vitest'
import { failureOf, linesOf, scratch, startRemote, stdioConfig } from './connections-fixtures.ts'
import { type Reader, SECRET, seen, sharedPlace } from './strangers.ts'

const entryOf = ({ type: _, ...entry }: ReturnType<typeof stdioConfig>) => entry

/** Whether the service is trusted, and what comes of reaching for it. */
async function standing(reader: Reader, name = 'demo'): Promise<[trusted: boolean, outcome: string]> {
  const { facts } = await reader.forStore().serviceInfo(name)
  const outcome = await reader
    .forStore()
    .waitService(name, { timeout: 5000 })
    .then(
      ({ status }) => status,
      ({ code }) => String(code),
    )
  return [facts.trusted, outcome]
}

async function changed(reader: Reader, description: string): Promise<void> {
  await seen(reader, 'demo', ({ config }) => config.description === description)
}

test('adding a service here approves it, for this user only', async () => {
  const home = scratch()
  const place = sharedPlace()
  const [reader, again, other] = [
    await place.reader({ home }),
    await place.reader({ home }),
    await place.reader({ home: scratch() }),
  ]
  await reader.forStore().addService({ demo: entryOf(stdioConfig()) })
  for (const one of [again, other]) await seen(one, 'demo')
  expect([await standing(reader), await standing(again), await standing(other)]).toEqual([
    [true, 'ok'],
    [true, 'ok'],
    [false, 'untrusted'],
  ])
})

test('adding what a stranger wrote, unchanged, approves it; not adding it because it is there does not', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const config = { ...stdioConfig(), cwd: '/' }
  await stranger.plant('demo', config)
  await seen(reader, 'demo')
  const { type: _, ...entry } = config
  const refused = await reader.forStore().addService({ demo: entry }, { ifAbsent: true })
  expect(refused.results[0]).toMatchObject({ error: { code: 'already_exists' } })
  expect(await standing(reader)).toEqual([false, 'untrusted'])
  const { results } = await reader.forStore().addService({ demo: entry })
  expect(results[0]!.status).toBe('unchanged')
  expect(await standing(reader)).toEqual([true, 'ok'])
  await reader.forStore().addService({ demo: entry }, { ifAbsent: true })
  expect(await standing(reader)).toEqual([true, 'ok'])
})

test('an approval ends as soon as the config changes, in whichever field', async () => {
  const starts = `${scratch()}/starts`
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const config = { ...stdioConfig(), cwd: '/', env: { A: '1' } }
  const evil = stdioConfig({ startFile: starts })
  const changes: object[] = [
    { ...config, args: evil.args },
    { ...config, env: { A: '2' } },
    { ...config, env: { A: '1', NODE_OPTIONS: '' } },
    { ...config, cwd: '/tmp' },
    { ...config, description: 'x' },
    { ...config, command: 'node' },
    { type: 'http', url: 'http://127.0.0.1:9/${TOKEN}' },
  ]
  const { type: _, ...entry } = config
  await reader.forStore().addService({ demo: entry })
  await seen(reader, 'demo', ({ facts }) => facts.trusted)
  for (const change of changes) {
    await stranger.plant('demo', change)
    await seen(reader, 'demo', ({ facts }) => !facts.trusted)
    expect(await failureOf(reader.forStore().waitService('demo'))).toMatchObject({ code: 'untrusted' })
    expect((await reader.forStore().listServices())[0]!.status).toBe('untrusted')
  }
  await reader.close()
  expect(linesOf(starts)).toEqual([])
})

test('a config that was replaced here is not approved any more, not even when a stranger brings it back', async () => {
  const home = scratch()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ home }), await place.stranger()]
  const ctx = reader.forStore()
  const old = { ...stdioConfig(), cwd: '/', description: 'old' }
  const { type: _, ...entry } = old
  const ways: Record<string, () => Promise<unknown>> = {
    add: () => ctx.addService({ demo: { ...entry, description: 'new' } }),
    update: () => ctx.updateService('demo', { ...entry, description: 'new' }),
    patch: () => ctx.patchService('demo', { description: 'new' }),
    delete: () => ctx.deleteService('demo'),
    clear: () => reader.clear(),
  }
  for (const [way, replace] of Object.entries(ways)) {
    await ctx.addService({ demo: entry })
    expect([way, (await ctx.serviceInfo('demo')).facts.trusted]).toEqual([way, true])
    await replace()
    await stranger.dataspace.refresh()
    await stranger.plant('demo', old)
    await changed(reader, 'old')
    expect([way, await standing(reader)]).toEqual([way, [false, 'untrusted']])
  }
})

test("changing one field of a config that is trusted keeps it trusted; of a stranger's it approves nothing", async () => {
  const starts = `${scratch()}/starts`
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const ctx = reader.forStore()
  await ctx.addService({ demo: entryOf(stdioConfig()) })
  await ctx.patchService('demo', { description: 'patched' })
  expect(await standing(reader)).toEqual([true, 'ok'])
  await ctx.updateService('demo', { ...entryOf(stdioConfig()), description: 'updated' })
  expect(await standing(reader)).toEqual([true, 'ok'])

  await stranger.dataspace.refresh()
  await stranger.plant('demo', { ...stdioConfig({ startFile: starts }), cwd: '/', description: 'evil' })
  await changed(reader, 'evil')
  await ctx.patchService('demo', { description: 'tidied up' })
  expect(await standing(reader)).toEqual([false, 'untrusted'])
  await ctx.updateService('demo', { ...entryOf(stdioConfig({ startFile: starts })), description: 'mine' })
  expect(await standing(reader)).toEqual([false, 'untrusted'])
  await reader.close()
  expect(linesOf(starts)).toEqual([])
})

test('a remote service of a stranger to which a placeholder is added here does not get its value', async () => {
  const remote = await startRemote()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ allowPrivateAddresses: true }), await place.stranger()]
  await stranger.plant('demo', { type: 'http', url: remote.url, description: 'a' })
  await changed(reader, 'a')
  expect(await standing(reader)).toEqual([false, 'ok'])
  await reader.forStore().patchService('demo', { headers: { Authorization: 'Bearer ${TOKEN}' } })
  expect(await standing(reader)).toEqual([false, 'untrusted'])
  await reader.forStore().trustService('demo')
  expect(await standing(reader)).toEqual([true, 'ok'])
  const requests = (await remote.seen()).log.map(({ headers }) => headers['authorization'] ?? null)
  expect(new Set(requests)).toEqual(new Set([null, `Bearer ${SECRET}`]))
})

test('an approval shows what it is about, and is void when that changes while it is looked at', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const ctx = reader.forStore()
  const config = { ...stdioConfig(), cwd: '/', env: { API_TOKEN: 'literal-secret-12345' }, description: 'a' }
  await stranger.plant('demo', config)
  await changed(reader, 'a')
  const shown: unknown[] = []
  const confirm = async (service: unknown) => {
    shown.push(service)
    await stranger.plant('demo', { ...config, args: ['-e', 'evil()'], description: 'b' })
    await changed(reader, 'b')
    return true
  }
  expect(await failureOf(ctx.trustService('demo', { confirm }))).toMatchObject({ code: 'conflict' })
  expect(shown).toMatchObject([
    { name: 'demo', config: { command: config.command, env: { API_TOKEN: '***' } } },
  ])
  expect(await standing(reader)).toEqual([false, 'untrusted'])
  const declined = await ctx.trustService('demo', { confirm: () => false })
  expect(declined).toEqual({ name: 'demo', status: 'declined', trusted: false })
  expect(await ctx.trustService('demo')).toEqual({ name: 'demo', status: 'approved', trusted: true })
})

test('what is taken back is inert again, and its server is gone', async () => {
  const place = sharedPlace()
  const [reader] = [await place.reader()]
  const ctx = reader.forStore()
  await ctx.addService({ demo: entryOf(stdioConfig()) })
  await ctx.waitService('demo')
  expect((await ctx.serviceInfo('demo')).facts.phase).toBe('connected')
  expect(await ctx.revokeTrust('demo')).toEqual({ name: 'demo', status: 'revoked', trusted: false })
  expect((await ctx.serviceInfo('demo')).facts.phase).toBe('idle')
  expect(await standing(reader)).toEqual([false, 'untrusted'])
})

test('a connection of a trusted config is not given to whoever asks under another one', async () => {
  const starts = `${scratch()}/starts`
  const remote = await startRemote()
  const place = sharedPlace()
  const [reader, stranger] = [
    await place.reader({ env: { U: remote.url }, allowPrivateAddresses: true }),
    await place.stranger(),
  ]
  const ctx = reader.forStore()
  await ctx.addService({ demo: entryOf(stdioConfig({ startFile: starts })), far: { url: '${U}' } })
  for (const name of ['demo', 'far']) await ctx.waitService(name)
  await stranger.dataspace.refresh()
  await stranger.plant('demo', { ...stdioConfig({ startFile: starts }), cwd: '/' })
  await stranger.plant('far', { type: 'http', url: remote.url })
  for (const name of ['demo', 'far']) await seen(reader, name, ({ facts }) => !facts.trusted)
  expect(await failureOf(ctx.useTool('demo/echo', { text: 'x' }))).toMatchObject({ code: 'untrusted' })
  await ctx.useTool('far/echo', { text: 'x' })
  const greetings = (await remote.seen()).log.filter(({ rpc }) => rpc === 'initialize')
  expect([linesOf(starts).length, greetings.length]).toEqual([1, 2])
})

test('a change while a call waits for its connection starts nothing new', async () => {
  const folder = scratch()
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(), await place.stranger()]
  const ctx = reader.forStore()
  const own = stdioConfig({ startFile: `${folder}/own`, muteInitialize: true })
  await ctx.addService({ demo: entryOf(own) })
  const waiting = failureOf(ctx.waitService('demo', { timeout: 1500 }))
  while (linesOf(`${folder}/own`).length === 0) await new Promise(setImmediate)
  await stranger.dataspace.refresh()
  await stranger.plant('demo', {
    ...stdioConfig({ startFile: `${folder}/evil` }),
    cwd: '/',
    description: 'evil',
  })
  await changed(reader, 'evil')
  expect(await waiting).toMatchObject({ code: expect.stringMatching(/timeout|unreachable|untrusted/) })
  await reader.close()
  expect(linesOf(`${folder}/evil`)).toEqual([])
})

test('the host says whom it trusts: asked once for each config, with what is stored and nothing more', async () => {
  const asked: unknown[] = []
  const place = sharedPlace()
  const trust = (question: { name: string; config: object }) => {
    asked.push(question)
    expect([Object.isFrozen(question), Object.isFrozen(question.config)]).toEqual([true, true])
    return question.name === 'demo'
  }
  const [reader, stranger] = [await place.reader({ trust }), await place.stranger()]
  const config = { ...stdioConfig(), cwd: '/', env: { A: '${HOME}' }, description: 'a' }
  await stranger.plant('demo', config)
  await stranger.plant('other', config)
  for (const name of ['demo', 'other']) await seen(reader, name)
  expect([await standing(reader), await standing(reader, 'other')]).toEqual([
    [true, 'ok'],
    [false, 'untrusted'],
  ])
  expect(asked).toEqual([
    { name: 'demo', scope: 'store', config },
    { name: 'other', scope: 'store', config },
  ])
  await stranger.plant('demo', { ...config, description: 'b' })
  await changed(reader, 'b')
  expect(asked).toHaveLength(3)
})

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no idea')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no idea'))],
  ['answers with something else than true', () => 'yes'],
  ['answers no', () => false],
])('a host that %s has not agreed', async (_, answer) => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ trust: answer as () => boolean }), await place.stranger()]
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/' })
  await seen(reader, 'demo')
  expect(await standing(reader)).toEqual([false, 'untrusted'])
})

test('a host that does not decide holds nobody up for longer than asked for', async () => {
  const place = sharedPlace()
  const trust = () => new Promise<boolean>(() => {})
  const [reader, stranger, observer] = [
    await place.reader({ trust }),
    await place.stranger(),
    await place.reader(),
  ]
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/' })
  await seen(observer, 'demo')
  expect(await failureOf(reader.forStore().waitService('demo', { timeout: 50 }))).toMatchObject({
    code: 'timeout',
  })
  const call = reader.forStore().useTool('demo/echo', { text: 'x' }, { timeout: 50 })
  expect(await failureOf(call)).toMatchObject({ code: 'timeout' })
  expect((await observer.forStore().serviceInfo('demo')).facts.health).toBe('unknown')
})

test('a host may trust the dataspace as a whole', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ trust: 'dataspace' }), await place.stranger()]
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/' })
  await seen(reader, 'demo')
  expect(await standing(reader)).toEqual([true, 'ok'])
})
