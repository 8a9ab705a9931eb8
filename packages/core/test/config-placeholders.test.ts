// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expandConfig } from '../src/config/placeholders/placeholders.ts'
import type { ServiceConfig } from '../src/config/service-config.ts'

const http = (fields: object): ServiceConfig => ({ type: 'http', url: 'https://example.com/mcp', ...fields })
const header = (value: string): ServiceConfig => http({ headers: { Authorization: value } })
const expandedHeader = (value: string, env: Record<string, string | undefined>): unknown =>
  expandConfig('weather', header(value), env)

describe('expanding', () => {
  it('fills in every field where placeholders may stand, and no other', () => {
    const config: ServiceConfig = {
      type: 'stdio',
      command: '${RUN}',
      args: ['--key=${KEY}', '$KEY', '${KEY'],
      env: { A: '${KEY}${KEY}', $KEY: 'x' },
      cwd: '/srv/$KEY',
      description: '${KEY}',
      disabled: true,
    }
    expect(expandConfig('weather', config, { RUN: 'npx', KEY: '1' })).toEqual({
      ...config,
      command: 'npx',
      args: ['--key=1', '$KEY', '${KEY'],
      env: { A: '11', $KEY: 'x' },
    })
  })

  it.each([
    ['${T}', { T: 'set' }, 'set'],
    ['${T}', { T: '' }, ''],
    ['${T:-default}', { T: 'set' }, 'set'],
    ['${T:-default}', { T: '' }, 'default'],
    ['${T:-default}', {}, 'default'],
    ['${T:-}', {}, ''],
    ['${T:-a:-b}', {}, 'a:-b'],
    ['Bearer ${T}', { T: 'from-a-file\n' }, 'Bearer from-a-file'],
    ['${T}', { T: '${OTHER}', OTHER: 'x' }, '${OTHER}'],
    ['${T}', { T: '$& $1 $$' }, '$& $1 $$'],
  ])('%s with %j is %j', (value, env, expected) => {
    expect(expandedHeader(value, env)).toEqual(header(expected))
  })

  it('names every missing variable with its fields', () => {
    const config = http({
      url: 'https://${HOST}/',
      headers: { Authorization: 'Bearer ${KEY}', 'X-Key': '${KEY}' },
    })
    expect(() => expandConfig('weather', config, { HOST: undefined })).toThrow(
      expect.objectContaining({
        code: 'bad_config',
        message:
          'service "weather": variable HOST is not set (url); ' +
          'variable KEY is not set (headers.Authorization, headers.X-Key)',
        hint: 'Set them, or write a default: ${HOST:-default}.',
      }),
    )
    expect(() => expandedHeader('${API_KEY}', {})).toThrow(
      expect.objectContaining({
        message: 'service "weather": variable API_KEY is not set (headers.Authorization)',
        hint: 'Set it, or write a default: ${API_KEY:-default}.',
      }),
    )
  })

  it('returns a config without placeholders as it is, and looks through it once', () => {
    const headers = { Authorization: 'x' }
    let looks = 0
    const config = Object.defineProperty(http({}), 'headers', {
      enumerable: true,
      get: () => ++looks && headers,
    })
    expect(expandConfig('weather', config, {})).toBe(config)
    const before = looks
    expect(expandConfig('weather', config, {})).toBe(config)
    expect(looks).toBe(before)
  })

  it('refuses a value that has become too long, and does not repeat it', () => {
    const env = { V: 'x'.repeat(1_000_000) }
    expect(() => expandedHeader('${V}${V}', env)).toThrow(
      'service "weather": headers.Authorization is longer than 1048576 characters once its placeholders are expanded',
    )
  })

  it('takes nothing from the prototype of the environment', () => {
    expect(() => expandedHeader('${constructor}${__proto__}', {})).toThrow(
      /variable constructor .* variable __proto__/,
    )
  })

  it.each<[ServiceConfig, string, string]>([
    [
      header('Bearer ${V}'),
      'one\ntwo',
      'headers.Authorization has a character that an HTTP header cannot carry',
    ],
    [header('${V}'), '密钥', 'headers.Authorization has a character that an HTTP header cannot carry'],
    [http({ url: '${V}/mcp' }), 'ftp://hunter2', 'url must be an http:// or https:// address'],
    [http({ url: 'http://localhost:${V}' }), 'hunter2', 'url must be an http:// or https:// address'],
    [{ type: 'stdio', command: '${V}' }, ' ', 'command is empty'],
    [{ type: 'stdio', command: 'npx', args: ['${V}'] }, 'hunter\0two', 'args[0] holds a NUL character'],
  ])('refuses what a variable made wrong, without its value: %j', (config, value, message) => {
    expect(() => expandConfig('weather', config, { V: value })).toThrow(
      expect.objectContaining({
        code: 'bad_config',
        message: `service "weather": ${message} once its placeholders are expanded`,
      }),
    )
  })

  it('changes nothing where there is no placeholder', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !/\$\{[^}]*\}/.test(value))
    const texts = fc.dictionary(fc.string({ minLength: 1 }), text)
    const config = fc.oneof(
      fc.record({
        type: fc.constant<'stdio'>('stdio'),
        command: text,
        args: fc.array(text),
        env: texts,
      }),
      fc.record({ type: fc.constant<'http'>('http'), url: text, headers: texts }),
    )
    fc.assert(
      fc.property(config, (before) => {
        expect(expandConfig('weather', before, {})).toEqual(before)
      }),
    )
  })
})
