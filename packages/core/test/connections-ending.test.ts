import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { textOf } from '../src/index.ts'
import { linesOf, scratch, startRemote } from './connections-fixtures.ts'
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
