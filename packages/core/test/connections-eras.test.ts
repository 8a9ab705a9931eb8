import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../src/connections/index.ts'
import {
  connect,
  failureOf,
  linesOf,
  modernConfig,
  remoteConfig,
  scratch,
  startModern,
  startRemote,
  stdioConfig,
  until,
} from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }
const modern = '2026-07-28'

/** A connection to each kind of server that speaks 2026-07-28 only. */
const reached: [string, (settings?: object, ...rest: unknown[]) => Promise<Connection>][] = [
  [
    'HTTP',
    async (settings, ...rest) => connect(remoteConfig((await startModern(settings)).url), ...(rest as [])),
  ],
  [
    'HTTP, as event streams',
    async (settings, ...rest) =>
      connect(remoteConfig((await startModern({ stream: true, ...settings })).url), ...(rest as [])),
  ],
  ['stdio', (settings, ...rest) => connect(modernConfig(settings), ...(rest as []))],
]

/** The methods that a server was asked, in order. */
const asked = async (remote: { seen(): Promise<{ log: { rpc?: string }[] }> }) =>
  (await remote.seen()).log.flatMap(({ rpc }) => rpc ?? [])

describe.each(reached)('a server that speaks 2026-07-28 only, over %s', (_, reach) => {
  test('says what it is, and what it can', async () => {
    const { server } = await reach()
    expect(server).toMatchObject({ name: 'modern-fixture', version: '4.5.6', protocolVersion: modern })
    expect(server.capabilities).toHaveProperty('futureCapability')
    expect(server.instructions).toBe('Be kind.')
  })

  test('keeps every field of tools and results, of kinds that are not known too', async () => {
    const connection = await reach({ pages: 3 })
    const tools = await connection.listTools(patient)
    expect(tools.at(-1)?.name).toBe('page-2')
    expect(tools[0]).toMatchObject({ futureField: { nested: [1, { two: 2 }] } })
    const result = await connection.callTool('rich', {}, patient)
    expect(result).toEqual({
      resultType: 'complete',
      content: [
        { type: 'hologram', voxels: [1, 2, 3], annotations: { shade: 'blue' } },
        { type: 'text', text: 'plain', futureField: { deep: true } },
      ],
      structuredContent: ['any', 'thing'],
      futureResultField: 7,
      _meta: { 'example.com/trace': 'abc' },
    })
  })

  test('says of its list how long and for whom it holds', async () => {
    const hinted = await (await reach({ ttlMs: 5000, cacheScope: 'private', pages: 2 })).listTools(patient)
    expect([hinted.ttlMs, hinted.isPrivate]).toEqual([5000, true])
    const plain = await (await reach({ cacheScope: 'public' })).listTools(patient)
    expect([plain.ttlMs, plain.isPrivate]).toEqual([undefined, undefined])
  })

  test('is there while it answers, and refuses what it does not know', async () => {
    const connection = await reach()
    await connection.check(patient)
    const error = await failureOf(connection.request('ping', {}, patient))
    expect(error.code).toBe('server_error')
    expect(error.message).toContain('code -32601')
  })

  test('reports progress, and may fail', async () => {
    const connection = await reach()
    const steps: number[] = []
    const options = { ...patient, onProgress: ({ progress }: { progress: number }) => steps.push(progress) }
    await connection.callTool('progress', { steps: 3 }, options)
    expect(steps).toEqual([1, 2, 3])
    expect(await connection.callTool('broken', {}, patient)).toMatchObject({ isError: true })
  })

  test('hears that a call was given up, and the next one works', async () => {
    const cancelFile = join(scratch(), 'cancelled')
    const connection = await reach({ cancelFile })
    const abort = new AbortController()
    const given = failureOf(connection.callTool('mute', {}, { ...patient, signal: abort.signal }))
    const timed = failureOf(connection.callTool('mute', {}, { timeoutMs: 200 }))
    expect((await timed).code).toBe('timeout')
    abort.abort()
    expect((await given).code).toBe('aborted')
    await until(() => linesOf(cancelFile).length === 2)
    const result = await connection.callTool('echo', { text: 'hi' }, patient)
    expect(result.content).toEqual([{ type: 'text', text: 'hi' }])
  })

  test('tells that its list changed, also after the stream of such news has ended', async () => {
    const connection = await reach()
    let changes = 0
    connection.onToolsChanged(() => changes++)
    await until(async () => {
      await connection.callTool('grow', {}, patient)
      return changes > 0
    })
    await connection.callTool('hush', {}, patient)
    // What was said meanwhile went by, so that the list may have changed.
    const before = changes
    await until(() => changes > before)
    await until(async () => {
      await connection.callTool('grow', {}, patient)
      return changes > before + 1
    })
  })

  test('need not tell of changes', async () => {
    const connection = await reach({ listen: false })
    expect((await connection.callTool('echo', { text: 'hi' }, patient)).content).toHaveLength(1)
  })
})

describe('over HTTP', () => {
  test('each request stands for itself: no handshake, no session, and headers that say what it is', async () => {
    const remote = await startModern({ listen: false })
    const connection = await connect(remoteConfig(remote.url, { headers: { 'X-Team': 'blue' } }))
    await connection.callTool('echo', { text: 'x' }, patient)
    await connection.close()
    const { log } = await remote.seen()
    expect(log.map(({ rpc }) => rpc)).toEqual(['server/discover', 'subscriptions/listen', 'tools/call'])
    expect(log.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST'])
    expect(log[2]?.headers).toMatchObject({
      'x-team': 'blue',
      'mcp-protocol-version': modern,
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    })
    expect(log[2]?.headers).not.toHaveProperty('mcp-session-id')
  })

  test('marked arguments travel as headers too, and a tool with a wrong mark is left out', async () => {
    const warnings: string[] = []
    const remote = await startModern({ marked: true })
    const connection = await connect(remoteConfig(remote.url), {}, (line) => warnings.push(line))
    const tools = await connection.listTools(patient)
    expect(tools.map(({ name }) => name)).toContain('region')
    expect(tools.map(({ name }) => name)).not.toContain('wrong')
    expect(warnings.join()).toMatch(/"wrong" that cannot be called: "x-mcp-header" stands at a place/)
    const args = { region: 'Köln', at: { urgent: true } }
    const { structuredContent } = await connection.callTool('region', args, patient)
    const { headers } = structuredContent as { headers: Record<string, string> }
    const köln = Buffer.from('Köln').toString('base64')
    expect(headers).toMatchObject({ 'mcp-param-region': `=?base64?${köln}?=`, 'mcp-param-urgent': 'true' })
  })

  test('a schema that is given with a call is enough to know its headers', async () => {
    const remote = await startModern({ marked: true })
    const connection = await connect(remoteConfig(remote.url))
    const inputSchema = { properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }
    const call = connection.callTool('region', { region: 'eu' }, { ...patient, inputSchema })
    expect((await call).structuredContent).toMatchObject({ headers: { 'mcp-param-region': 'eu' } })
    expect(await asked(remote)).not.toContain('tools/list')
  })

  test('a schema that is out of date is asked for when its headers are turned down, and the call runs once', async () => {
    const countFile = join(scratch(), 'count')
    const remote = await startModern({ marked: true, listen: false, countFile })
    const connection = await connect(remoteConfig(remote.url))
    const call = connection.callTool('region', { region: 'eu' }, { ...patient, inputSchema: {} })
    expect((await call).structuredContent).toMatchObject({ headers: { 'mcp-param-region': 'eu' } })
    expect((await asked(remote)).slice(2)).toEqual(['tools/call', 'tools/list', 'tools/call'])
    expect(linesOf(countFile)).toEqual(['region'])
  })

  test.each(['cut', 'end', 200, 204])('a lost answer (%s) is outcome_unknown', async (onCall) => {
    const connection = await connect(remoteConfig((await startModern({ onCall })).url))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error.code).toBe('outcome_unknown')
  })

  test('a server with a handshake is asked first what it speaks, unless that is known', async () => {
    const remote = await startRemote()
    expect((await connect(remoteConfig(remote.url))).server.protocolVersion).toBe('2025-11-25')
    expect((await asked(remote)).slice(0, 2)).toEqual(['server/discover', 'initialize'])
    const before = (await asked(remote)).length
    await connect(remoteConfig(remote.url), { known: 'legacy' })
    expect((await asked(remote)).slice(before)).toEqual(['initialize', 'notifications/initialized'])
  })

  test('what is known heals where it is wrong, in both directions', async () => {
    const remote = await startModern()
    const found = await connect(remoteConfig(remote.url), { known: 'legacy' })
    expect(found.server.protocolVersion).toBe(modern)
    await remote.become('legacy')
    const older = await connect(remoteConfig(remote.url), { known: 'modern' })
    expect(older.server.protocolVersion).toBe('2025-11-25')
  })

  test('a connection ends when its server speaks the other era from then on', async () => {
    const remote = await startModern()
    const connection = await connect(remoteConfig(remote.url))
    const closed = new Promise((resolve) => connection.onClose(resolve))
    await remote.become('legacy')
    await failureOf(connection.check(patient))
    await closed
    const older = await connect(remoteConfig(remote.url, { protocol: 'legacy' }))
    const ended = new Promise((resolve) => older.onClose(resolve))
    await remote.become('modern')
    await failureOf(older.check(patient))
    await ended
  })

  test('a server that turns the question down and names this very revision is asked once more', async () => {
    const remote = await startModern({ refuseOnce: true })
    expect((await connect(remoteConfig(remote.url))).server.protocolVersion).toBe(modern)
    expect((await asked(remote)).slice(0, 2)).toEqual(['server/discover', 'server/discover'])
  })

  test('what the config chooses is spoken and nothing else', async () => {
    const both = await startModern()
    const legacy = await failureOf(connect(remoteConfig(both.url, { protocol: 'legacy' })))
    expect(legacy.code).toBe('unreachable')
    expect(await asked(both)).not.toContain('server/discover')
    const remote = await startRemote()
    const pinned = await failureOf(connect(remoteConfig(remote.url, { protocol: modern })))
    expect(pinned.code).toBe('unreachable')
    expect(pinned.message).toContain('not found to speak MCP of 2026-07-28')
    expect(pinned.hint).toContain('"auto"')
    expect(await asked(remote)).toEqual(['server/discover'])
  })

  test('a server that is silent when it is asked has its time in the older era', async () => {
    const remote = await startModern({ muteDiscover: true })
    const silent = failureOf(connect(remoteConfig(remote.url), { timeoutMs: 3000 }))
    expect((await silent).code).toBe('unreachable')
    expect(await asked(remote)).toContain('initialize')
  })

  test('credentials that are wanted are asked for once', async () => {
    const remote = await startModern({ token: 'abc' })
    const error = await failureOf(connect(remoteConfig(remote.url)))
    expect(error.code).toBe('auth_required')
    expect(await asked(remote)).toEqual(['server/discover'])
  })
})

describe('over stdio', () => {
  test('nobody is asked what he speaks, unless the config wants it', async () => {
    const startFile = join(scratch(), 'starts')
    await connect(stdioConfig({ startFile }))
    expect(linesOf(startFile)).toHaveLength(1)
    const auto = await connect(stdioConfig({ startFile }, { protocol: 'auto' }))
    expect(auto.server.protocolVersion).toBe('2025-11-25')
    expect(linesOf(startFile)).toHaveLength(3)
    await connect(stdioConfig({ startFile }, { protocol: 'auto' }), { known: 'legacy' })
    expect(linesOf(startFile)).toHaveLength(4)
    const found = await connect(modernConfig({}, { protocol: 'auto' }))
    expect(found.server.protocolVersion).toBe(modern)
  })

  test('a server that dies in a call takes its last words along', async () => {
    const connection = await connect(modernConfig())
    const error = await failureOf(connection.callTool('die', {}, patient))
    expect(error.code).toBe('outcome_unknown')
    expect(error.message).toContain('out of cheese')
  })

  test('a server with a handshake is told to be one, where 2026-07-28 is chosen', async () => {
    const error = await failureOf(connect(stdioConfig({}, { protocol: modern })))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('code -32601')
  })
})
