import { expect, it } from 'vitest'
import { readSettings } from '../src/settings.ts'
import { run } from './fakes.ts'

it('options win over the environment, which wins over the defaults', () => {
  const env = { MCPSTORE_NAMESPACE: 'team', MCPSTORE_DATASPACE: 'work' }
  expect(readSettings({}, {}, '/cwd')).toMatchObject({
    namespace: 'default',
    dataspace: 'default',
    home: undefined,
  })
  expect(readSettings({}, env, '/cwd')).toMatchObject({ namespace: 'team', dataspace: 'work' })
  expect(readSettings({ namespace: 'own', dataspace: 'mine' }, env, '/cwd')).toMatchObject({
    namespace: 'own',
    dataspace: 'mine',
  })
  expect(readSettings({}, { MCPSTORE_NAMESPACE: '' }, '/cwd').namespace).toBe('default')
})

it('--home is relative to the current folder', () => {
  expect(readSettings({ home: 'data' }, {}, '/cwd').home).toBe('/cwd/data')
})

it.each([
  [['list', '--dataspace', 'auto'], {}],
  [['list'], { MCPSTORE_DATASPACE: 'auto' }],
  [['list', '--namespace='], {}],
  [['list', '--dataspace', ' '], {}],
  [['list', '--home='], {}],
  [['list', '--timeout', 'soon'], {}],
])('%j with %j is refused before anything is opened', async (argv, env) => {
  expect(await run(argv, { host: { env } })).toMatchObject({ exit: 1, stdout: '', opened: [] })
})

it('what every command takes reaches the store', async () => {
  const argv = ['--namespace', 'n', 'list', '--dataspace=d', '--home', '/h', '--timeout', '2m', '--json']
  const { opened } = await run(argv, { services: { listServices: async () => [] } })
  expect(opened).toEqual([
    { namespace: 'n', dataspace: 'd', home: '/h', timeoutMs: 120_000, json: true, debug: false },
  ])
})
