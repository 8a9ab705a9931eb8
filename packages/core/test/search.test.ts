import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { schemaText } from '../src/tools/search/schema-text.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

const text = (description: string, properties: object = {}) => ({
  description,
  inputSchema: { type: 'object', properties },
})

const forge = [
  { name: 'create_issue', ...text('Opens a ticket in a repository.') },
  { name: 'listIssues', ...text('All tickets.', { state: { enum: ['open', 'stale'] } }) },
  { name: 'merge', ...text('Merges a pull request, and closes the issue it names.') },
  { name: 'search', ...text('Finds things.', { repository: { description: 'Where issues are' } }) },
  { name: 'statistics', ...text('Counts commits.') },
]
const weather = [{ name: 'get_forecast', title: 'Weather', ...text('Rain and sun.') }, { name: 'alerts' }]

async function scene() {
  const folder = scratch()
  const [local, starts] = [`${folder}/a.db`, `${folder}/starts`]
  const serving = (name: string, tools: object[]) => {
    writeFileSync(`${folder}/${name}.json`, JSON.stringify(tools))
    return server({ toolsFile: `${folder}/${name}.json`, startFile: starts })
  }
  const first = await open({ local })
  await first.forStore().addService({
    forge: serving('forge', forge),
    weather: serving('weather', weather),
    off: { ...serving('off', forge), disabled: true },
  })
  await first.forStore().listTools()
  await first.forStore().addService({ later: serving('later', forge) })
  await first.close()
  return { store: await open({ local }), starts }
}

test('names come before descriptions, and these before schemas; nobody is asked', async () => {
  const { store, starts } = await scene()
  const found = await store.forStore().searchTools('issue')
  expect(found.tools.map(({ name }) => name)).toEqual([
    'forge/create_issue',
    'forge/listIssues',
    'forge/merge',
    'forge/search',
  ])
  expect(found).toMatchObject({ total: 4, near: [] })
  expect(found.services).toEqual([
    expect.objectContaining({ name: 'forge', source: 'cache', stale: false }),
    expect.objectContaining({
      name: 'later',
      source: 'none',
      error: expect.objectContaining({ code: 'not_listed' }),
    }),
  ])
  expect(linesOf(starts)).toBe(2)
})

test.each<[query: string, names: string[]]>([
  ['Issues', ['forge/listIssues', 'forge/create_issue', 'forge/merge', 'forge/search']],
  ['creating', ['forge/create_issue']],
  ['ticket repository', ['forge/create_issue']],
  ['repositories', ['forge/create_issue', 'forge/search']],
  ['issue stale', ['forge/listIssues']],
  ['forecast', ['weather/get_forecast']],
  ['weather', ['weather/alerts', 'weather/get_forecast']],
  ['WEATHER rain', ['weather/get_forecast']],
  ['get_forecast', ['weather/get_forecast']],
  ['object', []],
  ['properties', []],
  ['issue rain', []],
  ['.*', []],
  ['', []],
])('%j finds %j', async (query, names) => {
  const { store } = await scene()
  const { tools, near } = await store.forStore().searchTools(query)
  expect({ names: tools.map(({ name }) => name), near }).toEqual({ names, near: [] })
})

test('a word that is nowhere is taken for those it comes near, and that is told', async () => {
  const { store } = await scene()
  const { tools, near } = await store.forStore().searchTools('forcast rain')
  expect(tools.map(({ name }) => name)).toEqual(['weather/get_forecast'])
  expect(near).toEqual([{ word: 'forcast', instead: ['forecast'] }])
  expect((await store.forStore().searchTools('xyzzy')).near).toEqual([])
})

test('only the best are given, and how many there are; of one service, and of an agent, only its own', async () => {
  const { store } = await scene()
  const one = await store.forStore().searchTools('issue', { limit: 1 })
  expect([one.tools.length, one.total]).toEqual([1, 4])
  expect((await store.forStore().searchTools('issue', { service: 'weather' })).total).toBe(0)
  const agent = store.forAgent('a')
  await agent.assignService('forge', { deny: ['create_*'] })
  const own = await agent.searchTools('issue')
  expect(own.tools.map(({ tool }) => tool)).toEqual(['listIssues', 'merge', 'search'])
  expect(own.total).toBe(3)
  expect((await failureOf(agent.searchTools('issue', { service: 'weather' }))).code).toBe('unknown_service')
  expect((await failureOf(agent.searchTools('issue', { limit: -1 }))).code).toBe('usage')
})

test('of a schema its words are looked through, not its keywords, however deep it is', () => {
  let deep: object = { properties: { bottom: {} } }
  for (let level = 0; level < 100; level++) deep = { items: deep }
  const schema = {
    type: 'object',
    required: ['path'],
    properties: {
      path: { type: 'string', description: 'a file', pattern: 'x' },
      description: { const: 'c' },
    },
    $defs: { Unnamed: { enum: ['e', 5] } },
    deep,
  }
  expect(schemaText(schema).split('\n')).toEqual(['path', 'description', 'a file', 'c', 'e'])
})
