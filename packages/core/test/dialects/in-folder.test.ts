import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clients } from '../../src/config/clients.ts'
import { claudeDesktop } from '../../src/config/dialects/claude-desktop.ts'
import type { Client } from '../../src/config/dialects/client.ts'
import type { StdioConfig } from '../../src/config/service-config.ts'

let folder = ''
let cwd = ''

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mcpstore-in-folder-')))
  cwd = join(folder, `it's a "$0"`)
  await mkdir(join(cwd, 'bin'), { recursive: true })
  const show = join(cwd, 'bin', 'show')
  await writeFile(show, '#!/bin/sh\npwd -P\nprintf "%s\\n" "$0" "$@"\n')
  await chmod(show, 0o755)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** What the server is told and where it runs, when the client starts what was written for it from a folder of its own. */
async function startedBy(client: Client, config: StdioConfig): Promise<string[]> {
  const written = client.write(config)
  if (typeof written === 'string') throw new Error(written)
  const {
    command,
    args = [],
    cwd: own,
  } = written.entry as {
    command: string | string[]
    args?: string[]
    cwd?: string
  }
  const [program, ...first] = [command].flat()
  const { stdout } = await promisify(execFile)(program!, [...first, ...args], { cwd: own ?? folder })
  return stdout.trimEnd().split('\n')
}

describe('a service that depends on its folder', () => {
  it.each(clients)('$id: starts the same program in the same folder', async (client) => {
    const config: StdioConfig = { type: 'stdio', command: './bin/show', args: ['.', 'a b', '"'], cwd }
    const [where, , ...told] = await startedBy(client, config)
    expect({ where, told }).toEqual({ where: cwd, told: ['.', 'a b', '"'] })
  })

  it.each(clients)('$id: finds its command from everywhere', async (client) => {
    const config: StdioConfig = { type: 'stdio', command: './bin/show', args: ['/srv', '--fast'], cwd }
    const [, program, ...told] = await startedBy(client, config)
    expect({ program, told }).toEqual({ program: join(cwd, 'bin/show'), told: ['/srv', '--fast'] })
  })

  it('is left out where no shell can be counted on', () => {
    const config: StdioConfig = { type: 'stdio', command: 'npx', args: ['-y', 'files-server', '.'] }
    expect(claudeDesktop.write({ ...config, cwd: 'C:\\work' })).toBe(
      'it runs in C:\\work, and Claude Desktop has no field for that: write its paths whole, not from there',
    )
    const whole = { ...config, args: ['-y', 'files-server', 'C:\\work'], cwd: 'C:\\work' }
    expect(claudeDesktop.write(whole)).toMatchObject({ entry: { args: whole.args } })
  })
})

const isWrapped = (line: string, env?: Record<string, string>) => {
  const [command = '', ...args] = line.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ''))
  const written = claudeDesktop.write({ type: 'stdio', command, args, cwd: '/project', ...(env && { env }) })
  return (written as Exclude<typeof written, string>).entry['command'] === '/bin/sh'
}

it.each([
  'npx -y @modelcontextprotocol/server-everything@2026.8.31',
  'npx -y files-server /srv --level=3 https://example.com/x',
  'uvx mcp-server-time',
  'serve',
  '/opt/serve --stdio',
])('stays as it is, as it names nothing below its folder: %s', (line) => {
  expect(isWrapped(line)).toBe(false)
})

it.each([
  'node server.js',
  'npx .',
  'npx -y files-server data',
  'npx --prefix tools serve',
  'uvx --from ./tool serve',
  'serve --dir=data',
  'serve -I./data',
  'serve -I/srv:data',
  'serve --paths /srv,data',
  "sh -c '/usr/bin/env node ./server.js'",
  'serve sqlite:///data.db',
])('is started in its folder, as that may matter: %s', (line) => {
  expect(isWrapped(line)).toBe(true)
})

it.each([
  ['./conf.json', true],
  ['/srv:../lib', true],
  ['/usr/bin:/bin', false],
  ['postgres://host/db', false],
  ['v1.2', false],
])('what is in a variable may be a path from its folder: %s', (value, isOne) => {
  expect(isWrapped('serve', { CONFIG: value })).toBe(isOne)
})
