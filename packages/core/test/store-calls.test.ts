import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server, turn } from './stores.ts'

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a call that timed out or was aborted says that the tool may have run', async () => {
  const calls = `${scratch()}/calls`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ countFile: calls }) })
  await ctx.waitService('demo', { timeout: 20_000 })
  expect(await failureOf(ctx.useTool('demo/mute', {}, { timeout: 300 }))).toMatchObject({
    code: 'timeout',
    message: expect.stringMatching(/took longer than 300 ms; the tool may have run$/),
    hint: expect.stringContaining('Find out before you call it again.'),
  })
  const stop = new AbortController()
  const aborted = failureOf(ctx.useTool('demo/mute', {}, { signal: stop.signal }))
  await until(() => linesOf(calls) === 2)
  stop.abort()
  expect(await aborted).toMatchObject({
    code: 'aborted',
    message: '"tools/call" to service "demo" was aborted; the tool may have run',
  })
})

test('of a call that timed out it was said twice that it may have run', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server() })
  await ctx.waitService('demo', { timeout: 20_000 })
  const { message, hint } = await failureOf(ctx.useTool('demo/mute', {}, { timeout: 300 }))
  expect(`${message}\n${hint}`.match(/may have run/g)).toHaveLength(1)
})

test('a call that was aborted before it was sent says so, wherever it was', async () => {
  const calls = `${scratch()}/calls`
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ countFile: calls }), slow: server({ muteInitialize: true }) })
  await ctx.waitService('demo', { timeout: 20_000 })
  const reason = new Error('changed my mind')
  const stop = new AbortController()
  const failures = [
    failureOf(ctx.useTool('demo/echo', { text: 'x' }, { signal: AbortSignal.abort(reason) })),
    failureOf(ctx.useTool('echo', { text: 'x' }, { signal: AbortSignal.abort(reason) })),
    failureOf(ctx.useTool('slow/echo', { text: 'x' }, { signal: stop.signal })),
  ]
  stop.abort(reason)
  for (const failure of await Promise.all(failures)) {
    expect(failure).toMatchObject({ code: 'aborted', cause: reason })
    expect(failure.message).toMatch(
      /^the call of tool "(demo\/|slow\/|)echo" was aborted before it was sent$/,
    )
  }
  expect(linesOf(calls)).toBe(0)
})

test('of a call that was given up while its service was connected it was said that the store ended it', async () => {
  const store = await open()
  const ctx = store.forStore()
  const { command, args } = server()
  const [program, started] = [`${scratch()}/server.mjs`, `${scratch()}/started`]
  writeFileSync(program, `await import(${JSON.stringify(pathToFileURL(args[0]!).href)})`)
  await ctx.addService({ demo: { command, args: [program, '{}'] } })
  await ctx.waitService('demo', { timeout: 20_000 })
  await ctx.disconnectService('demo')
  const silent = `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(started)}, 'x\\n'); process.stdin.resume()`
  writeFileSync(program, silent)
  const stop = new AbortController()
  const call = failureOf(ctx.useTool('demo/echo', { text: 'x' }, { signal: stop.signal }))
  await until(() => linesOf(started) === 1)
  stop.abort()
  await store.close()
  const { code, message } = await call
  expect({ code, message }).toEqual({
    code: 'aborted',
    message: 'the call of tool "demo/echo" was aborted before it was sent',
  })
})

test('a call under which the store is closed says so, and whether it was sent', async () => {
  const calls = `${scratch()}/calls`
  const store = await open()
  const ctx = store.forStore()
  await ctx.addService({ demo: server({ countFile: calls }), slow: server({ muteInitialize: true }) })
  const sent = failureOf(ctx.useTool('demo/mute'))
  const [unsent, nameless, listing] = [
    failureOf(ctx.useTool('slow/echo', { text: 'x' })),
    failureOf(ctx.useTool('nothing-like-it')),
    failureOf(ctx.listTools('slow')),
  ]
  await until(() => linesOf(calls) === 1)
  await store.close()
  expect(await sent).toMatchObject({
    code: 'outcome_unknown',
    message: 'the store was closed before service "demo" answered',
    hint: expect.stringContaining('may have run'),
  })
  expect(await unsent).toMatchObject({
    code: 'unavailable',
    message: 'the store was closed before tool "slow/echo" was called',
  })
  expect(await nameless).toMatchObject({ code: 'unavailable' })
  expect(await listing).toMatchObject({
    code: 'unavailable',
    message: 'the store was closed before service "slow" was asked',
  })
})

test('an error of time names the time that was given, not what was left of it', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ mute: server({ muteInitialize: true }) })
  const timeout = 700
  const asked = [ctx.useTool('mute/echo', {}, { timeout }), ctx.waitService('mute', { timeout })]
  for (const failing of asked) {
    expect(await failureOf(failing)).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('took longer than 700 ms'),
    })
  }
})

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
