// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { normaliseEntry } from '../src/config/normalise.ts'

const cwd = resolve('/project')
const read = (entry: unknown): ReturnType<typeof normaliseEntry> => normaliseEntry(entry, { cwd })
const configOf = (entry: unknown): unknown => {
  const result = read(entry)
  return 'config' in result ? result.config : expect.fail(JSON.stringify(result.problems))
}
const problemsOf = (entry: unknown): { message: string; hint?: string }[] => {
  const result = read(entry)
  return 'problems' in result ? result.problems : expect.fail('accepted')
}

describe('an entry becomes a stored config', () => {
  it.each<[unknown, unknown]>([
    [{ command: 'npx' }, { type: 'stdio', command: 'npx', cwd }],
    [
      { command: 'npx', args: [], env: {} },
      { type: 'stdio', command: 'npx', cwd },
    ],
    [
      { command: 'npx', args: ['-p', 3000] },
      { type: 'stdio', command: 'npx', args: ['-p', '3000'], cwd },
    ],
    [
      { command: 'npx', env: { PORT: 3000, DEBUG: true, RATIO: 0.5, OFF: false, EMPTY: '' } },
      {
        type: 'stdio',
        command: 'npx',
        env: { PORT: '3000', DEBUG: 'true', RATIO: '0.5', OFF: 'false', EMPTY: '' },
        cwd,
      },
    ],
    [
      { command: 'npx', cwd: 'sub' },
      { type: 'stdio', command: 'npx', cwd: resolve(cwd, 'sub') },
    ],
    [
      { command: 'npx', cwd: '.' },
      { type: 'stdio', command: 'npx', cwd },
    ],
    [
      { command: 'npx', working_dir: '/srv' },
      { type: 'stdio', command: 'npx', cwd: resolve('/srv') },
    ],
    [
      { command: 'C:\\Program Files\\node.exe' },
      { type: 'stdio', command: 'C:\\Program Files\\node.exe', cwd },
    ],
    [{ url: ' https://example.com/mcp\n' }, { type: 'http', url: 'https://example.com/mcp' }],
    [{ serverUrl: 'https://example.com/mcp' }, { type: 'http', url: 'https://example.com/mcp' }],
    [{ httpUrl: 'https://example.com/mcp' }, { type: 'http', url: 'https://example.com/mcp' }],
    [{ baseUrl: 'https://example.com/mcp' }, { type: 'http', url: 'https://example.com/mcp' }],
    [
      { url: 'https://example.com/mcp', serverUrl: 'https://example.com/mcp' },
      { type: 'http', url: 'https://example.com/mcp' },
    ],
    [
      { url: 'https://example.com/mcp', headers: { 'X-Id': 5 }, description: 'Weather' },
      { type: 'http', url: 'https://example.com/mcp', headers: { 'X-Id': '5' }, description: 'Weather' },
    ],
    [
      { command: 'npx', url: null, baseUrl: '', headers: null, type: '', description: null },
      { type: 'stdio', command: 'npx', cwd },
    ],
    [
      { command: 'npx', disabled: true },
      { type: 'stdio', command: 'npx', cwd, disabled: true },
    ],
    [
      { command: 'npx', enabled: false },
      { type: 'stdio', command: 'npx', cwd, disabled: true },
    ],
    [
      { command: 'npx', isActive: false },
      { type: 'stdio', command: 'npx', cwd, disabled: true },
    ],
    [
      { command: 'npx', disabled: false, enabled: true, isActive: true },
      { type: 'stdio', command: 'npx', cwd },
    ],
  ])('%j', (entry, config) => {
    expect(configOf(entry)).toEqual(config)
  })

  it.each([
    ['type', 'stdio', 'stdio'],
    ['type', 'local', 'stdio'],
    ['type', 'http', 'http'],
    ['type', 'streamable-http', 'http'],
    ['type', 'streamable_http', 'http'],
    ['type', 'streamableHttp', 'http'],
    ['type', 'SSE', 'sse'],
    ['transport', 'streamable-http', 'http'],
    ['transport', 'sse', 'sse'],
    ['transportType', 'stdio', 'stdio'],
  ])('%s %s is %s', (field, written, type) => {
    const entry = type === 'stdio' ? { command: 'npx' } : { url: 'https://example.com' }
    expect(configOf({ ...entry, [field]: written })).toMatchObject({ type })
  })

  it('keeps placeholders as they were written', () => {
    const entry = { command: '${RUN:-npx}', args: ['${PKG}'], env: { KEY: '${KEY:-}' } }
    expect(configOf(entry)).toEqual({ type: 'stdio', ...entry, cwd })
  })

  it('keeps texts that begin no placeholder', () => {
    const entry = {
      command: 'npx',
      args: ['^\\d+${', '$TOKEN', '{TOKEN', '${1'],
      env: { KEY: '${A}${', B: 'a}b' },
    }
    expect(configOf(entry)).toEqual({ type: 'stdio', ...entry, cwd })
  })

  it('names the fields that only other clients use', () => {
    const entry = {
      command: 'npx',
      name: 'Weather',
      alwaysAllow: ['a'],
      autoApprove: [],
      trust: true,
      timeout: 600000,
      gallery: true,
      version: '1.0.0',
      sandboxEnabled: true,
      sandbox: {},
      dev: { watch: 'src' },
      '//': 'a comment',
      _note: 'another',
      note: 'a third',
      tools: ['*'],
      disabledTools: [],
    }
    const { command: _, ...others } = entry
    expect(read(entry)).toEqual({
      config: { type: 'stdio', command: 'npx', cwd },
      ignored: Object.keys(others),
    })
  })
})

describe('an entry is refused', () => {
  it.each<[unknown, string]>([
    [null, 'must be an object, not null'],
    ['npx', 'must be an object, not a string'],
    [{}, 'command or url is missing'],
    [{ command: '', url: null }, 'command or url is missing'],
    [{ type: 'sse', env: {} }, 'url is missing'],
    [{ command: 'npx', serverUrl: 'https://example.com' }, 'command and serverUrl are both given'],
    [{ command: 'npx', type: 'http' }, 'type http needs url, not command'],
    [{ url: 'https://example.com', transport: 'stdio' }, 'transport stdio needs command, not url'],
    [{ url: 'https://example.com', type: 'ws' }, 'type is "ws", no known transport'],
    [{ url: 'https://example.com', transport: {} }, 'transport is an object, no known transport'],
    [{ url: 'https://a.example', httpUrl: 'https://b.example' }, 'url and httpUrl say different things'],
    [{ url: 1n, httpUrl: 2n }, 'url and httpUrl say different things; url must be a string, not a bigint'],
    [{ serverUrl: 'example.com' }, 'serverUrl must be an http:// or https:// address'],
    [{ url: 'https://example.com', env: { KEY: 'x' } }, 'env means nothing for a service of type http'],
    [{ command: 'npx', headers: { A: 'x' } }, 'headers means nothing for a service of type stdio'],
    [{ command: 'npx', args: '-y thing' }, 'args must be a list of strings, not a string'],
    [{ command: 'npx', args: ['-y', null] }, 'args[1] must be a string, not null'],
    [{ command: 'npx', args: ['-y', true] }, 'args[1] must be a string, not a boolean'],
    [{ command: 'npx', env: { A: null } }, 'env.A must be a string, not null'],
    [{ command: 'npx', env: { A: {} } }, 'env.A must be a string, not an object'],
    [{ command: 'npx', env: { A: { field: 'x', message: 'y' } } }, 'env.A must be a string, not an object'],
    [{ command: 'npx', env: { ID: 2 ** 60 } }, 'env.ID is a number too large to be kept'],
    [{ command: 'npx -y thing' }, 'command holds arguments'],
    [{ command: ['npx', '-y'] }, 'command must be a string, not a list'],
    [{ command: 'npx', working_dir: '${HOME}/x' }, 'working_dir holds a placeholder'],
    [
      { command: '${RUN', args: ['a', '${A}${env:B'] },
      'command holds "${" without a "}" after it; args[1] holds "${" without a "}" after it',
    ],
    [{ serverUrl: 'https://${HOST/mcp' }, 'serverUrl holds "${" without a "}" after it'],
    [
      { url: 'https://example.com', headers: { A: 'Bearer ${TOKEN:-hunter2' } },
      'headers.A holds "${" without a "}" after it',
    ],
    [{ command: 'npx', env: { A: 'x${TOKEN' } }, 'env.A holds "${" without a "}" after it'],
    [{ command: 'npx', cwd: '~/x' }, 'cwd starts with ~, which is not expanded'],
    [{ command: 'npx', disabled: 'true' }, 'disabled must be true or false, not a string'],
    [{ command: 'npx', disabled: true, enabled: true }, 'disabled and enabled say different things'],
    [{ command: 'npx', disabledTools: ['rm'] }, '"disabledTools" is known, but not supported yet'],
    [{ command: 'npx', tools: ['read'] }, '"tools" is known, but not supported yet'],
    [{ command: 'npx', includeTools: [] }, '"includeTools" is known, but not supported yet'],
    [{ command: 'npx', envFile: '~/.env' }, 'envFile starts with ~, which is not expanded'],
    [{ command: 'npx', envFile: '${HOME}/.env' }, 'envFile holds a placeholder'],
    [{ url: 'https://example.com', envFile: '.env' }, 'envFile means nothing for a service of type http'],
    [{ url: 'https://example.com', oauth: { clientId: 'x' } }, '"oauth" is known, but not supported yet'],
    [{ url: 'https://example.com', auth: 'basic' }, '"auth" is known, but not supported yet'],
    [
      { url: 'https://example.com', bearerTokenEnv: 'a b' },
      '"bearerTokenEnv" is known, but not supported yet',
    ],
    [{ command: 'npx', bearerTokenEnv: 'T' }, 'bearerTokenEnv means nothing for a service of type stdio'],
    [
      { command: 'npx', bearerTokenEnv: 'T', headers: { A: 'x' } },
      'headers means nothing for a service of type stdio',
    ],
    [
      { url: 'https://example.com', bearerTokenEnv: 'T', headers: { authorization: 'x' } },
      '"bearerTokenEnv" is known, but not supported yet',
    ],
  ])('%o', (entry, message) => {
    expect(
      problemsOf(entry)
        .map((problem) => problem.message)
        .join('; '),
    ).toBe(message)
  })

  it.each(['oauth', true, false, { enabled: true }, {}])(
    'but not for auth: %o, which is done by signing in',
    (auth) => {
      const config = { type: 'http', url: 'https://example.com' }
      expect(normaliseEntry({ url: 'https://example.com', auth, oauth: auth }, { cwd: '/' })).toEqual({
        config,
        ignored: ['auth', 'oauth'],
      })
    },
  )

  it("but mcporter's are taken: a token in a variable is a header, and what it remembers changes nothing", () => {
    const entry = { url: 'https://example.com', bearerTokenEnv: 'T', headers: { A: '1' } }
    const remembered = {
      lifecycle: 'keep-alive',
      logging: {},
      tokenCacheDir: '/t',
      clientName: 'c',
      oauthRedirectUrl: 'u',
    }
    expect(normaliseEntry({ ...entry, ...remembered }, { cwd: '/' })).toEqual({
      config: { type: 'http', url: 'https://example.com', headers: { A: '1', Authorization: 'Bearer ${T}' } },
      ignored: Object.keys(remembered),
    })
    for (const spelled of ['$env:T', '${T}'])
      expect(normaliseEntry({ ...entry, bearerTokenEnv: spelled }, { cwd: '/' }), spelled).toEqual({
        config: {
          type: 'http',
          url: 'https://example.com',
          headers: { A: '1', Authorization: 'Bearer ${T}' },
        },
        ignored: [],
      })
    const wrong = normaliseEntry({ ...entry, headers: 5 }, { cwd: '/' })
    expect(JSON.stringify(wrong)).toContain('headers must be an object of strings')
  })

  it.each([
    ['comand', 'command'],
    ['Command', 'command'],
    ['agrs', 'args'],
    ['header', 'headers'],
    ['environment', 'env'],
    ['cmd', 'command'],
    ['serverURL', 'serverUrl'],
    ['workingDirectory', 'cwd'],
  ])('with a suggestion for %s', (field, meant) => {
    expect(problemsOf({ command: 'npx', [field]: 'x' })).toEqual([
      { field, message: `unknown field "${field}"`, hint: `Did you mean "${meant}"?` },
    ])
  })

  it.each([
    [{ command: 'npx', args: ['-y', 'x'.repeat(15_000_000)] }, 'args[1]'],
    [{ command: 'x'.repeat(15_000_000) }, 'command'],
    [{ command: 'npx', cwd: `/${'x'.repeat(15_000_000)}` }, 'cwd'],
    [{ command: 'npx', env: { KEY: 'x'.repeat(15_000_000) } }, 'env.KEY'],
    [{ url: `https://example.com/${'x'.repeat(15_000_000)}` }, 'url'],
    [{ url: 'https://example.com', headers: { Key: 'x'.repeat(15_000_000) } }, 'headers.Key'],
  ])('with a value of 15 MB (%#)', (entry, field) => {
    const [problem] = problemsOf(entry)
    expect(problem).toMatchObject({ field, message: `${field} is longer than 1048576 characters` })
  })

  it.each([
    [{ url: 'https://example.com', headers: { ['x'.repeat(15_000_000)]: 'x' } }],
    [{ command: 'npx', env: { ['x'.repeat(15_000_000)]: 'x' } }],
  ])('with a name of 15 MB (%#)', (entry) => {
    expect(problemsOf(entry)[0]!.message).toMatch(/^.{60} is longer than 1048576 characters$/)
  })

  it('with all its problems at once', () => {
    const entry = { command: 'npx', args: [null], env: 5, colour: 'red', type: 'ws', cwd: '${HERE}' }
    expect(problemsOf(entry).map(({ message }) => message)).toEqual([
      'unknown field "colour"',
      'type is "ws", no known transport',
      'args[0] must be a string, not null',
      'env must be an object of strings, not a number',
      'cwd holds a placeholder',
    ])
  })

  it('when it names a field of every object', () => {
    for (const field of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const entry = JSON.parse(`{"command": "npx", ${JSON.stringify(field)}: {"args": ["x"]}}`)
      expect(problemsOf(entry)[0]?.message).toBe(`unknown field "${field}"`)
    }
  })
})
