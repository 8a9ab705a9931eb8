// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactText, secretsIn } from '../src/config/redaction/secrets.ts'
import type { ServiceConfig } from '../src/config/service-config.ts'

const env = (values: Record<string, string>): ServiceConfig => ({
  type: 'stdio',
  command: 'npx',
  env: values,
})
const redacted = (text: string, config: ServiceConfig): string => redactText(text, secretsIn(config))

describe('text about an expanded config', () => {
  it.each<[string, ServiceConfig, string]>([
    ['bad token hunter2!', env({ TOKEN: 'hunter2' }), 'bad token ***!'],
    ['bad login hunter2!', env({ LOGIN: 'hunter2' }), 'bad login ***!'],
    ['password is production', env({ PASSWORD: 'production' }), 'password is ***'],
    [
      'got Bearer hunter2',
      { type: 'http', url: 'https://x.org', headers: { Authorization: 'Bearer hunter2' } },
      'got ***',
    ],
    [
      'got hunter2',
      { type: 'http', url: 'https://x.org', headers: { 'X-Auth': 'Bearer hunter2' } },
      'got ***',
    ],
    [
      `401 for bob with hunter2`,
      { type: 'http', url: 'https://x.org', headers: { Authorization: `Basic ${btoa('bob:hunter2')}` } },
      '401 for bob with ***',
    ],
    [
      'fetch https://bob:hunt%402@x.org failed',
      { type: 'http', url: 'https://bob:hunt%402@x.org' },
      'fetch https://bob:***@x.org failed',
    ],
    [
      `you sent Basic ${btoa('bob:hunt@2')}`,
      { type: 'http', url: 'https://bob:hunt%402@x.org/mcp' },
      'you sent Basic ***',
    ],
    [
      'no session hunter2 for theme dark',
      { type: 'http', url: 'https://x.org', headers: { Cookie: 'theme=dark; session=hunter2' } },
      'no session *** for theme ***',
    ],
    ['user hunt@2', { type: 'http', url: 'https://bob:hunt%402@x.org' }, 'user ***'],
    ['GET /?key=hunter2', { type: 'http', url: 'https://x.org/?key=hunter2' }, 'GET /?key=***'],
    [
      'npx --token hunter2',
      { type: 'stdio', command: 'npx', args: ['--token', 'hunter2'] },
      'npx --token ***',
    ],
    ['npx --token=hunter2', { type: 'stdio', command: 'npx', args: ['--token=hunter2'] }, 'npx --token=***'],
    [
      'cannot reach postgres://bob:hunter2@db/x',
      env({ DSN: 'postgres://bob:hunter2@db/x' }),
      'cannot reach postgres://bob:***@db/x',
    ],
    ['a "qu\\"ote" and qu"ote', env({ SECRET: 'qu"ote' }), 'a "***" and ***'],
    [
      'line MIIEvQIBADANBgkq read',
      env({ PEM: '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----' }),
      'line *** read',
    ],
    ['pa${ss}word', env({ PASSWORD: 'pa${ss}word' }), '***'],
    ['bad PIN 123, not 1234 or a123', env({ CARD_PIN: '123' }), 'bad PIN ***, not 1234 or a123'],
    ['bad key abc', env({ KEY: 'abc' }), 'bad key ***'],
    ['code is swordfish', env({ PASSCODE: 'swordfish' }), 'code is ***'],
    ['code is 4711', env({ otp: '4711' }), 'code is ***'],
    ['door --pin 4711', { type: 'stdio', command: 'door', args: ['--pin', '4711'] }, 'door --pin ***'],
  ])('%j does not show it', (text, config, shown) => {
    expect(redacted(text, config)).toBe(shown)
  })

  it('stays readable: plain settings are no secrets', () => {
    const config = env({
      LOG_LEVEL: 'info',
      NODE_ENV: 'production',
      PORT: '3000',
      DEBUG: 'true',
      ROOT: '/home/alice/data',
      HOST: 'localhost:9200',
      REGION: 'us-east-1',
      VERSION: '1.2.3',
      API: 'https://api.example.com/v1',
      CODE: 'abc',
      KEY: 'ab',
      PINNED: 'latest',
      PING: 'never',
      SPIN: 'fast',
      OPTIONS: 'default',
      TOKEN_TTL: '300',
      MAX_TOKENS: '512',
      AUTH_TYPE: 'jwt',
      AUTH: 'off',
      REQUIRE_TOKEN: 'true',
    })
    expect(secretsIn(config)).toEqual([])
    expect(
      secretsIn({ type: 'http', url: 'https://x.org', headers: { Accept: 'application/json' } }),
    ).toEqual([])
  })

  it('gives the longest first, so that no end of one is left over', () => {
    const config = env({ TOKEN: 'hunter2', LONGER_TOKEN: 'hunter2-and-more' })
    expect(secretsIn(config)).toEqual(['hunter2-and-more', 'hunter2'])
    expect(redacted('hunter2-and-more hunter2', config)).toBe('*** ***')
    expect(redactText('abcdef abc', ['abcd', 'cdef', ''])).toBe('*** abc')
  })

  it('shows no env value with a secret name, wherever it stands', () => {
    const secret = fc.string({ unit: 'binary', minLength: 4 }).filter((value) => !'***'.includes(value))
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const text = `${before}${value}${after}`
        const shown = redacted(text, env({ API_KEY: value }))
        expect(shown.split('***').some((part) => part.includes(value))).toBe(false)
      }),
    )
  })
})
