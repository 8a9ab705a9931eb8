import { expect, test } from 'vitest'
import { open, server } from './stores.ts'
import { seen, sharedPlace } from './strangers.ts'

const NINE = Array.from({ length: 9 }, (_, n) => `s${n + 1}`)
const hanging = () => server({ muteInitialize: true })
const withContents = (name: string) => server({ contents: { scheme: name, prompt: `greet-${name}` } })

/** Ten services: the one that comes first never answers. */
function ten(): Record<string, object> {
  return { s0: hanging(), ...Object.fromEntries(NINE.map((name) => [name, withContents(name)])) }
}

/** Waits until the store has told of the tools of these services. */
function toolsOf(store: Awaited<ReturnType<typeof open>>, names: readonly string[]): Promise<void> {
  const missing = new Set(names)
  return new Promise((resolve) => {
    const stop = store.events.on('toolsChanged', ({ service }) => {
      missing.delete(service)
      if (missing.size > 0) return
      stop()
      resolve()
    })
  })
}

test('while one service of ten never answers, the other nine are listed, called and read', async () => {
  const store = await open({ connectTimeoutMs: 600_000 })
  const ctx = store.forStore()
  await ctx.addService(ten())
  const answered = toolsOf(store, NINE)
  let ended = 0
  const count = <Result>(result: Result): Result => {
    ended++
    return result
  }
  const listings = [
    ctx.listTools(),
    ctx.listResources(),
    ctx.listResourceTemplates(),
    ctx.listPrompts(),
    ctx.checkServices(),
  ] as const
  const counted = listings.map((listing) => listing.then(count))
  await answered
  for (const name of NINE) {
    expect((await ctx.listTools(name)).services[0]!.source).toBe('cache')
    expect((await ctx.useTool(`${name}/echo`, { text: name })).content).toEqual([
      { type: 'text', text: name },
    ])
    expect((await ctx.readResource(`${name}://notes/x`, { service: name })).contents).toHaveLength(1)
    expect((await ctx.getPrompt(`${name}/greet-${name}`, { who: name })).messages).toHaveLength(1)
    expect(await ctx.checkServices(name)).toMatchObject([{ name, status: 'ok' }])
  }
  expect([ended, (await ctx.serviceInfo('s0')).status]).toEqual([0, 'connecting'])
  await ctx.disconnectService('s0')
  await Promise.all(counted)
  const [tools, resources, templates, prompts, checks] = await Promise.all(listings)
  expect(new Set(tools.map(({ service }) => service))).toEqual(new Set(NINE))
  for (const listing of [resources, templates, prompts]) {
    expect(listing.map(({ service }) => service)).toEqual(NINE)
  }
  for (const { services } of [tools, resources, templates, prompts]) {
    expect(services.filter(({ error }) => error).map(({ name }) => name)).toEqual(['s0'])
  }
  expect(checks.filter(({ error }) => error).map(({ name }) => name)).toEqual(['s0'])
})

test('a call by export name waited for a service of another name that never answers', async () => {
  const store = await open({ connectTimeoutMs: 600_000 })
  const ctx = store.forStore()
  const odd = 'no tool of mine: ü'
  await ctx.addService({ mute: hanging(), s1: server(), [odd]: server() })
  const { exportName } = (await ctx.listTools(odd)).find(({ tool }) => tool === 'echo')!
  for (const address of ['s1__echo', exportName]) {
    expect((await ctx.useTool(address, { text: address })).content).toEqual([{ type: 'text', text: address }])
    expect((await ctx.findTool(address)).exportName).toBe(address)
  }
  expect((await ctx.serviceInfo('mute')).status).toBe('new')
})

test('the tenth is named with its reason when its time is up, and nobody else with it', async () => {
  const store = await open()
  const ctx = store.forStore()
  await ctx.addService(ten())
  await Promise.all(NINE.map((name) => ctx.connectService(name)))
  const bounds = { timeout: 5000 }
  const [tools, resources, prompts, checks] = await Promise.all([
    ctx.listTools(undefined, bounds),
    ctx.listResources(undefined, bounds),
    ctx.listPrompts(undefined, bounds),
    ctx.checkServices(undefined, bounds),
  ])
  const slow = expect.objectContaining({
    code: 'timeout',
    message: expect.stringMatching(/"s0".*took longer than 5 s/),
  })
  for (const { services } of [tools, resources, prompts]) {
    expect(services.flatMap(({ name, error }) => (error ? [{ name, error }] : []))).toEqual([
      { name: 's0', error: slow },
    ])
  }
  expect(resources.map(({ service }) => service)).toEqual(NINE)
  expect(checks[0]).toEqual({ name: 's0', status: 'failing', tookMs: null, error: slow })
  expect(checks.slice(1).map(({ status }) => status)).toEqual(NINE.map(() => 'ok'))
})

test('however many services never answer, those behind them are asked', async () => {
  const store = await open({ connectTimeoutMs: 600_000 })
  const ctx = store.forStore()
  await ctx.addService({ ...Object.fromEntries(NINE.map((name) => [name, hanging()])), t: server() })
  const answered = toolsOf(store, ['t'])
  const listing = ctx.listTools()
  await answered
  await Promise.all(NINE.map((name) => ctx.disconnectService(name)))
  const { services } = await listing
  expect(services.filter(({ error }) => error).map(({ name }) => name)).toEqual(NINE)
})

test('a service about which the host does not decide stands beside the others with its reason, and holds up none', async () => {
  const place = sharedPlace()
  const stranger = await place.stranger()
  const names = ['s0', 's1', 's2']
  for (const name of names) await stranger.plant(name, { type: 'stdio', cwd: '/', ...server() })
  const trust = ({ name }: { name: string }) => (name === 's0' ? new Promise<boolean>(() => {}) : true)
  const reader = await place.reader({ trust, connectTimeoutMs: 600_000 })
  for (const name of names) await seen(reader, name)
  const ctx = reader.forStore()
  for (const name of ['s1', 's2']) await ctx.listTools(name)
  const tools = await ctx.listTools(undefined, { timeout: 100 })
  expect(new Set(tools.map(({ service }) => service))).toEqual(new Set(['s1', 's2']))
  expect(tools.services.map(({ name, error }) => [name, error?.code])).toEqual([
    ['s0', 'timeout'],
    ['s1', undefined],
    ['s2', undefined],
  ])
  expect(tools.services[0]!.error!.message).toContain('the decision whether to trust service "s0"')
  const services = await ctx.listServices()
  expect(services.map(({ facts }) => facts.inert)).toEqual([
    expect.stringContaining('the host has not decided yet'),
    null,
    null,
  ])
  expect((await ctx.useTool('s2/echo', { text: 'x' })).content).toHaveLength(1)
})
