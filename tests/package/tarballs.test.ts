import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packWorkspace, type Tarball } from '../support/tarballs.ts'

const run = promisify(execFile)
const installScripts = ['preinstall', 'install', 'postinstall']

describe('the packages as npm installs them', () => {
  let folder: string
  let project: string
  let tarballs: Tarball[]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mcpstore-tarballs-'))
    tarballs = await packWorkspace(folder)
    project = mkdtempSync(join(folder, 'project-'))
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ name: 'empty', version: '1.0.0', private: true }),
    )
    const files = tarballs.map(({ filename }) => filename)
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...files], { cwd: project })
  }, 240_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    HOME: project,
    MCPSTORE_HOME: join(project, 'home'),
  })
  const mcpstore = async (...args: string[]): Promise<string> => {
    const bin = join(project, 'node_modules/.bin/mcpstore')
    return (await run(bin, args, { cwd: project, env: environment() })).stdout
  }

  it('are storage, core and cli', () => {
    expect(tarballs.map(({ name }) => name).sort()).toEqual([
      '@mcpstore/cli',
      '@mcpstore/core',
      '@mcpstore/storage',
    ])
  })

  it('bring a command that knows its version', async () => {
    const { version } = tarballs.find(({ name }) => name === '@mcpstore/cli')!
    expect(await mcpstore('--version')).toBe(`${version}\n`)
  })

  it('bring a command that keeps what is added', async () => {
    await mcpstore('add', 'weather', 'https://example.com/mcp')
    expect(JSON.parse(await mcpstore('list', '--json')).services).toMatchObject([
      { name: 'weather', transport: 'http', status: 'new' },
    ])
  })

  it('can be embedded in plain JavaScript, the native database included', async () => {
    writeFileSync(join(project, 'embed.mjs'), embedding)
    const { stdout } = await run(process.execPath, ['embed.mjs'], { cwd: project, env: environment() })
    expect(JSON.parse(stdout)).toEqual({ names: ['weather'], backend: 'sqlite', durable: 'local' })
  })

  it('need no install script, neither their own nor one of what they depend on', () => {
    const lock = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'))
    const installed = Object.keys(lock.packages).map((path) => join(project, path))
    expect(installed).toContain(join(project, 'node_modules/@mcpstore/core'))
    expect(installed.filter(hasInstallScript)).toEqual([])
  })
})

/** npm runs these scripts, and `node-gyp` where there is a `binding.gyp`. */
function hasInstallScript(folder: string): boolean {
  const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return installScripts.some((name) => name in scripts) || existsSync(join(folder, 'binding.gyp'))
}

const embedding = `
  import { setupStore } from '@mcpstore/core'

  const store = await setupStore({ local: true, namespace: 'embedded', dataspace: 'plain' })
  try {
    const context = store.forStore()
    const { durable } = await context.addService({ mcpServers: { weather: { url: 'https://example.com/mcp' } } })
    const names = (await context.listServices()).map((service) => service.name)
    console.log(JSON.stringify({ names, backend: store.status().backend, durable }))
  } finally {
    await store.close()
  }
`
