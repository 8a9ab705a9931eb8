// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateConfig } from '../src/config/entry.ts'
import { redactConfig } from '../src/config/redaction/redact.ts'
import type { ServiceConfig } from '../src/config/service-config.ts'

const http = (url: string): ServiceConfig => ({ type: 'http', url })
const urlOf = (url: string): unknown => (redactConfig(http(url)) as { url: string }).url
const argsOf = (args: string[]): unknown =>
  (redactConfig({ type: 'stdio', command: 'npx', args }) as { args: string[] }).args

const KEY = 'f3A9xK2mPq7Zt5Rw8Yb1Nc4D'

describe('a config as it is shown', () => {
  it.each([
    ['hunter2', '***'],
    ['info', '***'],
    ['7', '***'],
    ['', ''],
    ['${TOKEN}', '${TOKEN}'],
    ['${A}${B}', '${A}${B}'],
    ['Bearer ${TOKEN}', 'Bearer ${TOKEN}'],
    ['basic ${TOKEN}', 'basic ${TOKEN}'],
    ['Bearer hunter2', '***'],
    ['hunter2 ${TOKEN}', '***'],
    ['${TOKEN}hunter2', '***'],
    ['${TOKEN:-hunter2}', '${TOKEN:-***}'],
    ['${TOKEN:-}', '${TOKEN:-}'],
    ['Bearer ${TOKEN:-hunter2}', 'Bearer ${TOKEN:-***}'],
    ['Bearer', '***'],
  ])('has in env and headers, for %j, %j', (value, shown) => {
    expect(redactConfig({ type: 'stdio', command: 'npx', env: { A: value } })).toMatchObject({
      env: { A: shown },
    })
    expect(redactConfig({ ...http('https://x.org'), headers: { A: value } } as ServiceConfig)).toMatchObject({
      headers: { A: shown },
    })
  })

  it.each([
    ['https://example.com/mcp', 'https://example.com/mcp'],
    ['https://user:hunter2@example.com/mcp', 'https://***:***@example.com/mcp'],
    ['https://hunter2@example.com', 'https://***@example.com'],
    ['https://a@b:c@example.com', 'https://***:***@example.com'],
    ['https://${USER}:${PASS}@example.com', 'https://${USER}:${PASS}@example.com'],
    ['https://${USER:-bob}:${PASS:-hunter2}@example.com', 'https://${USER:-***}:${PASS:-***}@example.com'],
    ['https://example.com/?city=Oslo&api_key=hunter2', 'https://example.com/?city=Oslo&api_key=***'],
    [
      'https://example.com/?key=hunter2#access_token=hunter2',
      'https://example.com/?key=***#access_token=***',
    ],
    ['https://example.com/?api%5Fkey=hunter2', 'https://example.com/?api%5Fkey=***'],
    ['https://example.com/?token=${TOKEN}&sig=', 'https://example.com/?token=${TOKEN}&sig='],
    [`https://example.com/s/${KEY}/mcp`, 'https://example.com/s/***/mcp'],
    [`https://example.com/?id=${KEY}`, 'https://example.com/?id=***'],
    ['${BASE:-https://bob:hunter2@example.com}/mcp', '${BASE:-https://***:***@example.com}/mcp'],
    ['${SCHEME}://bob:hunter2@example.com', '${SCHEME}://***:***@example.com'],
    ['https://example.com/@scope/pkg', 'https://example.com/@scope/pkg'],
  ])('shows the url %s as %s', (url, shown) => {
    expect(urlOf(url)).toBe(shown)
  })

  it.each<[string[], string[]]>([
    [
      [
        '-y',
        '@modelcontextprotocol/server-filesystem@2025.8.21',
        '/Users/alice/Documents/2024-project-notes-and-things',
      ],
      [
        '-y',
        '@modelcontextprotocol/server-filesystem@2025.8.21',
        '/Users/alice/Documents/2024-project-notes-and-things',
      ],
    ],
    [
      ['--token=hunter2', '--port=3000'],
      ['--token=***', '--port=3000'],
    ],
    [
      ['--api-key', 'hunter2', 'run'],
      ['--api-key', '***', 'run'],
    ],
    [
      ['--apiKey', '${KEY}'],
      ['--apiKey', '${KEY}'],
    ],
    [
      ['--key', '--verbose'],
      ['--key', '--verbose'],
    ],
    [
      ['-e', 'API_KEY=hunter2', '-e', 'MODE=fast'],
      ['-e', 'API_KEY=***', '-e', 'MODE=fast'],
    ],
    [['--env=GITHUB_TOKEN=hunter2'], ['--env=GITHUB_TOKEN=***']],
    [
      ['--pin', '7', '--card-pin=12', 'passcode: 4711', '--otp=1'],
      ['--pin', '***', '--card-pin=***', 'passcode: ***', '--otp=***'],
    ],
    [
      ['--ping', '7', '--pinned=12', '--spin=1', '--token-limit=9', '--max-token-count', '5'],
      ['--ping', '7', '--pinned=12', '--spin=1', '--token-limit=9', '--max-token-count', '5'],
    ],
    [
      ['--header', 'X-Custom: hunter2'],
      ['--header', 'X-Custom: ***'],
    ],
    [
      ['--header', 'Authorization:${AUTH}'],
      ['--header', 'Authorization:${AUTH}'],
    ],
    [
      ['-H', 'Authorization: Bearer ${AUTH}'],
      ['-H', 'Authorization: Bearer ${AUTH}'],
    ],
    [['Authorization: Bearer hunter2'], ['Authorization: ***']],
    [
      ['--config', '{"apiKey":"hunter2","mode":"fast"}'],
      ['--config', '{"apiKey":"***","mode":"fast"}'],
    ],
    [['postgresql://bob:hunter2@localhost/db'], ['postgresql://***:***@localhost/db']],
    [['postgresql://bob:hun"ter2@localhost/db'], ['postgresql://***:***@localhost/db']],
    [['--url=https://example.com/?token=hunter2'], ['--url=https://example.com/?token=***']],
    [['sk-proj-abc123def456'], ['***']],
    [['ghp_16C7e42F292c6912E7710c838347Ae178B4a'], ['***']],
    [[`run ${KEY} now`], ['run *** now']],
    [['6f9619ff-8b86-d011-b42d-00cf4fc964ff'], ['***']],
    [
      ['--max-tokens=4096', 'claude-3-5-sonnet-20241022'],
      ['--max-tokens=4096', 'claude-3-5-sonnet-20241022'],
    ],
    [
      ['${TOKEN:-sk-proj-abc123def456}', '${MODE:-fast}'],
      ['${TOKEN:-***}', '${MODE:-fast}'],
    ],
  ])('shows the args %j as %j', (args, shown) => {
    expect(argsOf(args)).toEqual(shown)
  })

  it('keeps everything else', () => {
    const config: ServiceConfig = {
      type: 'stdio',
      command: 'npx',
      cwd: '/srv',
      description: 'Weather',
      disabled: true,
    }
    expect(redactConfig(config)).toEqual(config)
  })

  it('never holds a literal secret of env, headers or the user part of the url', () => {
    const SECRET = 'Pa55'
    const around = fc.string({ unit: 'binary', maxLength: 20 })
    const planted = fc.tuple(around, around).map(([before, after]) => `${before}${SECRET}${after}`)
    const inUrl = fc.tuple(
      fc.webAuthority(),
      planted,
      fc.boolean(),
      fc.constantFrom('/', '//', '?', '#', '/@', ''),
    )
    fc.assert(
      fc.property(planted, planted, inUrl, (env, header, [host, user, encode, path]) => {
        const userinfo = encode
          ? encodeURIComponent(user.replace(/\p{Cs}/gu, ''))
          : user.replace(/[/\\?#]/g, '')
        const configs: ServiceConfig[] = [
          { type: 'stdio', command: 'npx', env: { ONE: env, TWO: `\${VAR:-${env}}` } },
          {
            type: 'http',
            url: `https://${userinfo}@${host}${path}`,
            headers: { A: header, B: `Bearer ${header}` },
          },
          { type: 'sse', url: `https://bob:${userinfo}@${host}${path}` },
        ]
        for (const config of configs) expect(JSON.stringify(redactConfig(config))).not.toContain(SECRET)
      }),
      { numRuns: 1000 },
    )
  })

  it('takes time in proportion to its length, whatever a record holds', () => {
    for (const unit of ['${', '${A}', 'a-', '--', 'sk-', 'token=', 'a:', 'https://', '&a=']) {
      const text = unit.repeat(500_000 / unit.length)
      for (const config of [
        { type: 'stdio', command: text, args: [text] },
        { type: 'http', url: `https://${text}` },
      ] as ServiceConfig[]) {
        validateConfig(config)
        expect(redactConfig(config).type).toBe(config.type)
      }
    }
  })
})
