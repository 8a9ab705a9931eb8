import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { answered } from '../src/connections/http/answered.ts'
import { createFetch } from '../src/connections/http/fetch.ts'
import { Wire } from '../src/connections/http/wire.ts'
import { MessageTooLong } from '../src/connections/message-limit.ts'
import { connect, failureOf, later, remoteConfig, startRemote, until } from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }

/** Closed after the test. */
function wire(): Wire {
  const made = new Wire()
  later(() => made.close())
  return made
}

const initialize = {
  method: 'POST',
  body: JSON.stringify({ method: 'initialize', params: {}, jsonrpc: '2.0', id: 0 }),
}

describe('Streamable HTTP', () => {
  test.each(['json', 'stream'])(
    'works with answers as %s, keeps every field, and ends its session',
    async (mode) => {
      const remote = await startRemote({ mode, pages: 3 })
      const connection = await connect(remoteConfig(remote.url))
      expect(connection.server).toMatchObject({ name: 'fixture', protocolVersion: '2025-11-25' })
      expect(connection.server.capabilities).toHaveProperty('futureCapability')
      const tools = await connection.listTools(patient)
      expect(tools.at(-1)?.name).toBe('page-2')
      expect(tools.find(({ name }) => name === 'odd')).toMatchObject({ annotations: { futureHint: 'maybe' } })
      const result = await connection.callTool('rich', {}, patient)
      expect(result).toMatchObject({
        futureResultField: 7,
        content: [{ voxels: [1, 2, 3] }, { futureField: {} }],
      })
      await connection.close()
      const { log } = await remote.seen()
      expect(log.at(-1)?.method).toBe('DELETE')
      expect(log.filter(({ rpc }) => rpc === 'tools/call')).toHaveLength(1)
      // The server hears of a closed stream a moment later.
      await expect.poll(async () => (await remote.seen()).streams).toBe(0)
    },
  )

  test('sends the headers of its config, and the password of its URL as basic authentication', async () => {
    const remote = await startRemote()
    await connect(remoteConfig(remote.url.replace('//', '//me:p%40ss@'), { headers: { 'X-Team': 'blue' } }))
    const [first] = (await remote.seen()).log
    expect(first?.headers).toMatchObject({
      'x-team': 'blue',
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    })
  })

  test('each progress notification restarts the timeout', async () => {
    const remote = await startRemote({ mode: 'stream' })
    const connection = await connect(remoteConfig(remote.url))
    const seen: unknown[] = []
    const options = { timeoutMs: 900, onProgress: (progress: object) => seen.push(progress) }
    await connection.callTool('progress', { steps: 4, every: 250 }, options)
    expect(seen).toHaveLength(4)
  })

  test('requests leave no listener behind on the signal that all of them share', async () => {
    const remote = await startRemote({ mode: 'stream' })
    const { signal } = new AbortController()
    const guarded = createFetch({ wire: wire(), home: new URL(remote.url), onGetError: () => {} })
    const nowhere = createFetch({ wire: wire(), home: new URL('http://127.0.0.1:1/'), onGetError: () => {} })
    const answers = await Promise.all([
      guarded(new URL('/log', remote.url), { signal }).then((response) => response.text()),
      guarded(remote.url, { signal, ...initialize }).then(async (response) =>
        JSON.stringify(await response.json()),
      ),
      nowhere('http://127.0.0.1:1/', { signal }).then(
        () => '',
        (error: Error) => error.message,
      ),
    ])
    expect(answers.map((answer) => answer.length > 0)).toEqual([true, true, true])
    // A stream is read to its end after its answer was taken out.
    await expect.poll(() => getEventListeners(signal, 'abort')).toEqual([])
  })

  test('the shared signal still ends a request whose answer is being read', async () => {
    const remote = await startRemote({ mode: 'sse' })
    const abort = new AbortController()
    const response = await createFetch({ wire: wire(), home: new URL(remote.url), onGetError: () => {} })(
      remote.url,
      {
        signal: abort.signal,
      },
    )
    const rest = failureOf(new Response(response.body).text())
    abort.abort()
    expect((await rest).name).toBe('AbortError')
  })
})

describe('the older SSE transport', () => {
  test.each(['http', 'sse'] as const)('is found from type %s', async (type) => {
    const remote = await startRemote({ mode: 'sse', pages: 2 })
    const connection = await connect(remoteConfig(remote.url, { type }))
    expect(connection.server.capabilities).toHaveProperty('futureCapability')
    expect((await connection.listTools(patient)).at(-1)?.name).toBe('page-1')
    const result = await connection.callTool('rich', {}, patient)
    expect(result).toMatchObject({ futureResultField: 7, content: [{ type: 'hologram' }, {}] })
    const { log } = await remote.seen()
    expect(log[0]?.method).toBe(type === 'http' ? 'POST' : 'GET')
    await connection.close()
    await until(async () => (await remote.seen()).streams === 0)
  })

  test('that sends its clients to another host is refused, and nothing is sent there', async () => {
    const other = await startRemote({ mode: 'sse' })
    const remote = await startRemote({ mode: 'sse', endpoint: new URL('/messages', other.url).href })
    const headers = { Authorization: 'Bearer s3cret-s3cret' }
    const error = await failureOf(connect(remoteConfig(remote.url, { type: 'sse', headers })))
    expect(error).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(new URL(other.url).origin),
    })
    expect((await other.seen()).log).toEqual([])
    await until(async () => (await remote.seen()).streams === 0)
  })

  test('ends with its event stream: calls fail as outcome_unknown, and the owner is told', async () => {
    const remote = await startRemote({ mode: 'sse', onCall: 'endStreams' })
    const connection = await connect(remoteConfig(remote.url, { type: 'sse' }))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error.code).toBe('outcome_unknown')
    expect((await closed)?.message).toContain('closed its event stream')
    const next = await failureOf(connection.callTool('echo', {}, patient))
    expect(next.code).toBe('unreachable')
  })
})

describe('a remote server that cannot be reached', () => {
  test('because nothing listens, is unreachable: names host and port and the reason in plain words', async () => {
    const remote = await startRemote()
    await remote.stop()
    const { host } = new URL(remote.url)
    for (const type of ['http', 'sse'] as const) {
      const error = await failureOf(connect(remoteConfig(remote.url, { type })))
      expect(error.code).toBe('unreachable')
      expect(error.message).toBe(
        `service "demo" at ${host} was not reached: nothing listens there (ECONNREFUSED)`,
      )
    }
  })

  test('because there is no such host, says so', async () => {
    const error = await failureOf(connect(remoteConfig('http://no-such-host.invalid/mcp')))
    expect(error.code).toBe('unreachable')
    expect(error.message).toMatch(/no-such-host\.invalid was not reached: .*(ENOTFOUND|EAI_AGAIN)/)
  })

  test('because it does not speak TLS, says so', async () => {
    const remote = await startRemote()
    const error = await failureOf(connect(remoteConfig(remote.url.replace('http:', 'https:'))))
    expect(error.code).toBe('unreachable')
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ (?:was not reached|gave no answer): .*TLS/)
  })

  test.each([401, 403])('because it answers %i, needs credentials, and shows none', async (status) => {
    const remote = await startRemote({ status, body: '{"error":"token s3cret-s3cret is void"}' })
    const headers = { Authorization: 'Bearer s3cret-s3cret' }
    for (const type of ['http', 'sse'] as const) {
      const error = await failureOf(connect(remoteConfig(remote.url, { type, headers })))
      expect(error.code).toBe('auth_required')
      expect(error.message).toContain(`HTTP ${status}`)
      expect(error.message).not.toContain('s3cret')
      expect(error.hint).toContain('headers')
    }
  })

  test('because nothing of MCP is there, says what each transport met', async () => {
    const remote = await startRemote({ status: 404 })
    const error = await failureOf(connect(remoteConfig(remote.url)))
    expect(error.code).toBe('unreachable')
    expect(error.message).toMatch(/is not there \(HTTP 404\).*older SSE.*is not there \(HTTP 404\)/)
    expect(error.hint).toContain('/mcp')
  })

  test.each(['http', 'sse'] as const)('because it is a web site, says so (%s)', async (type) => {
    const remote = await startRemote({ mode: 'html' })
    const error = await failureOf(connect(remoteConfig(remote.url, { type })))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('does not answer as an MCP server')
    expect(error.message).toContain('text/html')
  })

  test.each(['no json', '{"no":"message"}'])('because it answers %s, says so', async (body) => {
    const remote = await startRemote({ mode: 'text', body })
    const error = await failureOf(connect(remoteConfig(remote.url)))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('answered with something that is no MCP message')
  })

  test.each(['json', 'stream', 'sse'])('because it never answers (%s), is a timeout', async (mode) => {
    const remote = await startRemote({ mode, muteInitialize: true })
    const error = await failureOf(connect(remoteConfig(remote.url), { timeoutMs: 400 }))
    expect(error.code).toBe('timeout')
    await until(async () => (await remote.seen()).streams === 0)
  })

  test('because URL or header are no such thing, is bad_config and repeats no value', async () => {
    const url = await failureOf(connect(remoteConfig('ftp://s3cret')))
    const header = await failureOf(
      connect(remoteConfig('http://x/', { headers: { Key: 's3cret\nInjected: 1' } })),
    )
    expect([url.code, header.code]).toEqual(['bad_config', 'bad_config'])
    expect(header.message).toContain('"Key"')
    expect(url.message + header.message).not.toContain('s3cret')
  })
})

describe('an answer of a remote server', () => {
  test.each(['json', 'stream', 'sse'])('of 11 MB arrives whole (%s)', async (mode) => {
    const remote = await startRemote({ mode })
    const connection = await connect(remoteConfig(remote.url))
    const result = await connection.callTool('big', { bytes: 11_000_000 }, patient)
    expect(result.content?.[0]?.['text']).toHaveLength(11_000_000)
  })

  test.each(['json', 'stream', 'sse'])('of more than 64 MiB is refused, and says so (%s)', async (mode) => {
    const remote = await startRemote({ mode })
    const connection = await connect(remoteConfig(remote.url))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    const error = await failureOf(connection.callTool('big', { bytes: 68_000_000 }, patient))
    expect(error.code).toBe('outcome_unknown')
    expect(error.message).toBe('service "demo" sent a message of more than 64 MiB')
    expect((await closed)?.message).toContain('more than 64 MiB')
  })

  test('that says no without an end is read as far as it is of use', async () => {
    const remote = await startRemote({ status: 500, endless: true, body: 'out of cheese\n' })
    const error = await failureOf(connect(remoteConfig(remote.url)))
    expect(error.message).toBe('service "demo" answered HTTP 500: out of cheese')
  })

  test('in a stream may be one of any number, if each has less than its limit', async () => {
    const event = `id: 7\r\ndata: ${'x'.repeat(600)}\r\n\r\n`
    const stream = new Blob([event.repeat(500)]).stream()
    const ends: unknown[] = []
    const onEnd = (error?: Error): unknown => ends.push(error)
    const text = await new Response(answered(stream, { id: undefined, limit: 1000, onEnd })).text()
    expect(text).toBe(event.repeat(500))
    const long = new Blob([event, 'data: ', 'x'.repeat(200_000)]).stream()
    await failureOf(new Response(answered(long, { id: undefined, limit: 1000, onEnd })).text())
    expect(ends).toEqual([undefined, expect.any(MessageTooLong)])
  })
})

describe('a call to a remote server', () => {
  test.each(['cut', 'end', 'cutMidway'])(
    'is outcome_unknown when the connection breaks (%s), at once and sent once',
    async (onCall) => {
      const remote = await startRemote({ mode: 'stream', onCall })
      const connection = await connect(remoteConfig(remote.url))
      const error = await failureOf(connection.callTool('echo', { text: 'x' }, { timeoutMs: 25_000 }))
      expect(error.code).toBe('outcome_unknown')
      expect(error.message).not.toContain('not reached')
      const { log } = await remote.seen()
      expect(log.filter(({ rpc }) => rpc === 'tools/call')).toHaveLength(1)
    },
  )

  test.each(['json', 'stream'])(
    'lost its answer for a field beside the result that nobody knows (%s)',
    async (mode) => {
      const remote = await startRemote({ mode, sloppy: true })
      const connection = await connect(remoteConfig(remote.url))
      const result = await connection.callTool('echo', { text: 'hi' }, patient)
      expect(result).toEqual({ content: [{ type: 'text', text: 'hi' }] })
      const error = await failureOf(connection.callTool('refuse', {}, patient))
      expect(error).toMatchObject({
        code: 'server_error',
        message: 'service "demo" answered with an error: "the argument \\"text\\" is missing" (code -32603)',
      })
    },
  )

  test('is resumed, not sent again, when its stream can be', async () => {
    const remote = await startRemote({ mode: 'stream', onCall: 'cutResumable', resume: 'answer' })
    const connection = await connect(remoteConfig(remote.url))
    const result = await connection.callTool('echo', { text: 'x' }, patient)
    expect(result.content).toEqual([{ type: 'text', text: 'x' }])
    const { log } = await remote.seen()
    expect(log.filter(({ rpc }) => rpc === 'tools/call')).toHaveLength(1)
  })

  test.each([
    [405, 1],
    [404, 1],
    [503, 2],
    ['end', 1],
    ['cut', 2],
  ])('whose stream could not be resumed ran out of its time (%s)', async (resume, attempts) => {
    const remote = await startRemote({ mode: 'stream', onCall: 'cutResumable', resume })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', { text: 'x' }, { timeoutMs: 600_000 }))
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      message: 'service "demo" closed the connection without an answer',
    })
    const { log } = await remote.seen()
    expect(log.filter(({ rpc }) => rpc === 'tools/call')).toHaveLength(1)
    const resumptions = log.filter(({ headers }) => headers['last-event-id'] !== undefined)
    expect(resumptions.map(({ headers }) => headers['last-event-id'])).toEqual(Array(attempts).fill('1'))
  })

  test('that is resumed and not answered is a timeout', async () => {
    const remote = await startRemote({ mode: 'stream', onCall: 'cutResumable' })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', { text: 'x' }, { timeoutMs: 1500 }))
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('may have run') })
    const { log } = await remote.seen()
    expect(log.filter(({ rpc }) => rpc === 'tools/call')).toHaveLength(1)
    expect(log.find(({ headers }) => headers['last-event-id'])).toMatchObject({ method: 'GET' })
  })

  test('is outcome_unknown when a proxy answers for the server', async () => {
    const remote = await startRemote({ onCall: 503 })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error.code).toBe('outcome_unknown')
    expect(error.message).toContain('(HTTP 503: try later)')
  })

  test.each(['json', 'stream', 'sse'])(
    'was sent where its connection is cut, and it is said so (%s)',
    async (mode) => {
      const remote = await startRemote({ mode, onCall: 'cut' })
      const connection = await connect(remoteConfig(remote.url))
      const error = await failureOf(connection.callTool('echo', {}, patient))
      expect(error).toMatchObject({
        code: 'outcome_unknown',
        message: `service "demo" at ${new URL(remote.url).host} gave no answer: the connection was cut (ECONNRESET)`,
        hint: expect.stringContaining('It may have run.'),
      })
    },
  )

  test.each([200, 204])('is outcome_unknown when it is answered with HTTP %i and no MCP', async (onCall) => {
    const remote = await startRemote({ onCall })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      message: expect.stringContaining('does not answer as an MCP server'),
      hint: expect.stringContaining('It may have run.'),
    })
    const { log } = await remote.seen()
    expect(log.filter(({ rpc }) => rpc === 'tools/call')).toHaveLength(1)
  })

  test('is unreachable, so never ran, when nothing listens any more', async () => {
    const remote = await startRemote()
    const connection = await connect(remoteConfig(remote.url))
    await remote.stop()
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error.code).toBe('unreachable')
  })

  test('is auth_required when the credentials are no good any more', async () => {
    const remote = await startRemote({ onCall: 401 })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error.code).toBe('auth_required')
  })

  test('is a timeout when no answer comes, and the next one works', async () => {
    const remote = await startRemote({ mode: 'stream' })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('mute', {}, { timeoutMs: 200 }))
    expect(error.code).toBe('timeout')
    const result = await connection.callTool('echo', { text: 'hi' }, patient)
    expect(result.content).toEqual([{ type: 'text', text: 'hi' }])
  })
})
