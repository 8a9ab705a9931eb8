import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { textOf } from '../src/index.ts'
import { linesOf, scratch, startRemote, until } from './connections-fixtures.ts'
import { failureOf, open, server } from './stores.ts'

test.each([
  ['json', 503],
  ['stream', 503],
  ['json', 502],
])(
  'after an answer that was lost the next caller has another connection at once (%s, %i)',
  async (mode, onCall) => {
    // Its farewell takes a second.
    const remote = await startRemote({ mode, onCall, onCalls: 1, onDelete: 'hang' })
    const ctx = (await open()).forStore()
    await ctx.addService({ demo: { url: remote.url } })
    expect((await failureOf(ctx.useTool('demo/echo', { text: 'x' }))).code).toBe('outcome_unknown')
    expect((await ctx.connectService('demo')).status).toBe('ok')
    expect(textOf(await ctx.useTool('demo/echo', { text: 'x' }))).toBe('x')
    const { log } = await remote.seen()
    const times = (method: string): number => log.filter(({ rpc }) => rpc === method).length
    expect([times('initialize'), times('tools/call')]).toEqual([2, 2])
  },
)

test('a server that ends after each call is started again for the next one, also if nobody could have noticed', async () => {
  const folder = scratch()
  const [startFile, countFile] = [`${folder}/starts`, `${folder}/calls`]
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ startFile, countFile, exitAfterCall: true }) })
  for (let call = 1; call <= 10; call++) {
    expect(textOf(await ctx.useTool('demo/echo', { text: `${call}` }))).toBe(`${call}`)
  }
  expect(linesOf(countFile)).toHaveLength(10)
  expect(linesOf(startFile)).toHaveLength(10)
})

describe('a call that was not sent, as its connection had ended,', () => {
  /** After a call of a server that takes no input any more then, and fares like that at its next start. */
  async function afterCall(dieAtStart: object) {
    const folder = scratch()
    const [startFile, countFile] = [`${folder}/starts`, `${folder}/calls`]
    const config = server({ startFile, countFile, deafAfterCall: true, dieAtStart, liveStarts: 1 })
    const ctx = (await open()).forStore()
    await ctx.addService({ demo: config })
    await ctx.useTool('demo/echo', { text: 'x' })
    const counted = async () => {
      const [stats] = await ctx.toolStats()
      return { ran: linesOf(countFile).length, calls: stats?.calls, errors: stats?.errors }
    }
    return { ctx, counted, started: () => linesOf(startFile).length }
  }

  test('and whose next one fails, tells of that, and counts nothing', async () => {
    const { ctx, counted, started } = await afterCall({ code: 3, stderr: 'no more' })
    const error = await failureOf(ctx.useTool('demo/echo', { text: 'x' }))
    expect([error.code, error.message]).toEqual([
      'unreachable',
      expect.stringContaining('exited with code 3'),
    ])
    expect(started()).toBe(2)
    expect(await counted()).toEqual({ ran: 1, calls: 1, errors: 0 })
    await until(async () => (await ctx.serviceInfo('demo')).status !== 'ok')
    expect((await ctx.serviceInfo('demo')).facts?.lastError?.message).toContain('exited with code 3')
  })

  test('and is given up as the next one is opened, says that it was not sent', async () => {
    const { ctx, counted, started } = await afterCall({ hang: true })
    const givingUp = new AbortController()
    const failure = failureOf(ctx.useTool('demo/echo', { text: 'x' }, { signal: givingUp.signal }))
    await until(() => started() === 2)
    givingUp.abort()
    expect((await failure).message).toBe('the call of tool "demo/echo" was aborted before it was sent')
    expect(await counted()).toEqual({ ran: 1, calls: 1, errors: 0 })
  })
})

test('who tries a service again and again that is left alone is not all that runs', async () => {
  const remote = await startRemote()
  await remote.stop()
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: { url: remote.url } })
  for (let time = 0; time < 3; time++)
    await failureOf(ctx.checkServices('demo').then(() => ctx.useTool('demo/x')))
  let turns = 0
  let isOver = false
  const others = (async () => {
    while (!isOver) {
      await nextTurn()
      turns++
    }
  })()
  const messages: string[] = []
  for (let call = 0; call < 20; call++) messages.push((await failureOf(ctx.useTool('demo/x'))).message)
  isOver = true
  const heard = turns
  await others
  expect(messages.filter((message) => message.includes('not tried again for'))).toHaveLength(20)
  expect(heard).toBeGreaterThanOrEqual(19)
})
