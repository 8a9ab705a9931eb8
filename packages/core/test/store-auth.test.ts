import { expect, test, vi } from 'vitest'
import { setupStore } from '../src/index.ts'
import { failureOf, later, startRemote } from './connections-fixtures.ts'
import { seen, sharedPlace } from './strangers.ts'

const abc = { tokens: () => ({ access_token: 'abc' }) }

test('the option auth is asked with name and filled-in URL, and what it gives is used', async () => {
  const remote = await startRemote({ token: 'abc' })
  const auth = vi.fn(() => abc)
  const store = await setupStore({ logger: false, auth, env: { WHERE: remote.url } })
  later(() => store.close())
  const context = store.forStore()
  await context.addService({ demo: { url: '${WHERE}' } })
  expect(auth).not.toHaveBeenCalled()
  const { content } = await context.useTool('demo/echo', { text: 'hi' })
  expect(content).toEqual([{ type: 'text', text: 'hi' }])
  expect(auth.mock.calls).toEqual([[{ name: 'demo', scope: 'store', url: remote.url }]])
})

test('of two services of one name in two scopes the option auth is told whose it is asked for', async () => {
  const remote = await startRemote({ token: 'abc' })
  const scopes: unknown[] = []
  const store = await setupStore({ logger: false, auth: ({ scope }) => void scopes.push(scope) })
  later(() => store.close())
  for (const context of [store.forStore(), store.forAgent('writer')]) {
    await context.addService({ demo: { url: remote.url } })
    await failureOf(context.useTool('demo/echo', { text: 'hi' }))
  }
  expect(scopes).toEqual(['store', { agent: 'writer' }])
})

test('without a provider for it the service is auth, and the calls say what to do', async () => {
  const remote = await startRemote({ token: 'abc' })
  const store = await setupStore({ logger: false, auth: () => undefined })
  later(() => store.close())
  const context = store.forStore()
  await context.addService({ demo: { url: remote.url } })
  const error = await failureOf(context.useTool('demo/echo', { text: 'hi' }))
  expect(error).toMatchObject({ code: 'auth_required', hint: expect.stringContaining('"headers"') })
  await expect.poll(async () => (await context.listServices())[0]?.status).toBe('auth')
})

test('the tokens of the host go to no service of a stranger, until it is trusted', async () => {
  const remote = await startRemote()
  const place = sharedPlace()
  const auth = vi.fn(() => abc)
  const [reader, stranger] = [
    await place.reader({ auth, allowPrivateAddresses: true }),
    await place.stranger(),
  ]
  await stranger.plant('demo', { type: 'http', url: remote.url })
  await seen(reader, 'demo')
  const context = reader.forStore()
  await context.useTool('demo/echo', { text: 'hi' })
  expect(auth).not.toHaveBeenCalled()
  await context.trustService('demo')
  await context.useTool('demo/echo', { text: 'hi' })
  expect(auth).toHaveBeenCalledTimes(1)
  const { log } = await remote.seen()
  const given = log.filter(({ rpc }) => rpc === 'tools/call').map(({ headers }) => headers['authorization'])
  expect(given).toEqual([undefined, 'Bearer abc'])
})

test('a service that wanted somebody to sign in is tried as soon as somebody did', async () => {
  const remote = await startRemote({ token: 'abc' })
  let token: string | undefined
  const store = await setupStore({
    logger: false,
    auth: () => ({ tokens: () => (token === undefined ? undefined : { access_token: token }) }),
  })
  later(() => store.close())
  const context = store.forStore()
  await context.addService({ demo: { url: remote.url } })
  for (let n = 0; n < 4; n++) {
    expect(await failureOf(context.useTool('demo/echo', { text: 'hi' }))).toMatchObject({
      code: 'auth_required',
    })
  }
  token = 'abc'
  expect((await context.useTool('demo/echo', { text: 'hi' })).content).toHaveLength(1)
})

test('what is no function is refused', async () => {
  const wrong = { auth: { tokens: () => undefined } } as unknown as Parameters<typeof setupStore>[0]
  expect(await failureOf(setupStore(wrong))).toMatchObject({
    code: 'usage',
    message: 'option auth must be a function',
  })
})
