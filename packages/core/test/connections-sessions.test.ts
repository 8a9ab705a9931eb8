import { describe, expect, test } from 'vitest'
import { LastingConnection } from '../src/connections/http/lasting-connection.ts'
import { type Connection, ConnectionPool, createConnector } from '../src/connections/index.ts'
import { verdictError } from '../src/connections/verdict.ts'
import {
  connect,
  failureOf,
  later,
  linesOf,
  type Remote,
  remoteConfig,
  scratch,
  startRemote,
} from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }

/** How often the server was asked for this: a JSON-RPC or an HTTP method. */
async function times(remote: Remote, method: string): Promise<number> {
  const { log } = await remote.seen()
  return log.filter((request) => request.rpc === method || request.method === method).length
}

describe('a session that its server has forgotten', () => {
  test.each([
    ['json', 404],
    ['stream', 404],
    ['json', 400],
  ])('is begun anew, and the call is made once (%s, HTTP %i)', async (mode, unknownSession) => {
    const countFile = `${scratch()}/count`
    const remote = await startRemote({ mode, unknownSession, countFile })
    const connection = await connect(remoteConfig(remote.url))
    await remote.forget()
    const { content } = await connection.callTool('echo', { text: 'again' }, patient)
    expect(content).toEqual([{ type: 'text', text: 'again' }])
    expect(linesOf(countFile)).toEqual(['echo'])
    expect(await times(remote, 'initialize')).toBe(2)
  })

  test('is begun anew without asking its server once more what it speaks', async () => {
    const remote = await startRemote()
    const connection = await connect(remoteConfig(remote.url))
    await remote.forget()
    await connection.callTool('echo', { text: 'again' }, patient)
    expect(await times(remote, 'initialize')).toBe(2)
    expect(await times(remote, 'server/discover')).toBe(1)
  })

  test('is begun anew for a list, and for any other request', async () => {
    const remote = await startRemote({ pages: 3 })
    const connection = await connect(remoteConfig(remote.url))
    await remote.forget()
    expect((await connection.listTools(patient)).at(-1)?.name).toBe('page-2')
    await remote.forget()
    expect(await connection.request('ping', {}, patient)).toEqual({})
    expect(await times(remote, 'initialize')).toBe(3)
  })

  test('is begun anew once for all who notice, and each call is made once', async () => {
    const countFile = `${scratch()}/count`
    const remote = await startRemote({ countFile })
    const connector = createConnector()
    const pool = new ConnectionPool({ connector })
    later(() => pool.closeAll())
    const target = { id: 'demo', service: 'demo', key: 'k', config: remoteConfig(remote.url) }
    const call = (text: string): Promise<unknown> =>
      pool.use(target, patient, (connection) => connection.callTool('echo', { text }, patient))
    await call('before')
    await remote.forget()
    const results = await Promise.all(Array.from({ length: 32 }, (_, index) => call(`${index}`)))
    expect(results).toEqual(
      Array.from({ length: 32 }, (_, index) => ({ content: [{ type: 'text', text: `${index}` }] })),
    )
    expect(linesOf(countFile)).toHaveLength(33)
    expect(await times(remote, 'initialize')).toBe(2)
  })

  test('takes nothing with it that is still under way', async () => {
    const remote = await startRemote({ mode: 'stream' })
    const connection = await connect(remoteConfig(remote.url))
    const slow = connection.callTool('late', { ms: 600 }, patient)
    await expect.poll(() => times(remote, 'tools/call')).toBe(1)
    await remote.forget()
    await connection.callTool('echo', { text: 'x' }, patient)
    expect((await slow).content).toEqual([{ type: 'text', text: 'after 600 ms' }])
  })

  test('goes on telling of changes to the list', async () => {
    const remote = await startRemote({ mode: 'stream' })
    const connection = await connect(remoteConfig(remote.url))
    let changes = 0
    connection.onToolsChanged(() => changes++)
    await remote.forget()
    await connection.callTool('change', {}, patient)
    await expect.poll(() => changes).toBe(1)
  })

  test('is not begun for ever: at a server that forgets each at once a call fails, as one that never ran', async () => {
    const countFile = `${scratch()}/count`
    const remote = await startRemote({ onCall: 'forget', countFile })
    const connection = await connect(remoteConfig(remote.url))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('Session not found'),
    })
    expect((await closed)?.message).toContain('Session not found')
    expect(linesOf(countFile)).toEqual([])
    expect(await times(remote, 'initialize')).toBe(2)
    expect(await times(remote, 'tools/call')).toBe(2)
  })

  test('is not what an answer that was lost is taken for: the call is sent once', async () => {
    const remote = await startRemote({ onCall: 'cut' })
    const connection = await connect(remoteConfig(remote.url))
    expect(await failureOf(connection.callTool('echo', {}, patient))).toMatchObject({
      code: 'outcome_unknown',
    })
    expect(await times(remote, 'tools/call')).toBe(1)
    expect(await times(remote, 'initialize')).toBe(1)
  })

  test('that cannot be begun anew ends the connection, and the call never ran', async () => {
    const remote = await startRemote({ onCall: 'forget', onlyInitialize: 1 })
    const connection = await connect(remoteConfig(remote.url))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    const error = await failureOf(connection.callTool('echo', {}, patient))
    expect(error.code).toBe('unreachable')
    expect((await closed)?.message).toContain('HTTP 500')
    expect(await times(remote, 'tools/call')).toBe(1)
  })

  test('whose successor is long in coming keeps no call longer than it may take', async () => {
    const remote = await startRemote({ onCall: 'forget', muteAfter: 1 })
    const connection = await connect(remoteConfig(remote.url))
    const error = await failureOf(connection.callTool('echo', {}, { timeoutMs: 300 }))
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('was not sent') })
    await connection.close()
    expect(await times(remote, 'tools/call')).toBe(1)
  })
})

test('what a call may take in all includes what was lost with a forgotten session, and the next one has time of its own', async () => {
  const began = performance.now()
  const given: (number | undefined)[] = []
  const config = remoteConfig('http://127.0.0.1:1/mcp')
  const forgotten = { fate: 'unsent', words: 'no longer knows this session', expired: true } as const
  const session: Connection = {
    server: { capabilities: {} } as Connection['server'],
    listTools: async () => [],
    callTool: async (_tool, _args, { totalTimeoutMs }) => {
      given.push(totalTimeoutMs)
      await expect.poll(() => performance.now() - began).toBeGreaterThan(50)
      if (given.length === 1) throw verdictError({ service: 'demo', config }, 'call', forgotten)
      return {}
    },
    request: async () => ({}),
    check: async () => {},
    onClose: () => {},
    onToolsChanged: () => {},
    close: async () => {},
  }
  const opened: number[] = []
  const connection = await LastingConnection.open('demo', { timeoutMs: 1000 }, async ({ timeoutMs }) => {
    opened.push(timeoutMs)
    return session
  })
  await connection.callTool('echo', {}, { timeoutMs: 10_000, totalTimeoutMs: 10_000 })
  const [first, second] = given as [number, number]
  expect(first).toBeLessThanOrEqual(10_000)
  expect(second).toBeLessThanOrEqual(10_000 - 50)
  // Who opened the first session was in a hurry; who needs the second is not.
  expect(opened).toEqual([1000, 30_000])
})

describe('the farewell to a session', () => {
  test.each([undefined, 405, 500, 'hang'])('is said once, and closes all (answer: %s)', async (onDelete) => {
    const remote = await startRemote({ mode: 'stream', onDelete })
    const connection = await connect(remoteConfig(remote.url))
    await expect.poll(async () => (await remote.seen()).streams).toBe(1)
    await connection.close()
    expect(await times(remote, 'DELETE')).toBe(1)
    await expect.poll(async () => (await remote.seen()).streams).toBe(0)
  })

  test('is not said to one that the server has forgotten', async () => {
    const remote = await startRemote()
    const connection = await connect(remoteConfig(remote.url))
    await remote.forget()
    await connection.callTool('echo', { text: 'x' }, patient)
    await connection.close()
    // The one is for the session that came after.
    expect(await times(remote, 'DELETE')).toBe(1)
  })
})
