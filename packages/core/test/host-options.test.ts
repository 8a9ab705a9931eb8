import { expect, test } from 'vitest'
import type { StoreOptions } from '../src/index.ts'
import { remoteConfig, startModern } from './connections-fixtures.ts'
import { failureOf, open, server } from './stores.ts'
import { seen, sharedPlace } from './strangers.ts'

const form = {
  message: 'Where to?',
  requestedSchema: { type: 'object', properties: { city: { type: 'string' } } },
}
const question = { method: 'elicitation/create', params: form }

test('a service that asks is answered by the handlers of the store, who learn which one it is', async () => {
  const asked: string[] = []
  const store = await open({
    elicitation: ({ requestedSchema: { properties, required } }, { service }) => {
      asked.push(service, ...Object.keys(properties), ...(required ?? []))
      return { action: 'decline' }
    },
  })
  const ctx = store.forStore()
  const { url } = await startModern()
  await ctx.addService({ older: server(), newer: { url } })
  const older = await ctx.useTool('older/ask', question)
  expect(older.structuredContent).toMatchObject({ result: { action: 'decline' } })
  const newer = await ctx.useTool('newer/ask', { questions: [['elicitation/create', form]] })
  expect(newer.structuredContent).toEqual({ said: [{ action: 'decline' }] })
  expect(asked).toEqual(['older', 'city', 'newer', 'city'])
})

test('of two services of one name in two scopes the handlers are told whose it is that asks, and reports', async () => {
  const told: unknown[] = []
  const store = await open({
    elicitation: (_request, { service, scope }) => {
      told.push([service, scope])
      return { action: 'decline' }
    },
    roots: ({ service, scope }) => {
      told.push([service, scope])
      return []
    },
    logging: ({ service, scope }) => void told.push([service, scope]),
  })
  const { url } = await startModern()
  for (const [context, scope] of [
    [store.forStore(), 'store'],
    [store.forAgent('writer'), { agent: 'writer' }],
  ] as const) {
    await context.addService({ older: server(), newer: { url } })
    await context.useTool('older/ask', question)
    await context.useTool('older/ask', { method: 'roots/list' })
    await context.useTool('newer/ask', { questions: [['elicitation/create', form]] })
    await context.useTool('older/log', { data: 'x' })
    await expect.poll(() => told).toHaveLength(4)
    const older = ['older', scope]
    expect(told.splice(0)).toEqual([older, older, ['newer', scope], older])
  }
})

test.each<[StoreOptions, string]>([
  [{ sampling: 5 } as never, 'option sampling must be a function'],
  [{ elicitation: {} } as never, 'option elicitation must be a function, or { form, url, urlDone }'],
  [
    { elicitation: { url: 'x' } } as never,
    'option elicitation must be a function, or { form, url, urlDone }',
  ],
  [
    { elicitation: { from: () => {} } } as never,
    'option elicitation must be a function, or { form, url, urlDone }',
  ],
  [
    { elicitation: { form: () => {}, urlDone: () => {} } } as never,
    'option elicitation must be a function, or { form, url, urlDone } of functions, urlDone beside url only',
  ],
  [{ roots: ['relative/path'] }, 'option roots must be a list of absolute paths'],
  [{ roots: [{ uri: 'https://example.com' }] }, 'option roots must be a list of absolute paths'],
  [{ logging: { level: 'loud', handler: () => {} } } as never, 'option logging must be a function, or'],
  [{ logging: { level: 'info' } } as never, 'option logging must be a function, or'],
])('an option that cannot be is refused: %j', async (options, message) => {
  const error = await failureOf(open(options))
  expect(error.code).toBe('usage')
  expect(error.message).toContain(message)
})

test('a service that somebody else added gets nothing of the host until it is trusted', async () => {
  const place = sharedPlace()
  const { url } = await startModern({ cacheScope: 'public' })
  const elicitation = () => ({ action: 'accept' as const, content: { password: 'hunter2' } })
  const reader = await place.reader({ allowPrivateAddresses: true, elicitation, roots: ['/home/reader'] })
  await (await place.stranger()).plant('demo', remoteConfig(url))
  await seen(reader, 'demo')
  const ctx = reader.forStore()
  const questions = [['elicitation/create', form]]
  expect((await failureOf(ctx.useTool('demo/ask', { questions }))).code).toBe('input_required')
  const { structuredContent } = await ctx.useTool('demo/whoami')
  const told = 'io.modelcontextprotocol/clientCapabilities'
  expect(structuredContent).toMatchObject({ meta: { [told]: {} } })
  expect(JSON.stringify(structuredContent)).not.toContain('elicitation')
  await ctx.trustService('demo')
  const trusted = await ctx.useTool('demo/ask', { questions })
  expect(trusted.structuredContent).toEqual({ said: [elicitation()] })
})
