import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { workspaceRoot } from '../support/modules.ts'
import { onTerminal } from '../support/terminal.ts'

const fixtures = join(workspaceRoot, 'packages/core/test/dialects/files')

/** Where the fixture of each client belongs on this system, below the user's folder. */
const places = {
  'claude-code': ['claude-code.json', '.claude.json'],
  cursor: ['cursor.json', 'project/.cursor/mcp.json'],
  vscode: ['vscode.jsonc', 'project/.vscode/mcp.json'],
  codex: ['codex.toml', '.codex/config.toml'],
  gemini: ['gemini.json', '.gemini/settings.json'],
  opencode: ['opencode.json', '.config/opencode/opencode.json'],
  zed: ['zed.jsonc', '.config/zed/settings.json'],
  windsurf: ['windsurf.json', '.codeium/windsurf/mcp_config.json'],
  'claude-desktop': ['claude-desktop.json', '.config/Claude/claude_desktop_config.json'],
} as const

function place(box: Box, ...clients: (keyof typeof places)[]): void {
  for (const client of clients) {
    const [fixture, file] = places[client]
    mkdirSync(dirname(box.path(file)), { recursive: true })
    copyFileSync(join(fixtures, fixture), box.path(file))
  }
}

/** A project, which is a repository, beside the user's files. */
function project(box: Box): string {
  mkdirSync(box.path('project/.git'), { recursive: true })
  return box.path('project')
}

async function namesIn(box: Box): Promise<string[]> {
  const { services } = documentOf(await mcpstore(box, ['list', '--json']))
  return services.map(({ name }: Foreign) => name)
}

const server = (url = 'https://example.com/mcp') => ({ mcpServers: { weather: { url } } })

it.runIf(process.platform === 'linux')(
  'the files of all nine clients are found, and nothing is added',
  async () => {
    await using box = new Box()
    const cwd = project(box)
    place(box, ...(Object.keys(places) as (keyof typeof places)[]))
    const { files, results } = documentOf(await mcpstore(box, ['add', '--json'], { cwd }))
    const found = files.map(({ client, file, scope, services }: Foreign) => [
      client,
      file.slice(box.folder.length + 1),
      scope,
      services
        .map(({ name, status }: Foreign) => (status === 'new' ? name : `${name}: ${status}`))
        .join(', '),
    ])
    expect(results).toEqual([])
    expect(found).toEqual([
      ['cursor', 'project/.cursor/mcp.json', 'project', 'files, weather, signed: unusable, odd: unusable'],
      ['vscode', 'project/.vscode/mcp.json', 'project', 'github, local, socket: unusable'],
      ['claude-code', '.claude.json', 'user', 'weather, files, live: unusable, helped: unusable'],
      ['codex', '.codex/config.toml', 'user', 'files, weather, less: unusable, far: unusable'],
      ['gemini', '.gemini/settings.json', 'user', 'weather, old, typed, files, off, less: unusable'],
      ['opencode', '.config/opencode/opencode.json', 'user', 'files, weather, keyed: unusable'],
      ['zed', '.config/zed/settings.json', 'user', 'files, older, weather, postgres: unusable'],
      [
        'windsurf',
        '.codeium/windsurf/mcp_config.json',
        'user',
        'weather, files, keyed: unusable, less: unusable',
      ],
      ['claude-desktop', '.config/Claude/claude_desktop_config.json', 'user', 'files, words: unusable'],
    ])
    expect(existsSync(box.database)).toBe(false)
  },
)

it('without a terminal nothing is asked or added, and it is said how; no secret is shown', async () => {
  await using box = new Box()
  box.secrets.push('very-secret-word')
  const headers = { 'X-Key': 'very-secret-word' }
  box.write('p/.mcp.json', {
    mcpServers: { weather: { url: 'https://u:very-secret-word@example.com', headers } },
  })
  const outcome = await mcpstore(box, ['add'], { cwd: box.path('p') })
  expect(outcome).toEqual({
    exit: 0,
    stdout: '.mcp.json (Claude Code)\n     new  weather  http  https://***:***@example.com\n',
    stderr: 'Nothing was added. To add it say mcpstore add --all, or mcpstore add --from claude-code\n',
  })
  expect(existsSync(box.database)).toBe(false)
  const json = await mcpstore(box, ['add', '--json'], { cwd: box.path('p') })
  expect(documentOf(json).files[0].services[0].config.headers).toEqual({ 'X-Key': '***' })
  await mcpstore(box, ['add', '--all'], { cwd: box.path('p') })
  expect(readFileSync(box.database, 'latin1') + readWal(box)).toContain('very-secret-word')
})

function readWal(box: Box): string {
  return existsSync(`${box.database}-wal`) ? readFileSync(`${box.database}-wal`, 'latin1') : ''
}

it('--all adds all that can be used; of one name, the file that comes first', async () => {
  await using box = new Box()
  box.write('p/.mcp.json', server('https://near.example/mcp'))
  box.write('p/.cursor/mcp.json', { mcpServers: { maps: { url: 'https://example.org/mcp' } } })
  box.write('.codeium/windsurf/mcp_config.json', {
    mcpServers: { weather: { serverUrl: 'https://far.example/mcp' } },
  })
  const cwd = box.path('p')
  const { exit, stdout, stderr } = await mcpstore(box, ['add', '--all'], { cwd })
  expect(exit).toBe(0)
  expect(stdout).toContain(
    'added  weather  http  https://near.example/mcp\nadded  maps     http  https://example.org/mcp\n',
  )
  expect(stderr).toContain('comes first\nhint:    To take that one say --from windsurf.\n')
  expect(await namesIn(box)).toEqual(['maps', 'weather'])

  const again = documentOf(await mcpstore(box, ['add', '--json'], { cwd }))
  const statuses = again.files.map(({ services }: Foreign) => services.map(({ status }: Foreign) => status))
  expect(statuses).toEqual([['equal'], ['equal'], ['different']])

  const other = await mcpstore(box, ['add', '--from', 'windsurf', '--json'], { cwd })
  expect(documentOf(other).results).toEqual([{ name: 'weather', status: 'updated' }])
})

it("what Claude Code keeps about a folder comes before the folder's file, as there; each can be had", async () => {
  await using box = new Box()
  const root = project(box)
  const file = box.write('project/.mcp.json', server('https://shared.example/mcp'))
  const kept = { projects: { [root]: server('https://own.example/mcp') } }
  box.write('.claude.json', { ...kept, ...server('https://user.example/mcp') })
  const added = await mcpstore(box, ['add', '--from', 'claude-code'], { cwd: root })
  expect(added.stdout).toContain('added  weather  http  https://own.example/mcp\n')
  const settings = box.path('.claude.json')
  const hint = 'hint:    To take what that file has say mcpstore add'
  expect(added.stderr.split('\n').filter((line) => /^warning: weather|^hint/.test(line))).toEqual([
    `warning: weather of ${file} is left out: ${settings} comes first`,
    `${hint} ${file}`,
    `warning: weather of ${settings} is left out: what it has for this folder comes first`,
    `${hint} ${settings}`,
  ])
  expect(await mcpstore(box, ['add', file], { cwd: root })).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('https://shared.example/mcp'),
  })
})

it('what was refused in Claude Code is added disabled, and that is said', async () => {
  await using box = new Box()
  box.write('p/.mcp.json', server('https://near.example/mcp'))
  box.write('p/.claude/settings.local.json', { disabledMcpjsonServers: ['weather'] })
  const { exit, stdout } = await mcpstore(box, ['add', '--all'], { cwd: box.path('p') })
  expect(exit).toBe(0)
  expect(stdout).toContain(
    'new  weather  http  https://near.example/mcp (it is off there, so it is added disabled)\n',
  )
  const [listed] = documentOf(await mcpstore(box, ['list', '--json'])).services
  expect(listed).toMatchObject({ name: 'weather', status: 'disabled' })
})

it('where all that was found is here already nothing is said of adding it', async () => {
  await using box = new Box()
  box.write('p/.mcp.json', server())
  const cwd = box.path('p')
  await mcpstore(box, ['add', '--all'], { cwd })
  expect(await mcpstore(box, ['add'], { cwd })).toMatchObject({ exit: 0, stderr: 'Nothing was added.\n' })
})

it('--from takes the client that is named, and no other; one that is not known is named', async () => {
  await using box = new Box()
  box.write('p/.cursor/mcp.json', { mcpServers: { maps: { url: 'https://example.org/mcp' } } })
  box.write('p/.mcp.json', server())
  const cwd = box.path('p')
  expect(await mcpstore(box, ['add', '--from', 'cursor'], { cwd })).toMatchObject({ exit: 0, stderr: '' })
  expect(await namesIn(box)).toEqual(['maps'])
  expect(errorOf(await mcpstore(box, ['add', '--from', 'curser', '--json'], { cwd }))).toEqual({
    code: 'usage',
    message: 'no client "curser" is known',
    hint: 'Did you mean cursor? Next: mcpstore add --help',
  })
  const none = errorOf(await mcpstore(box, ['add', '--from', 'zed', '--json'], { cwd }))
  expect(none.message).toContain('nothing of zed was found here')
  expect(await mcpstore(box, ['add', '--from', 'claude'], { cwd })).toMatchObject({ exit: 0 })
  expect(await namesIn(box)).toEqual(['maps', 'weather'])
})

it('project files are looked for up to the repository, where the client does so', async () => {
  await using box = new Box()
  const root = project(box)
  box.write('.mcp.json', { mcpServers: { outside: { command: 'serve' } } })
  box.write('project/.mcp.json', { mcpServers: { root: { command: 'serve' } } })
  box.write('project/.cursor/mcp.json', { mcpServers: { editor: { command: 'serve' } } })
  box.write('project/.codex/config.toml', '[mcp_servers.codex]\ncommand = "serve"\n')
  box.write('project/a/b/.mcp.json', { mcpServers: { near: { command: 'serve' } } })
  box.write('.claude.json', { projects: { [root]: { mcpServers: { kept: { command: 'serve' } } } } })
  const cwd = box.path('project/a/b')
  const outcome = await mcpstore(box, ['add', '--all', '--json'], { cwd })
  expect(documentOf(outcome).results.map(({ name }: Foreign) => name)).toEqual([
    'kept',
    'near',
    'root',
    'codex',
  ])
  const { config } = documentOf(await mcpstore(box, ['info', 'root', '--json']))
  expect(config.cwd).toBe(root)
})

it('one bad file hides no other: each is named with what is wrong', async () => {
  await using box = new Box()
  const cwd = project(box)
  box.write('project/.mcp.json', server())
  box.write('project/.cursor/mcp.json', '{"mcpServers": {"a": {"url": "https://example.com"}')
  box.write('project/.vscode/mcp.json', '{"servers": {"a": {"url": "https://example.com", "headers": 5}}}')
  box.write('project/.gemini/settings.json', '{"mcpServers": ["a"]}')
  box.write('.codex/config.toml', '[mcp_servers.a]\ncommand = serve\n')
  mkdirSync(box.path('.cursor/mcp.json'), { recursive: true })
  box.write('.config/opencode/opencode.json', '')
  truncateSync(box.path('.config/opencode/opencode.json'), 17 * 1024 * 1024)
  mkdirSync(box.path('.config/zed'), { recursive: true })
  symlinkSync('settings.json', box.path('.config/zed/settings.json'))
  mkdirSync(box.path('.codeium/windsurf'), { recursive: true })
  execFileSync('mkfifo', [box.path('.codeium/windsurf/mcp_config.json')])
  box.write('.claude.json', server(), 0o000)
  box.write('.gemini/settings.json', server())
  chmodSync(box.path('.gemini'), 0o000)

  const outcome = await mcpstore(box, ['add', '--all', '--json'], { cwd, unprivileged: true })
  chmodSync(box.path('.gemini'), 0o700)
  expect(outcome.exit).toBe(1)
  const { files, results } = documentOf(outcome)
  expect(results).toEqual([{ name: 'weather', status: 'added' }])
  const wrong = files.flatMap(({ file, error, services }: Foreign) =>
    [error, ...services.map((one: Foreign) => one.error)].flatMap((one) =>
      one ? [`${file.slice(box.folder.length + 1)}: ${one.message.replaceAll(box.folder, '')}`] : [],
    ),
  )
  expect(wrong).toEqual([
    'project/.cursor/mcp.json: /project/.cursor/mcp.json is not valid JSON: line 1, column 52: a closing } was expected',
    'project/.vscode/mcp.json: service "a": headers must be an object of strings, not a number',
    'project/.gemini/settings.json: mcpServers must be an object of names to services, not a list',
    '.claude.json: cannot read /.claude.json: it may not be read',
    '.cursor/mcp.json: cannot read /.cursor/mcp.json: it is no file',
    expect.stringMatching(
      /^\.codex\/config\.toml: \/\.codex\/config\.toml is not valid TOML: line 2, column \d+: /,
    ),
    '.gemini/settings.json: cannot read /.gemini/settings.json: it may not be read',
    '.config/opencode/opencode.json: /.config/opencode/opencode.json is larger than 16 MiB',
    '.config/zed/settings.json: cannot read /.config/zed/settings.json: its links lead in a circle',
    '.codeium/windsurf/mcp_config.json: cannot read /.codeium/windsurf/mcp_config.json: it is no file',
  ])
  expect(errorOf(outcome).message).toContain('some of what was found cannot be used')
  expect(await namesIn(box)).toEqual(['weather'])
})

it.runIf(process.platform === 'linux').each<[string, [string, string][], number, string[]]>([
  ['numbers', [['none: ', '2-3, 1\n']], 0, ['docs', 'maps', 'weather']],
  ['a name', [['none: ', 'maps\n']], 0, ['maps']],
  ['a client', [['none: ', 'cursor\n']], 0, ['docs', 'maps']],
  ['all', [['none: ', 'all\n']], 0, ['docs', 'maps', 'weather']],
  [
    'nonsense, then a number',
    [
      ['none: ', '9\n'],
      ['"9" is no number', ''],
      ['none: ', '1\n'],
    ],
    0,
    ['weather'],
  ],
  [
    'two of one name',
    [
      ['none: ', '1 4\n'],
      ['is chosen from two files', ''],
      ['none: ', '4\n'],
    ],
    0,
    ['weather'],
  ],
  ['nothing', [['none: ', '\n']], 1, []],
  ['Ctrl-D', [['none: ', '\u0004']], 1, []],
  ['Ctrl-C', [['none: ', '\u0003']], 130, []],
])('on a terminal it is asked which: %s', async (_what, answers, exit, names) => {
  await using box = new Box()
  box.write('p/.mcp.json', server())
  const maps = { maps: { url: 'https://example.org/mcp' }, docs: { url: 'https://docs.example.com' } }
  box.write('p/.cursor/mcp.json', { mcpServers: maps })
  box.write('.codeium/windsurf/mcp_config.json', {
    mcpServers: { weather: { serverUrl: 'https://far.example/mcp' } },
  })
  const outcome = await onTerminal(box, ['add'], answers, { cwd: box.path('p') })
  expect(outcome.exit).toBe(exit)
  expect(outcome.shown).toContain(
    '.cursor/mcp.json (Cursor)\n  2  new  maps  http  https://example.org/mcp\n',
  )
  if (exit === 1) expect(outcome.shown).toMatch(/\nNothing was added\.\n$/)
  expect(await namesIn(box)).toEqual(names)
})

it.runIf(process.platform === 'linux')(
  'a server.json is shown exactly, and added when that is said',
  async () => {
    await using box = new Box()
    copyFileSync(join(fixtures, 'server.json'), box.path('server.json'))
    const piped = await mcpstore(box, ['add', 'server.json'])
    expect(piped).toMatchObject({ exit: 1, stdout: '' })
    expect(piped.stderr).toContain('argument    @alice/weather-mcp@1.2.3\n')
    expect(piped.stderr).toContain('variable    WEATHER_TOKEN=${WEATHER_TOKEN}\n')
    expect(piped.stderr).toContain('hint:  Look at it, then say --yes.')
    expect(errorOf(await mcpstore(box, ['add', 'server.json', '--json'])).code).toBe('usage')
    const declined = await onTerminal(box, ['add', 'server.json'], [['[y/N]', 'n\n']])
    expect(declined).toMatchObject({ exit: 1, shown: expect.stringMatching(/\nNothing was added\.\n$/) })
    expect(await namesIn(box)).toEqual([])
    const agreed = await onTerminal(box, ['add', 'server.json'], [['[y/N]', 'y\n']])
    expect(agreed).toMatchObject({ exit: 0, shown: expect.stringContaining('added  weather  stdio  npx -y') })
    expect(
      await mcpstore(box, ['add', '-', '--yes'], { stdin: readFileSync(box.path('server.json'), 'utf8') }),
    ).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('unchanged  weather'),
    })
  },
)

it('each way that a server.json offers is shown with its number, and one is chosen by it', async () => {
  await using box = new Box()
  copyFileSync(join(fixtures, 'server.json'), box.path('server.json'))
  const first = await mcpstore(box, ['add', 'server.json'])
  expect(first.stderr).toMatch(/^also offered: 2\. package oci: docker run /m)
  const second = await mcpstore(box, ['add', 'server.json', '--offer', '2', '--yes'])
  expect(second).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('added  weather  stdio  docker run'),
  })
  expect(second.stderr).toMatch(/^command +docker$/m)
  expect(second.stderr).toMatch(/^also offered: 1\. package npm: npx /m)
  for (const number of ['3', '9']) {
    const refused = await mcpstore(box, ['add', 'server.json', '--offer', number, '--yes', '--json'])
    expect(refused.exit).toBe(1)
    expect(errorOf(refused).message).toMatch(
      new RegExp(`way ${number} to have it cannot be used \\(1\\. package npm: .*2\\. `),
    )
  }
  for (const argv of [
    ['server.json', '--offer', '0'],
    ['{"mcpServers": {"w": {"url": "https://e.example"}}}', '--offer', '1'],
    ['--offer', '1'],
    ['w', 'https://e.example', '--offer', '1'],
  ]) {
    expect(await mcpstore(box, ['add', ...argv])).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('--offer'),
    })
  }
})

it('options of one form of add are refused in another', async () => {
  await using box = new Box()
  for (const argv of [
    ['--all', 'x.json'],
    ['--from', 'cursor', 'w', 'https://e.example'],
    ['--yes'],
    ['--cwd', '.', '--all'],
    ['w', '--yes', '--', 'x'],
  ]) {
    expect(await mcpstore(box, ['add', ...argv])).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('cannot be used here'),
    })
  }
})
