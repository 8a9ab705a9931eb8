import { describe, expect, test } from 'vitest'
import { connect, failureOf, linesOf, remoteConfig, scratch, startRemote } from './connections-fixtures.ts'
import { open } from './stores.ts'

const patient = { timeoutMs: 10_000 }

const rpc = (id: string, message: string, code = -32001): string =>
  `{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":"${message}"}}`

describe('a session that its server has forgotten is proven by', () => {
  test.each([
    [404, 'an empty body', ''],
    [404, 'plain text', 'session not found\n'],
    [404, "the SDK's error", rpc('null', 'Session not found')],
    [
      404,
      'an error without an id',
      '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"}}',
    ],
    [404, "the error of Python's SDK", rpc('"server-error"', 'Session has been terminated', -32600)],
    [400, "the SDK's error", rpc('null', 'Bad Request: No valid session ID provided', -32000)],
    [400, "the SDK's error of a server anew", rpc('null', 'Bad Request: Server not initialized', -32000)],
    [400, "the text of Python's SDK", 'Bad Request: No valid session ID provided'],
  ])('HTTP %i with %s: the call is made, once', async (unknownSession, _what, unknownBody) => {
    const countFile = `${scratch()}/count`
    const remote = await startRemote({ unknownSession, unknownBody, countFile })
    const connection = await connect(remoteConfig(remote.url))
    await remote.forget()
    const { content } = await connection.callTool('echo', { text: 'again' }, patient)
    expect(content).toEqual([{ type: 'text', text: 'again' }])
    expect(linesOf(countFile)).toEqual(['echo'])
  })
})

const may = { code: 'outcome_unknown', hint: 'It may have run. Find out before you call it again.' }

describe('a call that ran and is answered with HTTP', () => {
  test.each([
    [404, '{"error":"order 7 not found after charging"}'],
    [404, '<html>not found</html>'],
    [404, rpc('99', 'Session not found')],
    [404, rpc('null', 'order 7 not found')],
    [404, `event: message\ndata: ${rpc('$id', 'no such order')}`],
    [400, '{"error":"payment session of customer 7 has expired"}'],
    [400, 'payment session has expired'],
    [400, rpc('99', 'no such training session', -32602)],
    [400, rpc('null', 'no such customer', -32602)],
    [500, '<html>'],
    [500, '{}'],
    [408, ''],
    [409, '{}'],
    [422, '{"error":"session"}'],
    [303, ''],
  ])('%i and %s is sent once, and may have run; the next one works', async (status, body) => {
    const countFile = `${scratch()}/count`
    const headers = { 'retry-after': '3', ...(status === 303 && { location: '/elsewhere' }) }
    const remote = await startRemote({ onCall: { status, body, headers }, countFile })
    const connection = await connect(remoteConfig(remote.url))
    expect(await failureOf(connection.callTool('echo', {}, patient))).toMatchObject(may)
    expect(linesOf(countFile)).toEqual(['echo'])
    expect(await connection.request('ping', {}, patient)).toEqual({})
    expect(await failureOf(connection.callTool('echo', {}, patient))).toMatchObject(may)
    expect(linesOf(countFile)).toEqual(['echo', 'echo'])
  })

  test.each([404, 400, 500, 503])(
    '%i and an error to this very request is the word of the server',
    async (status) => {
      const countFile = `${scratch()}/count`
      const body = rpc('$id', 'no such training session', -32602)
      const remote = await startRemote({
        onCall: { status, body, headers: { 'retry-after': '3' } },
        countFile,
      })
      const connection = await connect(remoteConfig(remote.url))
      const error = await failureOf(connection.callTool('echo', {}, patient))
      expect(error).toMatchObject({
        code: 'server_error',
        message: `service "demo" answered HTTP ${status}: no such training session`,
        hint: undefined,
      })
      expect(linesOf(countFile)).toEqual(['echo'])
    },
  )

  test.each([413, 405, 415, 429])('%i did not run, and it is said so', async (status) => {
    const remote = await startRemote({ onCall: status })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error).toMatchObject({
      code: 'server_error',
      hint: expect.stringContaining('It was turned away, and did not run.'),
    })
    const { log } = await remote.seen()
    expect(log.filter((request) => request.rpc === 'tools/call')).toHaveLength(1)
  })

  test.each([413, 429])(
    '%i and an error to this very request may have run, and nothing else is said of it',
    async (status) => {
      const countFile = `${scratch()}/count`
      const body = rpc('$id', 'the upstream is busy', -32000)
      const remote = await startRemote({ onCall: { status, body }, countFile })
      const ctx = (await open()).forStore()
      await ctx.addService({ demo: { url: remote.url } })
      const error = await failureOf(ctx.useTool('demo/echo', { text: 'x' }))
      expect(error).toMatchObject({ code: 'server_error', hint: undefined })
      expect(linesOf(countFile)).toEqual(['echo'])
      expect(await ctx.toolStats()).toMatchObject([{ tool: 'echo', calls: 1, errors: 1 }])
    },
  )

  test('400 counts as one that failed; what was turned away unread does not count', async () => {
    const [broken, busy] = [
      await startRemote({ onCall: { status: 400, body: '{"error":"the session of customer 7"}' } }),
      await startRemote({ onCall: 429 }),
    ]
    const ctx = (await open()).forStore()
    await ctx.addService({ broken: { url: broken.url }, busy: { url: busy.url } })
    expect((await failureOf(ctx.useTool('broken/echo', { text: 'x' }))).code).toBe('outcome_unknown')
    expect((await failureOf(ctx.useTool('busy/echo', { text: 'x' }))).code).toBe('server_error')
    expect(await ctx.toolStats()).toMatchObject([{ service: 'broken', tool: 'echo', calls: 1, errors: 1 }])
  })
})

test.each([
  ['json', 307, 'server_error'],
  ['stream', 308, 'server_error'],
  ['json', 302, 'outcome_unknown'],
  ['sse', 307, 'server_error'],
])(
  'the error of a call that is redirected elsewhere names the place, without credentials (%s, %i)',
  async (mode, status, code) => {
    const headers = { location: 'http://me:s3cret@127.0.0.2:1/mcp?token=s3cret' }
    const remote = await startRemote({ mode, onCall: { status, headers } })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error).toMatchObject({
      code,
      message: `service "demo" redirects to http://127.0.0.2:1/mcp (HTTP ${status})`,
      hint: expect.stringContaining(status === 302 ? 'Find out' : 'write it as "url"'),
    })
  },
)

test.each([
  [304, {}, 'outcome_unknown', 'answered HTTP 304'],
  [
    302,
    { location: 'urn:elsewhere' },
    'outcome_unknown',
    'redirects, and is not followed any further (HTTP 302)',
  ],
  [307, { location: '/mcp' }, 'server_error', 'redirects, and is not followed any further (HTTP 307)'],
])(
  'a call that is answered with HTTP %i and %j is told what that is',
  async (status, headers, code, words) => {
    const countFile = `${scratch()}/count`
    const remote = await startRemote({ countFile, onCall: { status, headers, unrun: true } })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect([error.code, error.message]).toEqual([code, `service "demo" ${words}`])
    expect(linesOf(countFile)).toEqual([])
  },
)

test('a redirect within the service is followed, by a call too, which is run once', async () => {
  const countFile = `${scratch()}/count`
  const remote = await startRemote({
    countFile,
    onCall: { status: 307, headers: { location: '/mcp/' }, unrun: true },
    onCalls: 1,
  })
  const connection = await connect(remoteConfig(remote.url))
  expect((await connection.callTool('echo', { text: 'x' }, patient)).content).toEqual([
    { type: 'text', text: 'x' },
  ])
  expect(linesOf(countFile)).toEqual(['echo'])
})

test('a call that may have met a forgotten session takes no other with it, and the next one has a new session', async () => {
  const remote = await startRemote({ mode: 'stream', unknownBody: '{"error":"unknown"}' })
  const connection = await connect(remoteConfig(remote.url))
  const slow = connection.callTool('late', { ms: 600 }, patient)
  const seen = async (what: string): Promise<number> =>
    (await remote.seen()).log.filter(({ rpc: method }) => method === what).length
  await expect.poll(() => seen('tools/call')).toBe(1)
  await remote.forget()
  expect(await failureOf(connection.callTool('echo', {}, patient))).toMatchObject(may)
  expect((await connection.callTool('echo', { text: 'x' }, patient)).content).toEqual([
    { type: 'text', text: 'x' },
  ])
  expect((await slow).content).toEqual([{ type: 'text', text: 'after 600 ms' }])
  expect([await seen('tools/call'), await seen('initialize')]).toEqual([3, 2])
})
