import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

/** A service whose server ends at its first starts, and a file that counts them. */
async function failing(dieAtStarts: number) {
  const startFile = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({
    demo: server({ startFile, dieAtStart: { code: 3, stderr: 'no key' }, dieAtStarts }),
  })
  return { ctx, starts: () => linesOf(startFile) }
}

test('a service that keeps failing is not started for every caller, and says until when', async () => {
  const { ctx, starts } = await failing(1000)
  for (let n = 0; n < 3; n++) await failureOf(ctx.listTools('demo'))
  expect(starts()).toBe(3)
  const before = Date.now()
  const [call, list, all] = await Promise.all([
    failureOf(ctx.useTool('demo/echo', { text: 'x' })),
    failureOf(ctx.listTools('demo')),
    ctx.listTools(),
  ])
  expect(starts()).toBe(3)
  for (const error of [call, list]) {
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('exited with code 3')
    expect(error.message).toContain('not tried again for')
  }
  expect(all.services[0]!.error?.message).toContain('no key')
  const { facts, status } = await ctx.serviceInfo('demo')
  expect(status).toBe('failing')
  expect(Date.parse(facts.retryAt!)).toBeGreaterThan(before)
  // What is shared is what was found out, not who was turned away.
  expect(facts.lastError?.message).toMatch(/^service "demo" exited with code 3/)
})

test('who asks by hand has it tried', async () => {
  const { ctx, starts } = await failing(5)
  for (let n = 0; n < 3; n++) await failureOf(ctx.listTools('demo'))
  await failureOf(ctx.listTools('demo', { fresh: true }))
  expect(starts()).toBe(4)
  await failureOf(ctx.waitService('demo'))
  expect(starts()).toBe(5)
  const { facts, status } = await ctx.waitService('demo', { timeout: 20_000 })
  expect({ status, retryAt: facts.retryAt }).toEqual({ status: 'ok', retryAt: null })
})

test.each(['changed', 'disabled', 'added again'])(
  'a service that was %s is not said to be left alone',
  async (how) => {
    const { ctx } = await failing(1000)
    const { config } = await ctx.serviceInfo('demo')
    for (let n = 0; n < 3; n++) await failureOf(ctx.listTools('demo'))
    expect((await ctx.serviceInfo('demo')).facts.retryAt).not.toBeNull()
    await ctx.patchService('demo', { description: 'the same' })
    expect((await ctx.serviceInfo('demo')).facts.retryAt).not.toBeNull()
    if (how === 'changed') await ctx.patchService('demo', { env: { KEY: 'new' } })
    else if (how === 'disabled') await ctx.patchService('demo', { disabled: true })
    else {
      await ctx.deleteService('demo')
      await ctx.addService({ demo: config })
    }
    expect((await ctx.serviceInfo('demo')).facts.retryAt).toBeNull()
  },
)

test('it comes back by itself when its time has passed and somebody uses it', async () => {
  const { ctx, starts } = await failing(3)
  for (let n = 0; n < 3; n++) await failureOf(ctx.listTools('demo'))
  const use = () => ctx.useTool('demo/echo', { text: 'back' }).catch((error: Error) => error.message)
  await expect.poll(use, { timeout: 20_000 }).toEqual({ content: [{ type: 'text', text: 'back' }] })
  expect(starts()).toBe(4)
})

test('whoever waits for an address that refuses is told that, however the time runs out', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: { url: 'http://127.0.0.1:1/mcp' } })
  // What it takes to ask is loaded.
  await failureOf(ctx.listTools('demo'))
  // In the first pauses, and among the attempts that are made while there is a second left.
  for (const timeout of [500, 700, 1300, 1600, 2100])
    expect(await failureOf(ctx.waitService('demo', { timeout }))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
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
