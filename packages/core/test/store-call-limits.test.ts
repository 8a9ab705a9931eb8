import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

async function calling(limit: number) {
  const calls = `${scratch()}/calls`
  const store = await open({ maxCallsPerService: limit })
  const ctx = store.forStore()
  await ctx.addService({ demo: server({ countFile: calls }), other: server() })
  await ctx.waitService('demo', { timeout: 20_000 })
  return { store, ctx, calls }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('no more calls of a service than its limit are under way, the others follow in order', async () => {
  const { ctx, calls } = await calling(2)
  const stop = new AbortController()
  const held = [1, 2].map(() => failureOf(ctx.useTool('demo/mute', {}, { signal: stop.signal })))
  await until(() => linesOf(calls) === 2)
  const order: number[] = []
  const waiting = [1, 2, 3].map(async (text) => {
    await ctx.useTool('demo/echo', { text: String(text) })
    order.push(text)
  })
  // Others have a limit of their own.
  await ctx.useTool('other/echo', { text: 'x' })
  expect(linesOf(calls)).toBe(2)
  stop.abort()
  await Promise.all([...held, ...waiting])
  expect(order).toEqual([1, 2, 3])
  expect(linesOf(calls)).toBe(5)
})

test('a call that has no time left is not sent', async () => {
  const { ctx, calls } = await calling(1)
  for (const options of [{ timeout: 0 }, { totalTimeout: 0 }]) {
    const error = await failureOf(ctx.useTool('demo/echo', { text: 'x' }, options))
    expect(error).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/^tool "demo\/echo" was not called: /),
      hint: expect.stringContaining('more time'),
    })
  }
  // Whatever was sent before would be counted by now.
  await ctx.useTool('demo/echo', { text: 'y' })
  expect(linesOf(calls)).toBe(1)
})

test('who gives up while waiting was never sent, and holds up nobody', async () => {
  const { ctx, calls } = await calling(1)
  const stop = new AbortController()
  const held = failureOf(ctx.useTool('demo/mute', {}, { signal: stop.signal }))
  await until(() => linesOf(calls) === 1)
  const givesUp = new AbortController()
  const [aborted, late] = [
    failureOf(ctx.useTool('demo/broken', {}, { signal: givesUp.signal })),
    failureOf(ctx.useTool('demo/refuse', {}, { timeout: 50 })),
  ]
  const patient = ctx.useTool('demo/echo', { text: 'x' })
  givesUp.abort()
  expect(await aborted).toMatchObject({
    code: 'aborted',
    message: 'the call of tool "demo/broken" was aborted before it was sent',
  })
  expect(await late).toMatchObject({
    code: 'timeout',
    message: expect.stringMatching(
      /^tool "demo\/refuse" was not called: the wait for 1 other calls of service "demo" took longer/,
    ),
  })
  stop.abort()
  await Promise.all([held, patient])
  expect(readFileSync(calls, 'utf8')).toBe('mute\necho\n')
})

test('a call that fails makes room like any other, and so does one that never came to be sent', async () => {
  const { ctx, calls } = await calling(1)
  await failureOf(ctx.useTool('demo/refuse'))
  await failureOf(ctx.useTool('demo/die'))
  const [first, second] = [ctx.useTool('demo/echo', { text: 'a' }), ctx.useTool('demo/echo', { text: 'b' })]
  await Promise.all([first, second])
  expect(linesOf(calls)).toBe(4)
})

test('a store that is closed tells those who wait that they were not called', async () => {
  const { ctx, store, calls } = await calling(1)
  const held = failureOf(ctx.useTool('demo/mute'))
  await until(() => linesOf(calls) === 1)
  const waiting = [1, 2].map(() => failureOf(ctx.useTool('demo/echo', { text: 'x' })))
  await store.close()
  expect((await held).code).toBe('outcome_unknown')
  for (const error of await Promise.all(waiting)) expect(error.code).toBe('unavailable')
  expect(linesOf(calls)).toBe(1)
})

test('progress starts the timeout anew, but never the time for all', async () => {
  const { ctx, calls } = await calling(5)
  const told: number[] = []
  const onProgress = ({ progress }: { progress: number }) => void told.push(progress)
  const steps = { steps: 8, every: 100 }
  await ctx.useTool('demo/progress', steps, { timeout: 500, onProgress })
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  const endless = { steps: 1000, every: 50 }
  const error = await failureOf(ctx.useTool('demo/progress', endless, { timeout: 1000, totalTimeout: 2000 }))
  expect(error.code).toBe('timeout')
  expect(error.message).toMatch(/took longer than 2 s in all; the tool may have run$/)
  expect(linesOf(calls)).toBe(2)
})

test('the timeout of a call bounds the search for its tool, and says that nothing was called', async () => {
  const ctx = (await open({ connectTimeoutMs: 20_000 })).forStore()
  await ctx.addService({ mute: server({ muteInitialize: true }) })
  const failure = await failureOf(ctx.useTool('mute/echo', {}, { timeout: 200 }))
  expect(failure).toMatchObject({ code: 'timeout', message: expect.stringContaining('not called') })
})
