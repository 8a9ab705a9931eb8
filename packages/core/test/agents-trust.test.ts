import { readFileSync } from 'node:fs'
import { type Json, recordKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import type { TrustQuestion } from '../src/index.ts'
import { failureOf, linesOf, scratch, stdioConfig } from './connections-fixtures.ts'
import { type Reader, sharedPlace } from './strangers.ts'

const entryOf = ({ type: _, ...entry }: ReturnType<typeof stdioConfig>) => ({ ...entry, cwd: '/' })
const scopes = ['store', { agent: 'a' }, { agent: 'b' }] as const

const contextOf = (reader: Reader, scope: (typeof scopes)[number]) =>
  scope === 'store' ? reader.forStore() : reader.forAgent(scope.agent)

async function trusted(reader: Reader): Promise<boolean[]> {
  const infos = scopes.map((scope) => contextOf(reader, scope).serviceInfo('demo'))
  return (await Promise.all(infos)).map(({ facts }) => facts.trusted)
}

/** The same config in the name of everybody, by a stranger. */
async function planted(settings: object, options = {}) {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader(options), await place.stranger()]
  const config = { ...stdioConfig(settings), cwd: '/' }
  for (const scope of scopes) {
    const key = recordKey({ scope, service: 'demo', kind: 'config' })
    await stranger.dataspace.put(key, config as unknown as Json)
  }
  await expect
    .poll(
      async () =>
        (
          await reader
            .forStore()
            .listServices()
            .catch(() => [])
        ).length,
    )
    .toBe(3)
  return { reader, stranger, config }
}

test('what a stranger writes in the name of an agent starts nothing', async () => {
  const starts = `${scratch()}/starts`
  const { reader } = await planted({ startFile: starts })
  const ctx = reader.forAgent('a')
  for (const reach of [
    () => ctx.waitService('demo'),
    () => ctx.listTools('demo', { fresh: true }),
    () => ctx.useTool('demo/echo', { text: 'x' }),
  ]) {
    expect(await failureOf(reach())).toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining('service "demo" of agent "a" is not trusted here'),
      hint: expect.stringContaining('mcpstore trust demo --agent a'),
    })
  }
  expect(linesOf(starts)).toEqual([])
})

test.each([0, 1, 2])('an approval of one scope is none of another: %j', async (at) => {
  const home = scratch()
  const { reader } = await planted({}, { home })
  const only = scopes.map((_, n) => n === at)
  await contextOf(reader, scopes[at]!).trustService('demo')
  expect(await trusted(reader)).toEqual(only)
  await contextOf(reader, scopes[(at + 1) % 3]!).revokeTrust('demo')
  expect(await trusted(reader)).toEqual(only)
  await contextOf(reader, scopes[at]!).revokeTrust('demo')
  expect(await trusted(reader)).toEqual([false, false, false])
})

test('what an agent adds is approved for that agent, and no longer when it is removed', async () => {
  const home = scratch()
  const { reader } = await planted({}, { home })
  await reader.forAgent('a').addService({ demo: entryOf(stdioConfig()) })
  expect(await trusted(reader)).toEqual([false, true, false])
  await reader.forAgent('a').waitService('demo')
  await reader.forStore().addService({ demo: entryOf(stdioConfig()) })
  await reader.forStore().deleteService('demo')
  expect((await reader.forAgent('a').serviceInfo('demo')).facts.trusted).toBe(true)
  await reader.forAgent('a').deleteService('demo')
  expect(JSON.parse(readFileSync(`${home}/trust.json`, 'utf8'))).toEqual({ version: 1, approvals: [] })
})

test('an agent whose id reads like another scope has its own approvals', async () => {
  const place = sharedPlace()
  const reader = await place.reader()
  await reader.forStore().addService({ demo: entryOf(stdioConfig()) })
  const ids = ['store', 'agent:x', 'x']
  const stranger = await place.stranger()
  for (const agent of ids) {
    const key = recordKey({ scope: { agent }, service: 'demo', kind: 'config' })
    await stranger.dataspace.put(key, { ...stdioConfig(), cwd: '/' } as unknown as Json)
  }
  const facts = () => Promise.all(ids.map((id) => reader.forAgent(id).serviceInfo('demo')))
  await expect
    .poll(() =>
      facts().then(
        (all) => all.length,
        () => 0,
      ),
    )
    .toBe(3)
  await reader.forAgent('x').trustService('demo')
  expect((await facts()).map(({ facts: { trusted: is } }) => is)).toEqual([false, false, true])
})

test('an assignment, by whomever, grants no trust', async () => {
  const starts = `${scratch()}/starts`
  const { reader, stranger, config } = await planted({ startFile: starts })
  const put = (agent: string) =>
    stranger.dataspace.put(recordKey({ scope: { agent }, service: 'demo', kind: 'assignment' }), {
      allow: ['*'],
      deny: [],
    })
  await put('c')
  await reader.forAgent('d').assignService('demo')
  for (const agent of ['c', 'd']) {
    const ctx = reader.forAgent(agent)
    await expect.poll(() => ctx.serviceInfo('demo').then(({ status }) => status, String)).toBe('untrusted')
    expect(await failureOf(ctx.useTool('demo/echo', { text: 'x' }))).toMatchObject({ code: 'untrusted' })
  }
  expect(linesOf(starts)).toEqual([])
  // It is the store's service that is approved, for whoever may use it.
  const shown: unknown[] = []
  await reader.forAgent('d').trustService('demo', { confirm: (service) => shown.push(service) > 0 })
  expect(shown).toEqual([{ name: 'demo', config }])
  expect(await trusted(reader)).toEqual([true, false, false])
  expect((await reader.forAgent('c').useTool('demo/echo', { text: 'x' })).isError).toBeUndefined()
})

test('the host is told whose service it is asked about', async () => {
  const questions: TrustQuestion[] = []
  const trust = (question: TrustQuestion) => {
    questions.push(question)
    return question.scope !== 'store' && question.scope.agent === 'a'
  }
  const { reader } = await planted({}, { trust })
  await reader.forStore().listServices()
  expect(await trusted(reader)).toEqual([false, true, false])
  expect(questions.map(({ scope }) => scope)).toEqual([...scopes])
})

test('clearing the dataspace ends the approvals of all scopes', async () => {
  const home = scratch()
  const { reader } = await planted({}, { home })
  for (const scope of scopes) await contextOf(reader, scope).trustService('demo')
  await reader.clear()
  expect(JSON.parse(readFileSync(`${home}/trust.json`, 'utf8'))).toEqual({ version: 1, approvals: [] })
})
