import { expect, test } from 'vitest'
import type { ServiceConfig } from '../src/config/service-config.ts'
import { linesOf, modernConfig, remoteConfig, scratch, startModern } from './connections-fixtures.ts'
import { failureOf, open } from './stores.ts'

const question = { message: 'Where to?', requestedSchema: { type: 'object', properties: {} } }

/** Calls a tool that asks for input at once: how that ended, what was asked, what ran, and what was counted. */
async function callThatAsks(config: ServiceConfig) {
  let asked = 0
  const store = await open({
    elicitation: () => {
      asked++
      return { action: 'accept', content: {} }
    },
  })
  const ctx = store.forStore()
  await ctx.addService({ demo: config })
  const error = await failureOf(ctx.useTool('demo/ask', { questions: [['elicitation/create', question]] }))
  const [stats] = await ctx.toolStats()
  return { error, asked, calls: stats?.calls, errors: stats?.errors }
}

test('a call that had asked for input does not run again where its server takes no more of it', async () => {
  const folder = scratch()
  const [startFile, countFile] = [`${folder}/starts`, `${folder}/calls`]
  const { error, ...seen } = await callThatAsks(modernConfig({ startFile, countFile, deafOnAsk: true }))
  expect(linesOf(countFile)).toEqual(['ask'])
  expect(seen).toEqual({ asked: 1, calls: 1, errors: 1 })
  expect(error.code).toBe('outcome_unknown')
  expect(error.hint).toContain('It may have run')
})

test.each([401, 403, 413, 429])(
  'a call that had asked for input may have run where its server turns that away with HTTP %i',
  async (onInput) => {
    const countFile = `${scratch()}/calls`
    const { url } = await startModern({ countFile, onInput })
    const { error, ...seen } = await callThatAsks(remoteConfig(url, { protocol: '2026-07-28' }))
    expect(linesOf(countFile)).toEqual(['ask'])
    expect(seen).toEqual({ asked: 1, calls: 1, errors: 1 })
    expect(error.code).toBe('outcome_unknown')
    expect(error.hint).not.toContain('did not run')
  },
)
