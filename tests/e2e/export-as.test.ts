import { chmodSync, readFileSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'

/** A file of each client's user, on Linux, and what it cannot have of the services below. */
const userFiles: [string, string, string[]][] = [
  ['claude', '.claude.json', []],
  ['cursor', '.cursor/mcp.json', []],
  ['vscode', '.config/Code/User/mcp.json', []],
  ['codex', '.codex/config.toml', []],
  ['gemini', '.gemini/settings.json', []],
  ['opencode', '.config/opencode/opencode.json', []],
  ['zed', '.config/zed/settings.json', ['keyed']],
  ['windsurf', '.codeium/windsurf/mcp_config.json', []],
  ['claude-desktop', '.config/Claude/claude_desktop_config.json', ['keyed', 'weather']],
]

it.runIf(process.platform === 'linux').each(userFiles)(
  'what is written for %s is found there, and is equal',
  async (client, file, without) => {
    await using box = new Box()
    await addServices(box, {
      files: { command: 'npx', args: ['-y', 'files-server'], env: { LEVEL: 'debug' } },
      weather: { url: 'https://example.com/mcp', headers: { 'X-Plain': '1' } },
      keyed: { url: 'https://example.com/mcp', headers: { Authorization: 'Bearer ${WEATHER_TOKEN}' } },
    })
    box.write(`${file}.beside`, '')
    expect(await mcpstore(box, ['export', file, '--as', client])).toMatchObject({ exit: 0 })
    expect(statSync(box.path(file)).mode & 0o777).toBe(0o600)
    const { files } = documentOf(await mcpstore(box, ['add', '--json'], { cwd: box.home }))
    const statuses = files[0].services.map(({ name, status }: Foreign) => [name, status])
    const names = ['files', 'keyed', 'weather'].filter((name) => !without.includes(name) || client === 'zed')
    expect(files).toHaveLength(1)
    expect(statuses).toEqual(names.map((name) => [name, without.includes(name) ? 'different' : 'equal']))
  },
)

it('what a client has no words for is named on stderr, and stdout is the file', async () => {
  await using box = new Box()
  await addServices(box, {
    old: { url: 'https://example.com/sse', type: 'sse' },
    keyed: { url: 'https://example.com/mcp', headers: { 'X-Key': 'id ${KEY:-none}' } },
    off: { command: 'serve', disabled: true, cwd: '/' },
  })
  const codex = await mcpstore(box, ['export', '--as', 'codex'])
  expect(codex.stdout).toBe(
    '[mcp_servers.keyed]\nurl = "https://example.com/mcp"\n\n[mcp_servers.off]\ncommand = "serve"\ncwd = "/"\nenabled = false\n',
  )
  expect(codex.stderr).toBe(
    'warning: keyed: headers.X-Key is left out: it needs ${KEY}, and Codex fills in no variables there\n' +
      'warning: old is left out: Codex speaks no SSE\n',
  )
  const cursor = await mcpstore(box, ['export', '--as', 'cursor'])
  expect(JSON.parse(cursor.stdout).mcpServers.keyed.headers).toEqual({ 'X-Key': 'id ${env:KEY}' })
  expect(cursor.stderr).toContain('the default of ${KEY} is left out: Cursor knows no defaults\n')
  expect(cursor.stderr).toContain('off is left out: it is disabled, and Cursor would start it\n')
  const { left, text } = documentOf(await mcpstore(box, ['export', '--as', 'codex', '--json']))
  expect({ left, text }).toEqual({ left: [{ name: 'old', why: 'Codex speaks no SSE' }], text: codex.stdout })
  expect(errorOf(await mcpstore(box, ['export', '--as', 'emacs', '--json']))).toMatchObject({ code: 'usage' })
})

it('a file that is there stays, and with --force loses nothing but services', async () => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com/mcp' } })
  const settings = '{\n  // mine\n  "theme": "One Dark",\n  "context_servers": {}\n}\n'
  box.write('settings.json', settings)
  expect(await mcpstore(box, ['export', 'settings.json', '--as', 'zed'])).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining(
      'Name another file, or write over it: mcpstore export settings.json --as zed --force\n',
    ),
  })
  const forced = await mcpstore(box, ['export', 'settings.json', '--as', 'zed', '--force'])
  expect(forced).toMatchObject({ exit: 1, stderr: expect.stringContaining('would lose it: theme\n') })
  expect(readFileSync(box.path('settings.json'), 'utf8')).toBe(settings)
  box.write('broken.toml', '[mcp_servers\n')
  expect(await mcpstore(box, ['export', 'broken.toml', '--as', 'codex', '--force'])).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('is not valid TOML: line 1'),
  })
  expect(readFileSync(box.path('broken.toml'), 'utf8')).toBe('[mcp_servers\n')
  box.write('mcp.json', { mcpServers: { gone: { command: 'x' } } })
  expect(await mcpstore(box, ['export', 'mcp.json', '--as', 'claude', '--force'])).toMatchObject({ exit: 0 })
  expect(Object.keys(JSON.parse(readFileSync(box.path('mcp.json'), 'utf8')).mcpServers)).toEqual(['weather'])
})

it('with --force a file that cannot be read is not written over', async () => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com/mcp' } })
  box.write('mcp.json', '{"theme": 1}')
  chmodSync(box.path('mcp.json'), 0o000)
  const outcome = await mcpstore(box, ['export', 'mcp.json', '--as', 'claude', '--force'], {
    unprivileged: true,
  })
  expect(outcome.exit).toBe(1)
  chmodSync(box.path('mcp.json'), 0o644)
  expect(readFileSync(box.path('mcp.json'), 'utf8')).toBe('{"theme": 1}')
})

it('secrets stay placeholders, and what is sealed stays sealed: it is left out and named', async () => {
  await using box = new Box()
  box.secrets.push('literal-secret')
  const env = { MCPSTORE_SECRET: 'a long enough secret for a dataspace', TOKEN: 'token-value' }
  const input = JSON.stringify({
    mcpServers: {
      s: { url: 'https://example.com/mcp', headers: { 'X-Key': 'literal-secret', A: 'Bearer ${TOKEN}' } },
    },
  })
  expect(await mcpstore(box, ['add', '-'], { stdin: input, env })).toMatchObject({ exit: 0 })
  const { exit, stdout, stderr } = await mcpstore(box, ['export', '--as', 'claude'], { env })
  expect(exit).toBe(0)
  expect(JSON.parse(stdout).mcpServers.s.headers).toEqual({ A: 'Bearer ${TOKEN}' })
  expect(stdout + stderr).not.toContain('token-value')
  expect(stderr).toBe('warning: s: headers.X-Key is left out: it is sealed\n')
})
