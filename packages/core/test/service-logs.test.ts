import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ServiceLogLine } from '../src/index.ts'
import { failureOf, open, scratch, server } from './stores.ts'

const folderOf = (home: string): string => join(home, 'logs/local/default/default')

async function all(lines: AsyncIterable<ServiceLogLine>): Promise<ServiceLogLine[]> {
  const found: ServiceLogLine[] = []
  for await (const line of lines) found.push(line)
  return found
}

it('an embedder that asks for it keeps and reads what services say; one that does not keeps nothing', async () => {
  const home = scratch()
  const quiet = await open({ home, local: true })
  await quiet.forStore().addService({ mcpServers: { demo: server() } })
  await quiet.forStore().useTool('demo/log', { data: 'unheard' })
  await quiet.close()
  expect(existsSync(join(home, 'logs'))).toBe(false)

  const store = await open({ home, local: true, serviceLogs: true })
  const context = store.forStore()
  await context.useTool('demo/log', { data: { deep: [1] }, level: 'notice' })
  await context.disconnectService('demo')
  await store.close()
  const reader = await open({ home, local: true })
  const lines = await all(reader.forStore().serviceLogs(['demo']))
  expect(lines.map(({ level, text }) => [level, text])).toEqual([
    [null, expect.stringMatching(/^started as process \d+$/)],
    ['notice', 'fixture: {"deep":[1]}'],
    [null, 'ended, as it was asked to'],
  ])
  expect(lines[1]).toMatchObject({ service: 'demo', scope: 'store', pid: process.pid, stream: 'message' })
  expect(await all(reader.forStore().serviceLogs('demo')), 'one name is enough').toEqual(lines)
  expect(await all(reader.forStore().serviceLogs([], { lines: 0 }))).toEqual([])
  expect(await all(reader.forStore().serviceLogs([], { since: Date.now() + 1000 }))).toEqual([])
})

it('of a service that was removed nothing is kept any more, though its server still speaks', async () => {
  const home = scratch()
  const store = await open({ home, local: true, serviceLogs: true })
  const context = store.forStore()
  await context.addService({ mcpServers: { demo: server(), stays: server() } })
  const other = await open({ home, local: true })
  for (const name of ['demo', 'stays']) await context.useTool(`${name}/log`, { data: 'x' })
  const call = context.useTool('demo/late', { ms: 1500 })
  await context.useTool('demo/chatter', { bytes: 10 })
  await other.forStore().deleteService('demo')
  await call.catch(() => {})
  await store.close()
  expect(readdirSync(folderOf(home))).toEqual(['stays.log'])
})

it('a flood is left out and counted, and the way it ended is kept', async () => {
  const home = scratch()
  const store = await open({ home, local: true, serviceLogs: true })
  const context = store.forStore()
  await context.addService({ mcpServers: { demo: server() } })
  await context.useTool('demo/log', { data: 'line\n'.repeat(100_000) })
  await store.close()
  const reader = await open({ home, local: true })
  const lines = await all(reader.forStore().serviceLogs([], { lines: 100_000 }))
  const left = lines.flatMap(({ text }) => /^(\d+) lines came too fast to be kept$/.exec(text)?.[1] ?? [])
  const kept = lines.filter(({ text }) => /^(fixture: )?line$/.test(text)).length
  expect(left).toHaveLength(1)
  expect(kept + Number(left[0])).toBe(100_000)
  expect(lines.at(-1)).toMatchObject({ text: 'ended, as it was asked to' })
})

it.each([
  ['a server', { stubborn: true }, 'did not end when it was asked to, and was killed'],
  [
    'what a server had started',
    { grandchild: 'pid', quiet: true },
    'what it had started did not end when it was asked to, and was killed',
  ],
])('%s that had to be killed leaves a line', async (_who, settings, text) => {
  const home = scratch()
  const store = await open({ home, local: true, serviceLogs: true })
  await store.forStore().addService({ mcpServers: { demo: { ...server(settings), cwd: home } } })
  await store.forStore().waitService('demo')
  await store.close()
  const reader = await open({ home, local: true })
  expect((await all(reader.forStore().serviceLogs([]))).map((line) => [line.stream, line.text])).toEqual([
    ['process', expect.stringMatching(/^started as process \d+$/)],
    ['process', text],
  ])
})

it('why nothing can be kept is a warning, once', async () => {
  const home = scratch()
  mkdirSync(join(folderOf(home), 'demo.log'), { recursive: true })
  const store = await open({ home, local: true, serviceLogs: true })
  const context = store.forStore()
  await context.addService({ mcpServers: { demo: server() } })
  for (const data of ['a', 'b']) await context.useTool('demo/log', { data })
  await store.close()
  expect(store.lines.filter((line) => line.includes('services say'))).toEqual([
    expect.stringMatching(/^warn what services say cannot be kept: EISDIR/),
  ])
})

it.each([
  [{ serviceLogs: true }, 'option serviceLogs is for a dataspace that has a name and a usual place'],
  [{ serviceLogs: true, local: '/tmp/file.db' }, 'option serviceLogs is for a dataspace'],
  [{ serviceLogs: true, redis: 'redis://127.0.0.1:1' }, 'option serviceLogs is for a dataspace'],
  [{ serviceLogs: {} as never, local: true }, 'option serviceLogs must be true, false or { onProblem }'],
])('%j is refused', async (options, message) => {
  expect(await failureOf(open(options))).toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
  })
})

it('a store in memory keeps none, and says so; a name that is wrong is said, too', async () => {
  const memory = await open()
  expect(await failureOf(all(memory.forStore().serviceLogs()))).toMatchObject({ code: 'usage' })
  const store = await open({ home: scratch(), local: true })
  expect(await failureOf(all(store.forStore().serviceLogs(['demo'])))).toMatchObject({
    code: 'unknown_service',
  })
})

it('whoever follows is released by his signal', async () => {
  const store = await open({ home: scratch(), local: true, serviceLogs: true })
  const context = store.forStore()
  await context.addService({ mcpServers: { demo: server() } })
  const ending = new AbortController()
  const heard: string[] = []
  const following = (async () => {
    for await (const { text } of context.serviceLogs([], { follow: true, signal: ending.signal })) {
      heard.push(text)
      if (text === 'fixture: b') ending.abort()
    }
  })()
  for (const data of ['a', 'b']) await context.useTool('demo/log', { data })
  await following
  expect(heard.slice(1)).toEqual(['fixture: a', 'fixture: b'])
})

it.each([
  [{ lines: -1 }, 'option lines must be a whole number, 0 or more'],
  [{ since: 0.5 }, 'option since must be whole milliseconds since 1970, as Date.now()'],
])('%j is refused', async (options, message) => {
  const store = await open({ home: scratch(), local: true })
  expect(await failureOf((async () => store.forStore().serviceLogs([], options))())).toMatchObject({
    code: 'usage',
    message,
  })
})
