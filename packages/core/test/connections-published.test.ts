import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import type { ServiceConfig } from '../src/config/service-config.ts'
import { type Connection, createConnector } from '../src/connections/index.ts'

const patient = { timeoutMs: 20_000 }
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const servers = createRequire(new URL('../../../tests/package.json', import.meta.url))

/** The program of a published server, installed for the tests of the whole. */
function program(name: string): string {
  const manifest = servers.resolve(`@modelcontextprotocol/server-${name}/package.json`)
  return join(dirname(manifest), 'dist/index.js')
}

function stdio(name: string, ...args: string[]): ServiceConfig {
  return { type: 'stdio', command: process.execPath, args: [program(name), ...args] }
}

async function connect(config: ServiceConfig): Promise<Connection> {
  const connection = await createConnector().connect('published', config, patient)
  cleanups.push(() => connection.close())
  return connection
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Runs server-everything on a port; resolves with the port when it listens. */
async function startEverything(mode: string): Promise<number> {
  const port = await freePort()
  const server: ChildProcess = spawn(process.execPath, [program('everything'), mode], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  cleanups.push(async () => {
    server.kill('SIGKILL')
    await ended
  })
  await new Promise<void>((resolve) => {
    createInterface(server.stderr!).on('line', (line) => {
      if (/running|listening/i.test(line)) resolve()
    })
  })
  return port
}

async function names(connection: Connection): Promise<string[]> {
  return (await connection.listTools(patient)).map(({ name }) => name)
}

describe('published servers on stdio', () => {
  test('server-memory: lists and remembers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcpstore-memory-'))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    const config = { ...stdio('memory'), env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } }
    const connection = await connect(config as ServiceConfig)
    expect(await names(connection)).toContain('read_graph')
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['counts'] }]
    await connection.callTool('create_entities', { entities }, patient)
    const graph = await connection.callTool('read_graph', {}, patient)
    expect(JSON.stringify(graph.content)).toContain('Ada')
  })

  test('server-filesystem: reads a file of the folder it may read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcpstore-files-'))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'note.txt'), 'hello from a file')
    const connection = await connect(stdio('filesystem', folder))
    expect((await names(connection)).length).toBeGreaterThan(10)
    const path = join(folder, 'note.txt')
    const result = await connection.callTool('read_text_file', { path }, patient)
    expect(result.content?.[0]).toMatchObject({ type: 'text', text: 'hello from a file' })
  })

  test('server-everything: echoes and reports progress', async () => {
    const connection = await connect(stdio('everything'))
    await expectEverything(connection)
    const seen: object[] = []
    const options = { ...patient, onProgress: (progress: object) => seen.push(progress) }
    await connection.callTool('trigger-long-running-operation', { duration: 0.4, steps: 2 }, options)
    expect(seen[0]).toMatchObject({ progress: 1, total: 2 })
  })
})

describe('server-everything over HTTP', () => {
  test('Streamable HTTP', async () => {
    const port = await startEverything('streamableHttp')
    await expectEverything(await connect({ type: 'http', url: `http://127.0.0.1:${port}/mcp` }))
  })

  test.each(['http', 'sse'] as const)('SSE, from a config of type %s', async (type) => {
    const port = await startEverything('sse')
    await expectEverything(await connect({ type, url: `http://127.0.0.1:${port}/sse` }))
  })
})

async function expectEverything(connection: Connection): Promise<void> {
  expect(connection.server.name).toContain('everything')
  expect(await names(connection)).toContain('echo')
  const result = await connection.callTool('echo', { message: 'hi' }, patient)
  expect(result.content).toEqual([{ type: 'text', text: 'Echo: hi' }])
}
