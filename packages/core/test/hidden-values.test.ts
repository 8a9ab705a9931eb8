import { expect, test } from 'vitest'
import { fillHidden } from '../src/config/redaction/hidden-values.ts'
import { configToApprove, redactConfig } from '../src/config/redaction/redact.ts'
import type { ServiceConfig } from '../src/config/service-config.ts'
import type { StoreOptions } from '../src/index.ts'
import { open, scratch } from './stores.ts'
import { seen, sharedPlace } from './strangers.ts'

const TOKEN = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'
const remote: ServiceConfig = {
  type: 'http',
  url: `https://bob:hunter2@example.com/s/${TOKEN}/mcp?token=abc`,
  headers: { Authorization: 'Bearer tok-1', 'X-Key': '${KEY:-fallback-1}' },
}
const local: ServiceConfig = {
  type: 'stdio',
  command: 'node',
  args: ['x.mjs', '--api-key', 'k-1', `run ${TOKEN} now`, '--url=https://bob:hunter2@example.com'],
  env: { API_KEY: 'k-987', LOG: '/var/log/x', NOTE: `see ${TOKEN}` },
}

test.each([
  ['redactConfig', redactConfig],
  ['configToApprove', configToApprove],
])('what was read as %s shows it is what is stored', (_, shown) => {
  for (const stored of [remote, local]) {
    expect(fillHidden(shown(stored), stored)).toEqual({ config: stored, unknown: [] })
  }
})

test('a mask without a value behind it is named; patterns and lines of stars are none', () => {
  const fields = (config: ServiceConfig, stored?: ServiceConfig) => fillHidden(config, stored).unknown
  expect(fields(redactConfig(remote))).toEqual(['url', 'headers.Authorization', 'headers.X-Key'])
  expect(fields(redactConfig(local))).toEqual(['args[2]', 'args[4]', 'env.API_KEY', 'env.LOG', 'env.NOTE'])
  // Edited around the mask: nobody knows what it stands for there.
  const moved = { ...redactConfig(remote), url: 'https://***:***@elsewhere.example/mcp' }
  expect(fields(moved, remote)).toEqual(['url', 'headers.Authorization', 'headers.X-Key'])
  expect(
    fields({
      type: 'stdio',
      command: 'rsync',
      args: ['--include=src/***', "sh -c 'echo *** start ***'"],
      env: { BANNER: '*** hello ***', GLOB: 'a/***' },
    }),
  ).toEqual([])
})

test('what was stored for one address or program is given to no other', () => {
  const fields = (config: ServiceConfig, stored: ServiceConfig) => fillHidden(config, stored).unknown
  const plain: ServiceConfig = {
    type: 'http',
    url: 'https://example.com/mcp',
    headers: { A: 'Bearer tok-1' },
  }
  for (const url of [
    'https://elsewhere.example/mcp',
    'http://example.com/mcp',
    'https://example.com:8443/mcp',
  ]) {
    expect(fields({ ...redactConfig(plain), url } as ServiceConfig, plain), url).toEqual(['headers.A'])
  }
  const url = 'https://example.com/v2/mcp'
  const moved = { ...redactConfig(plain), url } as ServiceConfig
  expect(fillHidden(moved, plain)).toEqual({ config: { ...plain, url }, unknown: [] })
  const other = { ...redactConfig(local), command: 'other' } as ServiceConfig
  expect(fields(other, local)).toEqual(['args[2]', 'args[4]', 'env.API_KEY', 'env.LOG', 'env.NOTE'])
  const npx: ServiceConfig = { type: 'stdio', command: 'npx', args: ['-y', 'one'], env: { A: 'x' } }
  for (const args of [['-y', 'two'], ['-y', 'one', '--to'], ['-y']]) {
    expect(fields({ ...npx, args, env: { A: '***' } }, npx), args.join(' ')).toEqual(['env.A'])
  }
  const program: ServiceConfig = { type: 'stdio', command: 'node', env: { A: 'x' } }
  expect(fields({ type: 'http', url: 'https://example.com', headers: { A: '***' } }, program)).toEqual([
    'headers.A',
  ])
})

const given = {
  api: {
    url: 'https://u:pw@example.com/mcp?token=abcdefsecret12345678',
    headers: { Authorization: 'Bearer t-1' },
  },
  cmd: { command: 'node', args: ['--token', 'arg-1', 'x'], env: { API_KEY: 'k-1', LOG: '/path' } },
}

test.each<[string, () => StoreOptions]>([
  ['in a file', () => ({ local: `${scratch()}/a.db` })],
  ['in memory', () => ({})],
])('what showConfig shows can be edited and added again without losing a secret, %s', async (_, options) => {
  const store = await open(options())
  const ctx = store.forStore()
  const stored = async () => (await store.exportDataspace()).services
  await ctx.addService(given)
  const before = await stored()

  const document = await ctx.showConfig()
  expect(await ctx.addService(document)).toMatchObject({
    results: [{ status: 'unchanged' }, { status: 'unchanged' }],
  })
  document.mcpServers['cmd']!.description = 'only this'
  expect((await ctx.addService(document)).results.map(({ status }) => status)).toEqual([
    'unchanged',
    'updated',
  ])
  await ctx.updateService('api', { ...document.mcpServers['api'], description: 'this, too' })
  await ctx.patchService('cmd', { env: { API_KEY: '***', MORE: '1' } })
  const after = await stored()
  expect(after['api']!.config).toEqual({ ...before['api']!.config, description: 'this, too' })
  expect(after['cmd']!.config).toEqual({
    ...before['cmd']!.config,
    description: 'only this',
    env: { API_KEY: 'k-1', LOG: '/path', MORE: '1' },
  })
})

test('a mask with nothing behind it is refused, and nothing is written', async () => {
  const store = await open()
  const ctx = store.forStore()
  await ctx.addService(given)
  const before = (await store.exportDataspace()).services
  const refused = {
    code: 'bad_config',
    message: expect.stringContaining('***'),
    hint: expect.stringContaining('${VAR}'),
  }
  const { mcpServers } = await ctx.showConfig('cmd')
  const { results } = await ctx.addService({ other: mcpServers['cmd']!, fine: { command: 'x' } })
  expect(results).toEqual([
    expect.objectContaining({ name: 'fine', status: 'added' }),
    { name: 'other', status: 'failed', error: expect.objectContaining(refused) },
  ])
  await expect(ctx.patchService('cmd', { env: { NEW: '***' } })).rejects.toMatchObject(refused)
  await expect(ctx.updateService('api', { url: 'https://***@elsewhere.example' })).rejects.toMatchObject(
    refused,
  )
  const { fine: _, ...after } = (await store.exportDataspace()).services
  expect(after).toEqual(before)
})

test('sealed values stay sealed, and what a stranger hides is not approved', async () => {
  const place = sharedPlace()
  const reader = await place.reader({ secret: 'dataspace-secret-0123456789abcdef' })
  const ctx = reader.forStore()
  await ctx.addService(given)
  const document = await ctx.showConfig()
  document.mcpServers['cmd']!.description = 'new'
  expect((await ctx.addService(document)).results.map(({ status }) => status)).toEqual([
    'unchanged',
    'updated',
  ])
  const { services } = await reader.exportDataspace()
  expect(JSON.stringify(services)).not.toMatch(/\*\*\*|"k-1"/)
  expect(await ctx.showConfig()).toEqual(document)

  const stranger = await place.stranger()
  await stranger.plant('evil', { ...local, env: { NODE_OPTIONS: '--require /tmp/evil.cjs' } })
  await seen(reader, 'evil')
  const [evil] = (await ctx.addService((await ctx.showConfig('evil')).mcpServers)).results
  expect(evil).toMatchObject({ status: 'failed', error: { code: 'bad_config' } })
  expect((await ctx.serviceInfo('evil')).facts.trusted).toBe(false)
})
