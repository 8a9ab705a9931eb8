import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { foldersFrom, placesOf } from '../src/clients/places.ts'
import { clients } from '../src/config/clients.ts'
import type { Machine } from '../src/config/dialects/client.ts'
import type { FoundConfig } from '../src/index.ts'
import { setupStore } from '../src/index.ts'
import { seen, sharedPlace } from './strangers.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mcpstore-find-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function write(file: string, content: string | object): string {
  const path = join(home, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function find(cwd = home, env: Machine['env'] = {}): Promise<FoundConfig[]> {
  await using store = await setupStore({ logger: false })
  const machine = { platform: 'linux', env, home } as const
  return await store.forStore().findConfigs({ cwd, machine })
}

const told = (found: FoundConfig[]) =>
  found.map(({ file, services, error }) => [
    file.slice(home.length + 1),
    error?.message.replaceAll(home, '') ?? services.map(({ name }) => name),
  ])

const weather = { mcpServers: { weather: { url: 'https://example.com/mcp' } } }

it('project files: where each client looks, on each system', () => {
  const folders = ['/r/a', '/r']
  const below = (machine: Machine, at: readonly string[]) =>
    clients.flatMap((client) =>
      placesOf(client, machine, at).flatMap(({ file, inside, project }) =>
        project && !inside ? [file] : [],
      ),
    )
  expect(below({ platform: 'darwin', env: {}, home: '/h' }, folders)).toEqual([
    '/r/a/.mcp.json',
    '/r/.mcp.json',
    '/r/a/.cursor/mcp.json',
    '/r/a/.vscode/mcp.json',
    '/r/a/.codex/config.toml',
    '/r/.codex/config.toml',
    '/r/a/.gemini/settings.json',
    '/r/a/opencode.json',
    '/r/a/opencode.jsonc',
    '/r/opencode.json',
    '/r/opencode.jsonc',
    '/r/a/.zed/settings.json',
  ])
  const windows = below({ platform: 'win32', env: {}, home: 'C:\\Users\\a' }, ['C:\\r'])
  expect(windows).toContain('C:\\r\\.cursor\\mcp.json')
})

it('$XDG_CONFIG_HOME goes before ~/.config, and a Windows without %APPDATA% has one all the same', () => {
  const files = (machine: Machine) => clients.flatMap((client) => client.userFiles(machine))
  const elsewhere = files({ platform: 'linux', env: { XDG_CONFIG_HOME: '/x' }, home: '/h' })
  expect(elsewhere).toContain('/x/zed/settings.json')
  expect(elsewhere).toContain('/x/Claude/claude_desktop_config.json')
  expect(elsewhere.filter((file) => file.startsWith('/h/.config'))).toEqual([])
  expect(files({ platform: 'win32', env: {}, home: 'C:\\Users\\a' })).toContain(
    'C:\\Users\\a\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
  )
})

it('without a repository only the folder itself is looked at', async () => {
  expect(await foldersFrom('/a/b/c', async () => false)).toEqual(['/a/b/c'])
  expect(await foldersFrom('/a/b/c', async (folder) => folder === '/a')).toEqual(['/a/b/c', '/a/b', '/a'])
  expect(await foldersFrom('/', async () => false)).toEqual(['/'])
})

it('one bad file hides no other', async () => {
  write('.cursor/mcp.json', '{')
  write('.codex/config.toml', '= 1')
  mkdirSync(join(home, '.gemini'))
  symlinkSync('settings.json', join(home, '.gemini/settings.json'))
  write('.codeium/windsurf/mcp_config.json', {
    mcpServers: { weather: { serverUrl: 'https://example.com/mcp' } },
  })
  expect(told(await find())).toEqual([
    ['.cursor/mcp.json', expect.stringContaining('is not valid JSON')],
    ['.codex/config.toml', expect.stringContaining('is not valid TOML')],
    ['.gemini/settings.json', 'cannot read /.gemini/settings.json: its links lead in a circle'],
    ['.codeium/windsurf/mcp_config.json', ['weather']],
  ])
})

it('settings that name no services are not mentioned; a file of services in another form is', async () => {
  write('.config/zed/settings.json', { theme: 'One', terminal: { command: 'zsh' } })
  write('.gemini/settings.json', { mcpServers: {} })
  write('p/.cursor/mcp.json', { servers: weather.mcpServers })
  write('p/.mcp.json', {})
  expect(told(await find(join(home, 'p')))).toEqual([
    [
      'p/.cursor/mcp.json',
      '/p/.cursor/mcp.json names services, but not in the form in which Cursor reads them',
    ],
  ])
})

it("in the user's own folder a file is found once", async () => {
  write('.cursor/mcp.json', weather)
  expect((await find()).map(({ client, scope }) => [client, scope])).toEqual([['cursor', 'user']])
})

it('what is found is told against what is here, and input adds exactly that', async () => {
  write('.cursor/mcp.json', {
    mcpServers: {
      weather: { url: 'https://example.com/mcp', headers: { 'X-Key': 'literal', A: '${env:TOKEN}' } },
      files: { command: 'npx', args: ['-y', 'files-server'] },
    },
  })
  await using store = await setupStore({ logger: false })
  const ctx = store.forStore()
  const options = { cwd: home, machine: { platform: 'linux', env: {}, home } } as const
  const statuses = async () => (await ctx.findConfigs(options))[0]!.services.map(({ status }) => status)
  expect(await statuses()).toEqual(['new', 'new'])
  const [first] = (await ctx.findConfigs(options))[0]!.services
  expect(first?.config).toMatchObject({ headers: { 'X-Key': '***', A: '${TOKEN}' } })
  await ctx.addService(first!.input!)
  await ctx.addService({ files: { command: 'other' } })
  expect(await statuses()).toEqual(['equal', 'different'])
})

it('options that cannot be are refused', async () => {
  await using store = await setupStore({ logger: false })
  const ctx = store.forStore()
  await expect(ctx.findConfigs({ from: 'emacs' })).rejects.toMatchObject({ code: 'usage' })
  await expect(ctx.findConfigs({ from: [] })).rejects.toMatchObject({ code: 'usage' })
  await expect(ctx.findConfigs({ form: 'zed' } as never)).rejects.toMatchObject({ code: 'usage' })
  await expect(ctx.exportFor('emacs')).rejects.toMatchObject({ code: 'usage' })
  await expect(ctx.exportFor('zed', { over: 5 } as never)).rejects.toMatchObject({ code: 'usage' })
})

it('what holds more than services is not to be written over', async () => {
  await using store = await setupStore({ logger: false })
  const ctx = store.forStore()
  const over = (client: string, text: string) => ctx.exportFor(client, { over: text })
  await expect(over('gemini', '{"theme": "x", "mcpServers": {}}')).rejects.toThrow('would lose it: theme')
  await expect(over('vscode', '{"inputs": [], "servers": {}}')).rejects.toThrow('would lose it: inputs')
  await expect(over('codex', 'model = "x"\n')).rejects.toThrow('would lose it: model')
  await expect(over('codex', '[mcp_servers')).rejects.toMatchObject({ code: 'bad_config' })
  expect((await over('zed', '{"context_servers": {"old": {}}}')).text).toBe('{\n  "context_servers": {}\n}\n')
})

it('a server.json is shown before it is added, and not added where that is declined', async () => {
  const offer = { name: 'io.github.a/w', packages: [{ registryType: 'npm', identifier: 'w', version: '1' }] }
  await using store = await setupStore({ logger: false })
  const ctx = store.forStore()
  const shown: unknown[] = []
  const declined = await ctx.addService(offer, { confirm: (one) => shown.push(one) < 0 })
  expect(declined.results).toEqual([])
  expect(shown).toEqual([
    { name: 'w', config: expect.objectContaining({ command: 'npx', args: ['-y', 'w@1'] }), notes: [] },
  ])
  const never = () => expect.unreachable()
  expect((await ctx.addService(weather, { confirm: never })).results).toMatchObject([{ status: 'added' }])
  expect((await ctx.addService(offer, { confirm: () => true })).results).toMatchObject([{ status: 'added' }])
})

it('of what offers no ways to have a server none can be chosen, and nothing is added', async () => {
  await using store = await setupStore({ logger: false })
  const ctx = store.forStore()
  await expect(ctx.addService(weather, { offer: 1 })).rejects.toMatchObject({ code: 'usage' })
  expect(await ctx.listServices()).toEqual([])
})

it('what a stranger put into a shared dataspace is not written for another client, nor is anything filled in', async () => {
  const place = sharedPlace()
  const reader = await place.reader()
  const ctx = reader.forStore()
  await ctx.addService({ mine: { url: 'https://example.com/mcp', headers: { A: 'Bearer ${TOKEN}' } } })
  await (await place.stranger()).plant('evil', {
    type: 'stdio',
    command: 'evil',
    args: ['${TOKEN}'],
    cwd: '/',
  })
  await seen(reader, 'evil')
  const { text, left, services } = await ctx.exportFor('claude')
  expect(JSON.parse(text)).toEqual({
    mcpServers: { mine: { type: 'http', url: 'https://example.com/mcp', headers: { A: 'Bearer ${TOKEN}' } } },
  })
  expect({ left, services }).toEqual({
    left: [{ name: 'evil', why: 'it is not trusted here' }],
    services: [{ name: 'mine', unsaid: [] }],
  })
  expect(reader.asked.has('TOKEN')).toBe(false)
})

it('what was refused or switched off in Claude Code is found disabled', async () => {
  const server = { command: 'serve' }
  const servers = (...names: string[]) => Object.fromEntries(names.map((name) => [name, server]))
  write('p/.git/HEAD', '')
  write('p/.mcp.json', {
    mcpServers: servers('refused', 'by team', 'by user', 'by name', 'elsewhere', 'fine'),
  })
  write('p/.claude/settings.local.json', { disabledMcpjsonServers: ['refused', 'own'] })
  write('p/.claude/settings.json', { disabledMcpjsonServers: ['by_team'] })
  write('.claude/settings.json', { disabledMcpjsonServers: ['by user'] })
  write('.claude.json', {
    mcpServers: servers('own', 'off', 'fine'),
    projects: {
      [join(home, 'p')]: {
        mcpServers: servers('here', 'gone'),
        disabledMcpServers: ['off', 'gone'],
        disabledMcpjsonServers: ['by name'],
      },
      '/other': { disabledMcpServers: ['own', 'here'], disabledMcpjsonServers: ['elsewhere'] },
    },
  })
  const found = await find(join(home, 'p'))
  const off = found.flatMap(({ services }) =>
    services.flatMap(({ name, config, input }) =>
      config?.disabled && Object(input).disabled === true ? [name] : [],
    ),
  )
  expect(off).toEqual(['gone', 'refused', 'by team', 'by user', 'by name', 'off'])
  expect(found.flatMap(({ services }) => services)).toHaveLength(11)
})

it('settings of Claude Code that cannot be read are named, once, as they may refuse something', async () => {
  write('.claude/settings.json', '{')
  write('.mcp.json', { mcpServers: { weather: { url: 'https://example.com/mcp' } } })
  expect(told(await find())).toEqual([
    ['.mcp.json', ['weather']],
    ['.claude/settings.json', expect.stringContaining('is not valid JSON')],
  ])
})
