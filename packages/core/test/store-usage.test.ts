import { setupStore } from '@mcpstore/core'
import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

/** What a caller without a type checker may pass. */
const wrong = (value: unknown) => value as never

test.each([[null], [5], ['redis://localhost'], [[]]])('setupStore(%j) is refused', async (options) => {
  expect(await failureOf(setupStore(wrong(options)))).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('the options of setupStore must be an object, not '),
  })
})

test.each([[{ PORT: 80 }], ['PORT=80'], [['PORT=80', 80]], [null]])(
  'env took what is no object of texts, which no placeholder could be filled in from: %j',
  async (env) => {
    expect(await failureOf(setupStore(wrong({ env })))).toMatchObject({
      code: 'usage',
      message: 'option env must be an object of texts',
    })
  },
)

test('options of every method are refused by name, if they are unknown or cannot be', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  const refusals: [Promise<unknown>, string][] = [
    [ctx.useTool('demo/echo', {}, wrong({ signal: 5 })), 'option signal must be an AbortSignal'],
    [ctx.useTool('demo/echo', {}, wrong({ onProgress: true })), 'option onProgress must be a function'],
    [ctx.useTool('demo/echo', {}, wrong({ timeoutMs: 5 })), 'unknown option timeoutMs'],
    [ctx.useTool('demo/echo', {}, wrong(null)), 'the options of useTool must be an object, not null'],
    [ctx.useTool('demo/echo', {}, { timeout: -1 }), 'option timeout must be a whole number'],
    [ctx.listTools(undefined, wrong({ signal: {} })), 'option signal must be an AbortSignal'],
    [ctx.listTools('demo', wrong({ refresh: true })), 'unknown option refresh'],
    [ctx.listTools('demo', wrong({ fresh: 'yes' })), 'option fresh must be true or false'],
    [ctx.listTools(wrong({ fresh: true })), 'the name of a service must be a string, not an object'],
    [ctx.waitService('demo', wrong(5000)), 'the options of waitService must be an object, not a number'],
    [ctx.waitService('demo', wrong({ signal: null })), 'option signal must be an AbortSignal'],
    [ctx.addService({ a: server() }, wrong({ ifabsent: true })), 'unknown option ifabsent'],
    [ctx.addService({ a: server() }, wrong({ cwd: 7 })), 'option cwd must be a text'],
    // These were said to be milliseconds.
    [ctx.addService({ a: server() }, { offer: 1.5 }), 'option offer must be a whole number, 0 or more'],
    [ctx.searchTools('echo', { limit: -1 }), 'option limit must be a whole number, 0 or more'],
  ]
  for (const [promise, message] of refusals) {
    expect(await failureOf(promise), message).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    })
  }
  expect((await ctx.listServices()).map(({ name, status }) => [name, status])).toEqual([['demo', 'new']])
})

test('an address that is none, or empty, is refused at once and starts nothing', async () => {
  const starts = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile: starts }) })
  for (const address of [undefined, null, 5, {}, ['demo/echo'], '', ' ', '/', ' / ']) {
    expect(await failureOf(ctx.useTool(wrong(address), {})), String(address)).toMatchObject({ code: 'usage' })
    expect(await failureOf(ctx.findTool(wrong(address))), String(address)).toMatchObject({ code: 'usage' })
  }
  expect(await failureOf(ctx.useTool('demo/', {}))).toMatchObject({ code: 'unknown_tool' })
  expect(linesOf(starts)).toBe(0)
})

test('a time that no timer can hold is refused', async () => {
  expect(await failureOf(open({ idleTimeoutMs: 2 ** 32 }))).toMatchObject({ code: 'usage' })
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  expect(await failureOf(ctx.useTool('demo/echo', { text: 'x' }, { timeout: -1 }))).toMatchObject({
    code: 'usage',
  })
})
