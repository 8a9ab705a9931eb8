import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../src/connections/index.ts'
import type { HostHandlers } from '../src/host/handlers.ts'
import { connect, remoteConfig, startRemote, until } from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }
const program = fileURLToPath(
  new URL('../../../tests/fixtures/servers/published-modern.mjs', import.meta.url),
)

const handlers: HostHandlers = {
  elicitation: ({ message }) => ({ action: 'accept', content: { city: `${message} Köln` } }),
}

const reached: [string, () => Promise<Connection>][] = [
  [
    'stdio',
    () =>
      connect(
        { type: 'stdio', command: process.execPath, args: [program, 'stdio'], protocol: 'auto' },
        {},
        undefined,
        handlers,
      ),
  ],
  [
    'HTTP',
    async () => {
      const { url } = await startRemote('http', 'published-modern.mjs')
      return connect(remoteConfig(url), {}, undefined, handlers)
    },
  ],
]

describe.each(reached)('a server of the published SDK that speaks 2026-07-28 only, over %s', (_, reach) => {
  test('is found, listed and called', async () => {
    const connection = await reach()
    expect(connection.server).toMatchObject({ name: 'published-modern', protocolVersion: '2026-07-28' })
    const tools = await connection.listTools(patient)
    expect(tools.map(({ name }) => name)).toContain('echo')
    expect([tools.ttlMs, tools.isPrivate]).toEqual([4000, undefined])
    const result = await connection.callTool('echo', { text: 'hi' }, patient)
    expect(result.content).toEqual([{ type: 'text', text: 'hi' }])
    // It checks that the header says what the argument does.
    const named = await connection.callTool('region', { region: 'Köln' }, patient)
    expect(named.content).toEqual([{ type: 'text', text: 'Köln' }])
    await connection.check(patient)
  })

  test('reports progress, and asks the user', async () => {
    const connection = await reach()
    const steps: number[] = []
    const options = { ...patient, onProgress: ({ progress }: { progress: number }) => steps.push(progress) }
    await connection.callTool('steps', {}, options)
    expect(steps).toEqual([1, 2, 3])
    const result = await connection.callTool('travel', {}, patient)
    expect(result.content).toEqual([{ type: 'text', text: 'accept Where to? Köln' }])
  })

  test('hears that a call was given up', async () => {
    const connection = await reach()
    await connection.callTool('wait', {}, { timeoutMs: 300 }).catch(() => {})
    await until(async () => {
      const { content } = await connection.callTool('count', {}, patient)
      return content?.[0]?.['text'] === '1'
    })
  })

  test('tells that its list changed', async () => {
    const connection = await reach()
    let changes = 0
    connection.onToolsChanged(() => changes++)
    await until(async () => {
      await connection.callTool('grow', {}, patient)
      return changes > 0
    })
  })
})
