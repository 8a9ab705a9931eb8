import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mayInjectCode } from '../src/config/code-variables.ts'
import { failureOf, linesOf, scratch, stdioConfig } from './connections-fixtures.ts'
import { seen, sharedPlace } from './strangers.ts'

test.each([
  ...['LD_PRELOAD', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES', 'PATH', 'Path', 'HOME', 'XDG_CONFIG_HOME'],
  ...['BASH_ENV', 'ENV', 'SHELLOPTS', 'PS4', 'BASH_FUNC_ls%%', 'ZDOTDIR', 'GIT_SSH_COMMAND', 'PAGER'],
  ...['NODE_OPTIONS', 'node_options', 'NODE_PATH', 'NODE_TLS_REJECT_UNAUTHORIZED', 'OPENSSL_CONF'],
  ...['npm_config_registry', 'NPM_CONFIG_SCRIPT_SHELL', 'YARN_RC_FILENAME', 'BUN_OPTIONS', 'DENO_DIR'],
  ...['PYTHONSTARTUP', 'PYTHONPATH', 'PYTHONWARNINGS', 'UV_INDEX_URL', 'PIP_INDEX_URL', 'VIRTUAL_ENV'],
  ...['PERL5OPT', 'RUBYOPT', 'GEM_HOME', 'LUA_INIT', 'PHPRC', 'R_PROFILE', 'ERL_AFLAGS', 'GOFLAGS'],
  ...['JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'CLASSPATH', 'DOTNET_STARTUP_HOOKS', 'CORECLR_PROFILER_PATH'],
])('%s may make a command run other code', (name) => {
  expect(mayInjectCode(name, 'x')).toBe(true)
})

test.each([
  ...['API_KEY', 'GITHUB_TOKEN', 'DATABASE_URL', 'MEMORY_FILE_PATH', 'LOG_LEVEL', 'TZ', 'LANG', 'NODE_ENV'],
  ...[
    'PYTHONUNBUFFERED',
    'GIT_AUTHOR_NAME',
    'NPM_TOKEN',
    'CARGO_REGISTRY_TOKEN',
    'npm_config__auth',
    'GOOGLE_API_KEY',
    'HTTP_PROXY',
    'TERM',
    'DEBUG',
    'ENVIRONMENT',
  ],
])('%s does not', (name) => {
  expect(mayInjectCode(name, 'x')).toBe(false)
})

test('a value in which bash sees a function does, whatever its name', () => {
  expect(mayInjectCode('HARMLESS', '() { :; }; touch /tmp/x')).toBe(true)
})

const cases = [
  [
    'a variable',
    { env: { API_KEY: 'x', NODE_OPTIONS: '--require /tmp/evil.js' } },
    'its variable NODE_OPTIONS',
  ],
  ['a file', { envFile: '/home/reader/.aws/credentials' }, '("envFile")'],
] as const

test.each(cases)(
  'what the host vouches for is not started with %s that needs an approval',
  async (_what, more, words) => {
    const startFile = join(scratch(), 'starts')
    const place = sharedPlace()
    const stranger = await place.stranger()
    const config = { ...stdioConfig({ startFile }), cwd: '/' }
    await stranger.plant('demo', { ...config, ...more })
    for (const trust of ['dataspace', () => true] as const) {
      const reader = await place.reader({ trust })
      await seen(reader, 'demo')
      const error = await failureOf(reader.forStore().waitService('demo'))
      expect(error).toMatchObject({ code: 'untrusted', message: expect.stringContaining(words) })
      expect(error.hint).toContain('mcpstore trust demo')
      expect(await reader.forStore().serviceInfo('demo')).toMatchObject({
        status: 'untrusted',
        // A host that goes by these must not take it for one that it may use.
        facts: { trusted: false, trustedBy: null, inert: expect.stringContaining(words) },
      })
    }
    expect(linesOf(startFile)).toEqual([])
  },
)

test('with such a variable it is started once a user has approved exactly this', async () => {
  const startFile = join(scratch(), 'starts')
  const place = sharedPlace()
  const stranger = await place.stranger()
  const config = { ...stdioConfig({ startFile }), cwd: '/', env: { NODE_OPTIONS: '--no-warnings' } }
  await stranger.plant('demo', config)
  const reader = await place.reader({ trust: 'dataspace' })
  await seen(reader, 'demo')
  await failureOf(reader.forStore().waitService('demo'))
  await reader.forStore().trustService('demo')
  expect((await reader.forStore().waitService('demo', { timeout: 20_000 })).status).toBe('ok')
  expect(linesOf(startFile)).toHaveLength(1)
})

test('without one the word of the host is enough', async () => {
  const place = sharedPlace()
  const stranger = await place.stranger()
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/', env: { API_KEY: 'x' } })
  const reader = await place.reader({ trust: 'dataspace' })
  await seen(reader, 'demo')
  expect((await reader.forStore().waitService('demo', { timeout: 20_000 })).status).toBe('ok')
})
