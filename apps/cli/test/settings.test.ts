import { expect, it } from 'vitest'
import { readSettings } from '../src/command-line/settings.ts'
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
  [['list', '--redis='], {}],
  [['list', '--policy', 'hopeful'], {}],
  [['list'], { MCPSTORE_POLICY: 'hopeful' }],
])('%j with %j is refused before anything is opened', async (argv, env) => {
  expect(await run(argv, { host: { env } })).toMatchObject({ exit: 1, stdout: '', opened: [] })
})

it('what every command takes reaches the store', async () => {
  const argv = ['--namespace', 'n', 'list', '--dataspace=d', '--home', '/h', '--timeout', '2m', '--json']
  const { opened } = await run(argv, { services: { listServices: async () => [] } })
  expect(opened).toEqual([
    {
      namespace: 'n',
      dataspace: 'd',
      home: '/h',
      redis: undefined,
      policy: undefined,
      allowPrivateAddresses: false,
      argv,
      timeoutMs: 120_000,
      json: true,
      debug: false,
      quiet: false,
      serviceLogs: true,
    },
  ])
})

it('private addresses are allowed by the option or the environment, and by nothing that is not clear', () => {
  const of = (values: object, word?: string) =>
    readSettings(values, { MCPSTORE_ALLOW_PRIVATE_ADDRESSES: word }, '/cwd').allowPrivateAddresses
  expect([of({}), of({}, ''), of({}, '0'), of({}, 'false')]).toEqual([false, false, false, false])
  expect([of({}, '1'), of({}, 'true'), of({ 'allow-private-addresses': true }, '0')]).toEqual([
    true,
    true,
    true,
  ])
  expect(() => of({}, 'yes')).toThrow('MCPSTORE_ALLOW_PRIVATE_ADDRESSES must be 1 or 0')
})

it.each([
  ['MCPSTORE_SERVICE_LOGS', 'banana', 'must be 1 or 0, not "banana"'],
  ['MCPSTORE_POLICY', 'none', 'must be one of fallback, strict, memory'],
])('of a wrong %s it was said only to see the help of list', (variable, value, problem) => {
  const read = () => readSettings({}, { [variable]: value }, '/cwd')
  expect(read).toThrow(`${variable} ${problem}`)
  expect(read).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(new RegExp(`environment: unset ${variable}$`)) }),
  )
})

it('Redis and the policy come from options or the environment, the password from the environment', () => {
  const env = {
    MCPSTORE_REDIS_URL: 'redis://env',
    MCPSTORE_REDIS_PASSWORD: 'secret',
    MCPSTORE_POLICY: 'strict',
  }
  const of = (values: object, from: object) => {
    const { redis, policy } = readSettings(values, from as NodeJS.ProcessEnv, '/cwd')
    return { redis, policy }
  }
  expect(of({}, env)).toEqual({ redis: { url: 'redis://env', password: 'secret' }, policy: 'strict' })
  expect(of({ redis: 'redis://own', policy: 'memory' }, env)).toEqual({
    redis: { url: 'redis://own', password: 'secret' },
    policy: 'memory',
  })
  expect(of({}, { MCPSTORE_REDIS_URL: ' ', MCPSTORE_REDIS_PASSWORD: 'secret', MCPSTORE_POLICY: '' })).toEqual(
    {
      redis: undefined,
      policy: undefined,
    },
  )
})
