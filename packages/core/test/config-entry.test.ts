// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import { describe, expect, it } from 'vitest'
import { validateConfig } from '../src/config/entry.ts'

const problemsOf = (value: unknown): string[] => {
  const checked = validateConfig(value)
  return 'problems' in checked ? checked.problems.map(({ message }) => message) : []
}
const http = (fields: object): object => ({ type: 'http', url: 'https://example.com/mcp', ...fields })
const stdio = (fields: object): object => ({ type: 'stdio', command: 'npx', ...fields })

describe('a stored config', () => {
  it.each([
    { type: 'stdio', command: 'npx' },
    {
      type: 'stdio',
      command: '${NODE:-node}',
      args: ['-y', '${PACKAGE}', '$HOME', '${open'],
      env: { TOKEN: '${TOKEN}', EMPTY: '' },
      cwd: '/srv/weather',
      description: 'Weather',
      disabled: true,
    },
    { type: 'stdio', command: 'node', cwd: 'C:\\services' },
    {
      type: 'http',
      url: 'https://user:pass@example.com:8443/mcp?key=1',
      headers: { Authorization: 'Bearer ${T}' },
    },
    { type: 'sse', url: 'http://localhost:3000/sse' },
    { type: 'stdio', command: 'node', protocol: 'auto' },
    { type: 'http', url: 'https://example.com/mcp', protocol: '2026-07-28' },
    { type: 'http', url: '${BASE_URL:-https://api.example.com}/mcp' },
    { type: 'http', url: '${BASE_URL}' },
    { type: 'http', url: 'https://api.${TLD}:${PORT}/${PATH}?key=${KEY}' },
    { type: 'http', url: '${SCHEME}://localhost:80${LAST_DIGITS}' },
    { type: 'http', url: 'http://${HOST}:${PORT:-8080}/' },
  ])('is accepted as it is: %j', (config) => {
    expect(validateConfig(config)).toEqual({ config })
  })

  it.each<[unknown, string]>([
    [null, 'the config must be an object, not null'],
    [[], 'the config must be an object, not a list'],
    ['{}', 'the config must be an object, not a string'],
    [{}, 'type must be stdio, http or sse'],
    [{ type: 'constructor', command: 'x' }, 'type must be stdio, http or sse'],
    [{ type: 'stdio' }, 'command is missing'],
    [{ type: 'http' }, 'url is missing'],
    [stdio({ command: '  ' }), 'command must be a command, not a string'],
    [stdio({ command: ['npx'] }), 'command must be a command, not a list'],
    [stdio({ args: '-y' }), 'args must be a list of strings, not a string'],
    [stdio({ args: ['-y', 5] }), 'args[1] must be a string, not a number'],
    [stdio({ args: ['a\0b'] }), 'args[0] holds a NUL character'],
    [stdio({ env: ['A=1'] }), 'env must be an object of strings, not a list'],
    [stdio({ env: { TOKEN: null } }), 'env.TOKEN must be a string, not null'],
    [stdio({ env: { 'A=B': 'x' } }), 'env.A=B is not the name of an environment variable'],
    [stdio({ env: { '${NAME}': 'x' } }), 'a name in env holds a placeholder'],
    [stdio({ cwd: 'services' }), 'cwd must be an absolute path'],
    [stdio({ cwd: '/srv/${NAME}' }), 'cwd holds a placeholder'],
    [http({ protocol: 'newest' }), 'protocol is "newest", no known protocol'],
    [http({ protocol: 2026 }), 'protocol is a number, no known protocol'],
    [http({ type: 'sse', protocol: 'legacy' }), 'protocol means nothing for a service of type sse'],
    [stdio({ disabled: false }), 'disabled must be true, or left out, not a boolean'],
    [stdio({ description: 5 }), 'description must be a string, not a number'],
    [stdio({ url: 'https://example.com' }), 'url means nothing for a service of type stdio'],
    [http({ command: 'npx' }), 'command means nothing for a service of type http'],
    [http({ colour: 'red' }), 'unknown field "colour"'],
    [http({ constructor: 'x' }), 'unknown field "constructor"'],
    [http({ headers: { 'Bad Name': 'x' } }), 'headers.Bad Name is not the name of an HTTP header'],
    [http({ headers: { A: 'one\ntwo' } }), 'headers.A has a character that an HTTP header cannot carry'],
    [
      http({ headers: { A: 'Bearer 你的密钥' } }),
      'headers.A has a character that an HTTP header cannot carry',
    ],
    [http({ headers: { accept: 'a', Accept: 'b' } }), 'headers.Accept is given twice in different capitals'],
  ])('is refused by name: %j', (value, message) => {
    expect(problemsOf(value)).toEqual([message])
  })

  it.each([
    'ws://example.com',
    'file:///etc/passwd',
    'example.com/mcp',
    'localhost:3000',
    'https:example.com',
    'https:///example.com',
    'https:\\\\example.com',
    'https://exa mple.com',
    'ht\ntps://example.com',
    'javascript:alert(1)',
    '/mcp',
    '',
    '${BASE:-ftp://example.com}/mcp',
    'http://localhost:${PORT:-eighty}',
    'unix://${PATH}',
  ])('has an http or https url, not %j', (url) => {
    expect(problemsOf({ type: 'http', url })).toEqual(['url must be an http:// or https:// address'])
  })

  it('reports all its problems at once', () => {
    expect(problemsOf({ type: 'stdio', args: 5, env: { A: 1 }, colour: 'red' })).toEqual([
      'args must be a list of strings, not a number',
      'env.A must be a string, not a number',
      'unknown field "colour"',
      'command is missing',
    ])
  })

  it('may hold prototype names as data and is changed by none of them', () => {
    const config = JSON.parse('{"type":"stdio","command":"npx","env":{"__proto__":"x","constructor":"y"}}')
    expect(validateConfig(config)).toEqual({ config })
    expect(problemsOf(JSON.parse('{"type":"stdio","command":"npx","__proto__":{"args":[]}}'))).toEqual([
      'unknown field "__proto__"',
    ])
    expect(problemsOf(Object.create({ type: 'stdio', command: 'npx' }))).toEqual([
      'type must be stdio, http or sse',
    ])
  })
})

describe('a placeholder that mcpstore does not know', () => {
  const refusal = (placeholder: string): { message: string; hint?: string } => {
    const checked = validateConfig(http({ headers: { Authorization: `Bearer ${placeholder}` } }))
    return 'problems' in checked ? checked.problems[0]! : expect.fail('accepted')
  }

  it.each([
    ['${env:API_KEY}', 'Write ${API_KEY}.'],
    [
      '${input:github-token}',
      'mcpstore asks for no input: set an environment variable and write ${GITHUB_TOKEN}.',
    ],
    ['${workspaceFolder}', 'Write the folder itself; a service without cwd runs in the folder of its file.'],
    [
      '${workspaceFolder:app}',
      'Write the folder itself; a service without cwd runs in the folder of its file.',
    ],
    ['${userHome}', 'Write ${HOME}.'],
    ['${user_config.key}', 'Only ${VAR} and ${VAR:-default} are known.'],
    ['${}', 'Only ${VAR} and ${VAR:-default} are known.'],
    ['${1ST}', 'Only ${VAR} and ${VAR:-default} are known.'],
  ])('is named with what to write instead: %s', (placeholder, hint) => {
    const { message, hint: given } = refusal(placeholder)
    expect(message).toBe(
      `headers.Authorization holds the placeholder ${placeholder}, which mcpstore does not know`,
    )
    expect(given).toBe(hint)
  })

  it.each([
    ['${API_KEY:-${OTHER}}', '${API_KEY:-…}'],
    ['${API_KEY-hunter2}', '${API_KEY-…}'],
    ['${API_KEY:?hunter2}', '${API_KEY:?…}'],
  ])('is named without what may be a secret default: %s', (placeholder, shown) => {
    const { message, hint } = refusal(placeholder)
    expect(message).toBe(`headers.Authorization holds the placeholder ${shown}, which mcpstore does not know`)
    expect(hint).toBe('A default is written ${API_KEY:-default}, not nested.')
  })

  it('is found in each field where placeholders may stand', () => {
    const found = validateConfig({
      type: 'stdio',
      command: '${a:b}',
      args: ['x', '${c:d}'],
      env: { E: '${f:g}' },
    })
    expect(found).toMatchObject({
      problems: [{ field: 'command' }, { field: 'args[1]' }, { field: 'env.E' }],
    })
    expect(validateConfig({ type: 'http', url: 'https://${a:b}/' })).toMatchObject({
      problems: [{ field: 'url' }],
    })
  })
})
