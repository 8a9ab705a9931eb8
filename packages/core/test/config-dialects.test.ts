// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cursor } from '../src/config/dialects/cursor.ts'
import { type ParsedServices, parseServices } from '../src/config/parse.ts'

const cwd = resolve('/project')
const parse = (input: unknown): Promise<ParsedServices> => parseServices(input, { cwd })
const weather = { name: 'weather', config: { type: 'http', url: 'https://example.com/mcp' }, ignored: [] }
const files = { name: 'files', config: { type: 'stdio', command: 'npx', cwd }, ignored: [] }

describe('each way of writing services down', () => {
  it.each<[string, string]>([
    [
      'mcpServers',
      '{"mcpServers": {"weather": {"url": "https://example.com/mcp"}, "files": {"command": "npx"}}}',
    ],
    ['servers', '{"servers": {"weather": {"url": "https://example.com/mcp"}, "files": {"command": "npx"}}}'],
    [
      'mcp.servers',
      '{"mcp": {"servers": {"weather": {"url": "https://example.com/mcp"}, "files": {"command": "npx"}}}}',
    ],
    ['a bare map', '{"weather": {"url": "https://example.com/mcp"}, "files": {"command": "npx"}}'],
    [
      'a list',
      '[{"name": "weather", "url": "https://example.com/mcp"}, {"name": "files", "command": "npx"}]',
    ],
  ])('%s, as a value and as text', async (_, text) => {
    const expected = { services: [weather, files], failures: [] }
    expect(await parse(text)).toEqual(expected)
    expect(await parse(JSON.parse(text))).toEqual(expected)
  })

  it('one service with its name inside', async () => {
    const text = '{"name": "weather", "url": "https://example.com/mcp"}'
    expect(await parse(text)).toEqual({ services: [weather], failures: [] })
    expect(await parse(JSON.parse(text))).toEqual({ services: [weather], failures: [] })
  })
})

describe('the files of other clients', () => {
  it('Claude Desktop, with its settings beside the servers', async () => {
    const text = `{
      "globalShortcut": "Alt+Space",
      "preferences": {"menuBarEnabled": false},
      "mcpServers": {
        "filesystem": {
          "command": "npx",
          "args": ["-y", "@modelcontextprotocol/server-filesystem", "/Users/alice/Desktop"]
        }
      }
    }`
    expect(await parse(text)).toEqual({
      services: [
        {
          name: 'filesystem',
          config: {
            type: 'stdio',
            command: 'npx',
            args: ['-y', '@modelcontextprotocol/server-filesystem', '/Users/alice/Desktop'],
            cwd,
          },
          ignored: [],
        },
      ],
      failures: [],
    })
  })

  it('Claude Code, with placeholders', async () => {
    const text = `{"mcpServers": {"api": {
      "type": "http",
      "url": "\${API_BASE_URL:-https://api.example.com}/mcp",
      "headers": {"Authorization": "Bearer \${API_KEY}"}
    }}}`
    expect((await parse(text)).services).toEqual([
      {
        name: 'api',
        config: {
          type: 'http',
          url: '${API_BASE_URL:-https://api.example.com}/mcp',
          headers: { Authorization: 'Bearer ${API_KEY}' },
        },
        ignored: [],
      },
    ])
  })

  it('VS Code, with inputs and comments: what is asked for is a variable', async () => {
    const text = `{
      // the key is asked for at the first start
      "inputs": [{"type": "promptString", "id": "github-key", "description": "Key", "password": true}],
      "servers": {
        "github": {"type": "http", "url": "https://example.com/mcp", "headers": {"Authorization": "Bearer \${input:github-key}"}},
        "local": {"type": "stdio", "command": "node", "args": ["server.js"], "gallery": true, "version": "1.0.0", "dev": {"watch": "src"},},
      },
    }`
    expect(await parse(text)).toEqual({
      services: [
        {
          name: 'github',
          config: { ...weather.config, headers: { Authorization: 'Bearer ${GITHUB_KEY}' } },
          ignored: [],
        },
        {
          name: 'local',
          config: { type: 'stdio', command: 'node', args: ['server.js'], cwd },
          ignored: ['gallery', 'version', 'dev'],
        },
      ],
      failures: [],
    })
  })

  it.each<[string, string, object, string[]]>([
    [
      'Windsurf',
      '{"mcpServers": {"s": {"serverUrl": "https://example.com/mcp", "disabled": false, "disabledTools": [], "alwaysAllow": []}}}',
      { type: 'http', url: 'https://example.com/mcp' },
      ['disabledTools', 'alwaysAllow'],
    ],
    [
      'Gemini CLI',
      '{"theme": "GitHub", "mcpServers": {"s": {"httpUrl": "https://example.com/mcp", "timeout": 5000, "trust": false}}}',
      { type: 'http', url: 'https://example.com/mcp' },
      ['timeout', 'trust'],
    ],
    [
      'Cline',
      '{"mcpServers": {"s": {"url": "https://example.com/sse", "transportType": "sse", "autoApprove": ["a"], "disabled": true, "timeout": 60}}}',
      { type: 'sse', url: 'https://example.com/sse', disabled: true },
      ['autoApprove', 'timeout'],
    ],
    [
      'Copilot CLI',
      '{"mcpServers": {"s": {"type": "local", "command": "npx", "args": ["x"], "tools": ["*"], "env": {}}}}',
      { type: 'stdio', command: 'npx', args: ['x'], cwd },
      ['tools'],
    ],
    [
      'Cherry Studio',
      '{"mcpServers": {"s": {"isActive": true, "name": "Maths", "type": "streamableHttp", "description": "Sums", "baseUrl": "http://127.0.0.1:3000/mcp"}}}',
      { type: 'http', url: 'http://127.0.0.1:3000/mcp', description: 'Sums' },
      ['name'],
    ],
    [
      'MCPStore',
      '{"mcpServers": {"s": {"command": "npx", "working_dir": "tools", "transport": "stdio", "keep_alive": true}}}',
      { type: 'stdio', command: 'npx', cwd: resolve(cwd, 'tools') },
      ['keep_alive'],
    ],
    [
      'mcporter',
      '{"mcpServers": {"s": {"baseUrl": "https://example.com/mcp", "headers": {"Authorization": "$env:TOKEN", "X-A": "a $env:B"}}}}',
      {
        type: 'http',
        url: 'https://example.com/mcp',
        headers: { Authorization: '${TOKEN}', 'X-A': 'a $env:B' },
      },
      [],
    ],
    [
      'Claude Code and Codex, which load tools in ways of their own',
      '{"mcpServers": {"s": {"command": "npx", "alwaysLoad": true, "supports_parallel_tool_calls": true}}}',
      { type: 'stdio', command: 'npx', cwd },
      ['alwaysLoad', 'supports_parallel_tool_calls'],
    ],
    [
      'a program that writes fields that do not apply',
      '{"mcpServers": {"s": {"command": "uvx", "args": ["x"], "env": null, "url": null, "headers": null}}}',
      { type: 'stdio', command: 'uvx', args: ['x'], cwd },
      [],
    ],
  ])('%s', async (_, text, config, ignored) => {
    expect(await parse(text)).toEqual({ services: [{ name: 's', config, ignored }], failures: [] })
  })

  it('which writes $env:X is mcporter, unless it is the file of another client: there it is text', async () => {
    const text = '{"mcpServers": {"s": {"command": "pwsh", "args": ["-c", "$env:X", "${env:Y}"]}}}'
    const argsIn = async (dialect?: typeof cursor) =>
      (await parseServices(text, { cwd, dialect })).services.map(({ config }) => config)
    expect(await argsIn()).toMatchObject([{ args: ['-c', '${X}', '${Y}'] }])
    expect(await argsIn(cursor)).toMatchObject([{ args: ['-c', '$env:X', '${Y}'] }])
  })

  it('skips comments between services', async () => {
    const text =
      '{"mcpServers": {"//": "local ones", "_off": "", "weather": {"url": "https://example.com/mcp"}}}'
    expect(await parse(text)).toEqual({ services: [weather], failures: [] })
    expect(await parse('{"$schema": "x", "weather": {"url": "https://example.com/mcp"}}')).toEqual({
      services: [weather],
      failures: [],
    })
  })

  it('takes a service for a service, even if it is called like a field', async () => {
    for (const name of ['servers', 'command', 'url', 'name', 'file', 'mcp']) {
      const { services, failures } = await parse({ [name]: { url: 'https://example.com/mcp' } })
      expect({ services, failures }).toEqual({ services: [{ ...weather, name }], failures: [] })
    }
  })
})
