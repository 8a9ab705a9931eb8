import { expect, test } from 'vitest'
import { type Connection, ConnectionPool, type Connector, createConnector } from '../src/connections/index.ts'
import { storeError } from '../src/errors.ts'
import { failureOf, later, type Remote, remoteConfig, startRemote } from './connections-fixtures.ts'

function connectPatiently(remote: Remote, type: 'http' | 'sse', timeoutMs = 25_000): Promise<Connection> {
  const pool = new ConnectionPool({ connector: createConnector() })
  later(() => pool.closeAll())
  const target = { id: 'demo', service: 'demo', key: 'k', config: remoteConfig(remote.url, { type }) }
  return pool.use(target, { timeoutMs }, async (connection) => connection)
}

test.each([
  [429, 'http', 'json', false],
  [503, 'http', 'json', true],
  [429, 'sse', 'sse', true],
  [503, 'sse', 'sse', false],
] as const)(
  'a server that answers %i with Retry-After is asked again when it says (%s)',
  async (status, type, mode, date) => {
    const remote = await startRemote({ mode, busy: { status, seconds: 1, date } })
    await connectPatiently(remote, type)
    const { log } = await remote.seen()
    // Turned away once: whoever came before its time would have been turned away again.
    const first = type === 'http' ? 'POST' : 'GET'
    expect(log.slice(0, 2).map(({ method }) => method)).toEqual([first, first])
    expect(log[2]?.rpc).toBe('initialize')
  },
)

test.each([429, 503])('one that asks for more time than there is is not asked again (%i)', async (status) => {
  for (const type of ['http', 'sse'] as const) {
    const remote = await startRemote({ busy: { status, seconds: 60 } })
    const error = await failureOf(connectPatiently(remote, type))
    expect(error).toMatchObject({ code: 'unreachable', hint: expect.stringContaining('Try again in 60 s') })
    expect((await remote.seen()).log).toHaveLength(1)
  }
})

test('whoever was refused is told that, also where time runs out while it is tried again', async () => {
  const real = createConnector()
  const codes: string[] = []
  const connect: Connector['connect'] = async (service, ...rest) => {
    const error =
      codes.length === 0
        ? await failureOf(real.connect(service, ...rest))
        : storeError('timeout', 'connecting took too long')
    codes.push(error.code)
    throw error
  }
  const pool = new ConnectionPool({ connector: { ...real, connect } })
  later(() => pool.closeAll())
  const config = remoteConfig('http://127.0.0.1:1/mcp', { type: 'http' })
  const target = { id: 'demo', service: 'demo', key: 'k', config }
  const error = await failureOf(pool.use(target, { timeoutMs: 60_000 }, async () => {}))
  expect(codes).toEqual(['unreachable', 'timeout'])
  expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
})
