import { getEventListeners } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connect, failureOf, linesOf, scratch, stdioConfig, until } from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }

describe('the handshake', () => {
  test('keeps what the server said about itself, unknown capabilities included', async () => {
    const { server } = await connect(stdioConfig())
    expect(server).toEqual({
      name: 'fixture',
      version: '1.2.3',
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true }, futureCapability: { on: true } },
      instructions: 'Be kind.',
    })
  })

  test('does not fail on a server that is sloppy about itself', async () => {
    const { server } = await connect(stdioConfig({ serverInfo: { name: 5 } }))
    expect([server.name, server.version]).toEqual([undefined, undefined])
  })
})

describe('request', () => {
  test('passes any answer through whole, and a refusal as it was meant', async () => {
    const connection = await connect(stdioConfig())
    expect(await connection.request('ping', {}, patient)).toEqual({})
    const error = await failureOf(connection.request('resources/list', {}, patient))
    expect(error.code).toBe('server_error')
    expect(error.message).toContain('-32601')
  })
})

describe('listTools', () => {
  test('keeps every field of a tool, known or not, and a dangling $ref costs nothing', async () => {
    const connection = await connect(stdioConfig())
    const odd = (await connection.listTools(patient)).find(({ name }) => name === 'odd')
    expect(odd).toEqual({
      name: 'odd',
      title: 'Odd one',
      description: 'odd',
      inputSchema: { type: 'object', $defs: { a: { type: 'string' } }, unevaluatedProperties: false },
      outputSchema: { type: 'object', properties: { x: { $ref: '#/$defs/nowhere' } } },
      annotations: { readOnlyHint: true, futureHint: 'maybe' },
      futureField: { nested: [1, { two: 2 }] },
      _meta: { 'example.com/rank': 3 },
    })
  })

  test('walks all pages in order', async () => {
    const connection = await connect(stdioConfig({ pages: 4 }))
    const names = (await connection.listTools(patient)).map(({ name }) => name)
    expect(names.slice(-4)).toEqual(['odd', 'page-1', 'page-2', 'page-3'])
    expect(new Set(names).size).toBe(names.length)
  })

  test('refuses a list whose cursor comes twice, instead of asking for ever', async () => {
    const connection = await connect(stdioConfig({ repeatCursor: true }))
    const error = await failureOf(connection.listTools(patient))
    expect(error.code).toBe('server_error')
    expect(error.message).toContain('same page cursor')
  })

  test('refuses a list of more than 1000 pages', async () => {
    const connection = await connect(stdioConfig({ pages: 1002 }))
    const error = await failureOf(connection.listTools(patient))
    expect(error.code).toBe('server_error')
    expect(error.message).toContain('more than 1000 pages')
  })

  test('leaves out entries without a name, says how many, and keeps the good ones', async () => {
    const warnings: string[] = []
    const connection = await connect(stdioConfig({ nameless: true, pages: 2 }), {}, (line) =>
      warnings.push(line),
    )
    const names = (await connection.listTools(patient)).map(({ name }) => name)
    expect(names.slice(-2)).toEqual(['odd', 'page-1'])
    expect(warnings).toEqual(['service "demo" lists 4 tools without a name; they are left out'])
  })

  test('one entry without a name was "1 tools"', async () => {
    const toolsFile = join(scratch(), 'tools.json')
    writeFileSync(toolsFile, JSON.stringify([{ description: 'nameless' }]))
    const warnings: string[] = []
    const connection = await connect(stdioConfig({ toolsFile }), {}, (line) => warnings.push(line))
    expect(await connection.listTools(patient)).toHaveLength(0)
    expect(warnings).toEqual(['service "demo" lists 1 tool without a name; it is left out'])
  })

  test('of a server without tools is empty, and nothing is asked', async () => {
    const connection = await connect(stdioConfig({ noTools: true }))
    expect(await connection.listTools(patient)).toEqual([])
  })
})

describe('callTool', () => {
  test('returns the whole result, unknown content types and fields included', async () => {
    const connection = await connect(stdioConfig())
    expect(await connection.callTool('rich', {}, patient)).toEqual({
      content: [
        { type: 'hologram', voxels: [1, 2, 3], annotations: { shade: 'blue' } },
        { type: 'text', text: 'plain', futureField: { deep: true } },
      ],
      structuredContent: { any: ['thing'] },
      futureResultField: 7,
      _meta: { 'example.com/trace': 'abc' },
    })
  })

  test('returns the failure of a tool as its result', async () => {
    const connection = await connect(stdioConfig())
    const result = await connection.callTool('broken', {}, patient)
    expect(result).toEqual({ isError: true, content: [{ type: 'text', text: 'it did not work' }] })
  })

  test('throws server_error with the words and the code of a JSON-RPC error', async () => {
    const connection = await connect(stdioConfig())
    const error = await failureOf(connection.callTool('refuse', {}, patient))
    expect(error.code).toBe('server_error')
    expect(error.message).toBe(
      'service "demo" answered with an error: the argument "text" is missing (code -32602)',
    )
  })

  test('does not take an error with a code that the SDK uses, too, for a lost connection', async () => {
    const connection = await connect(stdioConfig())
    const error = await failureOf(connection.callTool('trouble', {}, patient))
    expect(error.code).toBe('server_error')
    expect(error.message).toContain('Connection pool is empty (code -32000)')
  })

  test('throws timeout when no answer comes, sends the call once, and the connection stays good', async () => {
    const countFile = join(scratch(), 'count')
    const connection = await connect(stdioConfig({ countFile }))
    const error = await failureOf(connection.callTool('mute', {}, { timeoutMs: 200 }))
    expect(error.code).toBe('timeout')
    expect(error.message).toContain('"tools/call" to service "demo" took longer than 200 ms')
    await connection.callTool('echo', { text: 'still there' }, patient)
    expect(linesOf(countFile)).toEqual(['mute', 'echo'])
  })

  test('an answer that comes after its timeout disturbs nobody', async () => {
    const connection = await connect(stdioConfig())
    const late = await failureOf(connection.callTool('late', { ms: 150 }, { timeoutMs: 50 }))
    expect(late.code).toBe('timeout')
    const result = await connection.callTool('late', { ms: 250 }, patient)
    expect(result.content).toEqual([{ type: 'text', text: 'after 250 ms' }])
  })

  test('throws aborted when the caller gives up, with the reason, and sends the call once', async () => {
    const countFile = join(scratch(), 'count')
    const connection = await connect(stdioConfig({ countFile }))
    const abort = new AbortController()
    const call = connection.callTool('mute', {}, { ...patient, signal: abort.signal })
    await until(() => linesOf(countFile).length === 1)
    abort.abort(new Error('enough'))
    const error = await failureOf(call)
    expect(error.code).toBe('aborted')
    expect(error.cause).toEqual(new Error('enough'))
    expect(linesOf(countFile)).toEqual(['mute'])
  })

  test('sends nothing when the signal was aborted before', async () => {
    const countFile = join(scratch(), 'count')
    const connection = await connect(stdioConfig({ countFile }))
    const error = await failureOf(
      connection.callTool('echo', {}, { ...patient, signal: AbortSignal.abort() }),
    )
    expect(error.code).toBe('aborted')
    await connection.callTool('env', {}, patient)
    expect(linesOf(countFile)).toEqual(['env'])
  })

  test('leaves no listener behind on a signal that lives longer than the calls', async () => {
    const connection = await connect(stdioConfig({ pages: 20 }))
    const { signal } = new AbortController()
    const warned: Error[] = []
    const warn = (warning: Error): unknown => warned.push(warning)
    process.on('warning', warn)
    const options = { ...patient, signal }
    await Promise.all(Array.from({ length: 30 }, () => connection.callTool('echo', {}, options)))
    await connection.listTools(options)
    await connection.close()
    process.off('warning', warn)
    expect(warned).toEqual([])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('each progress notification restarts the timeout', async () => {
    const connection = await connect(stdioConfig())
    const seen: object[] = []
    const options = { timeoutMs: 900, onProgress: (progress: object) => seen.push(progress) }
    const result = await connection.callTool('progress', { steps: 4, every: 250 }, options)
    expect(result.content).toEqual([{ type: 'text', text: '4 steps' }])
    expect(seen).toEqual([1, 2, 3, 4].map((progress) => ({ progress, total: 4 })))
  })

  test('progress that comes together with the answer is told before it', async () => {
    const connection = await connect(stdioConfig())
    const seen: object[] = []
    await connection.callTool('burst', { steps: 3 }, { ...patient, onProgress: (one) => seen.push(one) })
    expect(seen).toEqual([1, 2, 3].map((progress) => ({ progress, total: 3 })))
  })

  test.each([
    () => {
      throw new Error('no terminal')
    },
    () => Promise.reject(new Error('no terminal')),
  ])('an onProgress that failed ended the host, or nobody heard of it (%#)', async (onProgress) => {
    const warnings: string[] = []
    const connection = await connect(stdioConfig(), {}, (line) => warnings.push(line))
    const result = await connection.callTool('burst', { steps: 2 }, { ...patient, onProgress })
    expect(result.content).toEqual([])
    await until(() => warnings.length > 1)
    expect(new Set(warnings)).toEqual(new Set(['onProgress of a call of service "demo" failed: no terminal']))
  })

  test('throws outcome_unknown when the server dies under it, with its last words, and ran once', async () => {
    const countFile = join(scratch(), 'count')
    const connection = await connect(stdioConfig({ countFile }))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    const waiting = failureOf(connection.callTool('mute', {}, patient))
    await until(() => linesOf(countFile).length === 1)
    const death = await failureOf(connection.callTool('die', {}, patient))
    const bystander = await waiting
    expect([death.code, bystander.code]).toEqual(['outcome_unknown', 'outcome_unknown'])
    expect(death.message).toContain('exited with code 7')
    expect(death.message).toContain('fatal: out of cheese')
    expect(death.hint).toContain('may have run')
    expect((await closed)?.message).toContain('exited with code 7')
    expect(linesOf(countFile)).toEqual(['mute', 'die'])
  })

  test('throws unreachable when the connection had ended before, so nothing was sent', async () => {
    const connection = await connect(stdioConfig())
    await connection.close()
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error.code).toBe('unreachable')
    expect(error.message).toBe('service "demo" is not connected any more')
  })

  test('throws outcome_unknown when the connection is closed under it', async () => {
    const countFile = join(scratch(), 'count')
    const connection = await connect(stdioConfig({ countFile }))
    const call = failureOf(connection.callTool('mute', {}, patient))
    await until(() => linesOf(countFile).length === 1)
    await connection.close()
    expect((await call).code).toBe('outcome_unknown')
  })
})

describe('the events of a connection', () => {
  test('onToolsChanged hears of list_changed', async () => {
    const connection = await connect(stdioConfig())
    const changed = new Promise<void>((resolve) => connection.onToolsChanged(resolve))
    await connection.callTool('change', {}, patient)
    await changed
  })

  test('onClose hears of close() without a reason, also when it listens afterwards', async () => {
    const connection = await connect(stdioConfig())
    const reasons: unknown[] = []
    connection.onClose((reason) => reasons.push(reason))
    await Promise.all([connection.close(), connection.close()])
    await new Promise<void>((resolve) => connection.onClose(() => resolve()))
    expect(reasons).toEqual([undefined])
  })
})
