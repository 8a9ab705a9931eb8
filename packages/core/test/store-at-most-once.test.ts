import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { StoreContext } from '../src/index.ts'
import { startRemote } from './connections-fixtures.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

interface Scene {
  ctx: StoreContext
  /** How many calls ran, whoever made them. */
  executions(): number
  /** The processes of the server, in the order of their starts. */
  pids(): number[]
}

async function scene(settings: object = {}): Promise<Scene> {
  const folder = scratch()
  const [countFile, startFile] = [`${folder}/calls`, `${folder}/starts`]
  const ctx = (await open()).forStore()
  await ctx.addService({ demo: server({ countFile, startFile, ...settings }) })
  await ctx.waitService('demo', { timeout: 20_000 })
  const pids = () => readFileSync(startFile, 'utf8').trim().split('\n').map(Number)
  return { ctx, executions: () => linesOf(countFile), pids }
}

test.each<[string, string, (scene: Scene) => Promise<{ code: string }>]>([
  ['its server dies of it', 'outcome_unknown', ({ ctx }) => failureOf(ctx.useTool('demo/die'))],
  [
    'its server is killed under it',
    'outcome_unknown',
    async (all) => {
      const [failure] = await Promise.all([
        failureOf(all.ctx.useTool('demo/mute')),
        until(() => all.executions() === 1).then(() => process.kill(all.pids()[0]!, 'SIGKILL')),
      ])
      return failure
    },
  ],
  ['its server floods the line', 'outcome_unknown', ({ ctx }) => failureOf(ctx.useTool('demo/flood'))],
  [
    'it takes too long',
    'timeout',
    ({ ctx }) => failureOf(ctx.useTool('demo/late', { ms: 1000 }, { timeout: 300 })),
  ],
  ['it is refused', 'server_error', ({ ctx }) => failureOf(ctx.useTool('demo/refuse'))],
  [
    'its service is removed under it',
    'outcome_unknown',
    async (all) => {
      const [failure] = await Promise.all([
        failureOf(all.ctx.useTool('demo/mute')),
        until(() => all.executions() === 1).then(() => all.ctx.deleteService('demo')),
      ])
      return failure
    },
  ],
])('a call runs once although %s', async (_what, code, act) => {
  const all = await scene()
  expect((await act(all)).code).toBe(code)
  if (await all.ctx.listServices().then((services) => services.length > 0)) {
    // Whoever calls next has a connection that works, and the lost call is not made up for.
    expect(await all.ctx.useTool('demo/echo', { text: 'next' })).toEqual({
      content: [{ type: 'text', text: 'next' }],
    })
    expect(all.executions()).toBe(2)
  } else expect(all.executions()).toBe(1)
})

test('an answer that comes late is given to nobody', async () => {
  const all = await scene()
  const late = failureOf(all.ctx.useTool('demo/late', { ms: 400 }, { timeout: 100 }))
  expect((await late).code).toBe('timeout')
  const answers = await Promise.all(
    [500, 1, 2].map((ms) => all.ctx.useTool('demo/late', { ms }, { timeout: 10_000 })),
  )
  expect(answers.map(({ content }) => content![0]!['text'])).toEqual([
    'after 500 ms',
    'after 1 ms',
    'after 2 ms',
  ])
  expect(all.executions()).toBe(4)
  expect(all.pids()).toHaveLength(1)
})

test.each(['cut', 'end', 503])(
  'over HTTP a call is sent once although its answer is lost (%s)',
  async (onCall) => {
    const remote = await startRemote({ onCall, mode: onCall === 'end' ? 'stream' : 'json' })
    const ctx = (await open()).forStore()
    await ctx.addService({ demo: { url: remote.url } })
    await ctx.waitService('demo', { timeout: 20_000 })
    await failureOf(ctx.useTool('demo/echo', { text: 'x' }))
    const { log } = await remote.seen()
    expect(log.filter(({ rpc }) => rpc === 'tools/call')).toHaveLength(1)
  },
)
