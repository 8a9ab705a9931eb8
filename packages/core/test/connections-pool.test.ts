import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type Connection,
  ConnectionPool,
  type Connector,
  createConnector,
  markTransient,
  type PoolOptions,
  type RequestOptions,
  type ToolResult,
} from '../src/connections/index.ts'
import { type ErrorCode, storeError } from '../src/errors.ts'
import {
  failureOf,
  later,
  linesOf,
  runningInGroup,
  scratch,
  stdioConfig,
  until,
} from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }
const config = { type: 'stdio', command: 'never-run' } as const
const demo = { id: 'demo', service: 'demo', key: 'k1', config }

/** A connection that lives in this process. */
class FakeConnection implements Connection {
  closed = 0
  isEnding = false
  #listeners: ((reason: Error | undefined) => void)[] = []
  readonly server = {} as Connection['server']
  listTools = async (): Promise<[]> => []
  request = async (): Promise<Record<string, unknown>> => ({})
  callTool = async (): Promise<ToolResult> => ({})
  check = async (_options: RequestOptions): Promise<void> => {}
  onToolsChanged(): void {}
  onClose(listener: (reason: Error | undefined) => void): void {
    this.#listeners.push(listener)
  }
  end(reason?: Error): void {
    for (const listener of this.#listeners.splice(0)) listener(reason)
  }
  async close(): Promise<void> {
    this.closed++
    this.end()
  }
}

interface Fake {
  pool: ConnectionPool
  opened: FakeConnection[]
  /** The options of each connect, in order. */
  connects: RequestOptions[]
}

/** A pool on a connector that does what the next of `steps` says, and connects when there are no more. */
function fakePool(
  steps: ((options: RequestOptions) => unknown)[] = [],
  options: Partial<PoolOptions> = {},
): Fake {
  const fake = { opened: [] as FakeConnection[], connects: [] as RequestOptions[] }
  const connector: Connector = {
    async connect(_service, _config, request) {
      fake.connects.push(request)
      await steps[fake.connects.length - 1]?.(request)
      const connection = new FakeConnection()
      fake.opened.push(connection)
      return connection
    },
  }
  const pool = new ConnectionPool({ connector, ...options })
  later(() => pool.closeAll())
  return { ...fake, pool }
}

const failing =
  (code: ErrorCode, text = 'no') =>
  (): never => {
    throw storeError(code, text)
  }
const failingInPassing = (text: string) => (): never => {
  throw markTransient(storeError('unreachable', text))
}
const untilAborted = ({ signal }: RequestOptions): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(storeError('aborted', 'as asked')))
  })

/** A promise to be settled by hand. */
function gate(): { promise: Promise<void>; open: () => void } {
  let open = (): void => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

describe('sharing', () => {
  test('all who come at the same time, and later, share one connection', async () => {
    const { pool, opened } = fakePool()
    const seen = await Promise.all(
      [1, 2, 3].map(() => pool.use(demo, patient, async (connection) => connection)),
    )
    seen.push(await pool.use(demo, patient, async (connection) => connection))
    expect(opened).toHaveLength(1)
    expect(new Set(seen)).toEqual(new Set(opened))
  })

  test('each service has its own', async () => {
    const { pool, opened } = fakePool()
    for (const id of ['a', 'b', 'a']) await pool.use({ ...demo, id }, patient, async () => {})
    expect(opened).toHaveLength(2)
  })

  test('what the work returns and throws comes through, and a failure is not repeated', async () => {
    const { pool, connects } = fakePool()
    expect(await pool.use(demo, patient, async () => 42)).toBe(42)
    let runs = 0
    const error = await failureOf(
      pool.use(demo, patient, async () => {
        runs++
        throw markTransient(storeError('outcome_unknown', 'lost'))
      }),
    )
    expect(error.message).toBe('lost')
    expect([runs, connects.length]).toEqual([1, 1])
  })

  test('another key opens another connection; the old one ends with its last user', async () => {
    const { pool, opened } = fakePool()
    const busy = gate()
    const work = pool.use(demo, patient, () => busy.promise)
    await until(() => opened.length === 1)
    await pool.use({ ...demo, key: 'k2' }, patient, async () => {})
    expect(opened.map(({ closed }) => closed)).toEqual([0, 0])
    busy.open()
    await work
    await until(() => opened[0]!.closed === 1)
    expect(opened[1]!.closed).toBe(0)
  })

  test('a connection that is about to end is given to nobody new, and ends with its last user', async () => {
    const { pool, opened } = fakePool()
    const busy = gate()
    const work = pool.use(demo, patient, () => busy.promise)
    await until(() => opened.length === 1)
    opened[0]!.isEnding = true
    await pool.use(demo, patient, async () => {})
    expect(opened.map(({ closed }) => closed)).toEqual([0, 0])
    busy.open()
    await work
    await until(() => opened[0]!.closed === 1)
    expect(opened).toHaveLength(2)
  })

  test('a connection that ended by itself is replaced at the next use', async () => {
    const { pool, opened } = fakePool()
    await pool.use(demo, patient, async () => {})
    opened[0]!.end(new Error('crashed'))
    expect(pool.phase('demo')).toBe('idle')
    await pool.use(demo, patient, async () => {})
    expect(opened).toHaveLength(2)
  })
})

describe('closing', () => {
  test('an unused connection is closed after idleMs, a used one is not', async () => {
    const { pool, opened } = fakePool([], { idleMs: 40 })
    const busy = gate()
    const work = pool.use(demo, patient, () => busy.promise)
    await pool.use(demo, patient, async () => {})
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(opened[0]!.closed).toBe(0)
    busy.open()
    await work
    await until(() => opened[0]!.closed === 1)
    expect(pool.phase('demo')).toBe('idle')
  })

  test('close(service) ends that one, also while it is in use or being opened', async () => {
    const { pool, opened } = fakePool([() => {}, untilAborted])
    const busy = gate()
    const work = pool.use(demo, patient, () => busy.promise)
    await until(() => pool.phase('demo') === 'connected')
    const opening = failureOf(pool.use({ ...demo, id: 'other' }, patient, async () => {}))
    expect(pool.phase('other')).toBe('connecting')
    await Promise.all([pool.close('demo'), pool.close('other'), pool.close('unheard of')])
    expect(opened[0]!.closed).toBe(1)
    expect((await opening).code).toBe('aborted')
    busy.open()
    await work
  })

  test('closeAll ends everything, retired connections too, and the pool', async () => {
    const { pool, opened } = fakePool([() => {}, () => {}, untilAborted])
    const busy = gate()
    const work = pool.use(demo, patient, () => busy.promise)
    await until(() => opened.length === 1)
    await pool.use({ ...demo, key: 'k2' }, patient, async () => {})
    const opening = failureOf(pool.use({ ...demo, id: 'other' }, patient, async () => {}))
    await pool.closeAll()
    expect(opened.map(({ closed }) => closed)).toEqual([1, 1])
    expect((await opening).code).toBe('aborted')
    const late = await failureOf(pool.use(demo, patient, async () => {}))
    expect(late).toMatchObject({ code: 'unavailable', hint: 'Open another one.' })
    busy.open()
    await work
  })
})

describe('waiting for a connection', () => {
  test('who aborts leaves the others to it', async () => {
    const ready = gate()
    const { pool, opened } = fakePool([() => ready.promise])
    const abort = new AbortController()
    const first = failureOf(pool.use(demo, { ...patient, signal: abort.signal }, async () => {}))
    const second = pool.use(demo, patient, async () => 'fine')
    abort.abort()
    expect((await first).code).toBe('aborted')
    ready.open()
    expect(await second).toBe('fine')
    expect(opened).toHaveLength(1)
  })

  test('when the last one has left, the connect is aborted', async () => {
    const { pool, connects } = fakePool([untilAborted])
    const abort = new AbortController()
    const only = failureOf(pool.use(demo, { ...patient, signal: abort.signal }, async () => {}))
    await until(() => connects.length === 1)
    abort.abort()
    expect((await only).code).toBe('aborted')
    expect(connects[0]!.signal?.aborted).toBe(true)
    await until(() => pool.phase('demo') === 'idle')
  })

  test('who joins with less time leaves earlier, who joins with more tries again', async () => {
    const over = gate()
    const { pool, opened } = fakePool([() => over.promise.then(failing('timeout', 'the opener had no time'))])
    const opener = failureOf(pool.use(demo, { timeoutMs: 500 }, async () => {}))
    const hasty = failureOf(pool.use(demo, { timeoutMs: 30 }, async () => {}))
    const slow = pool.use(demo, patient, async () => 'fine')
    expect((await hasty).message).toContain('took longer than')
    over.open()
    expect((await opener).message).toBe('the opener had no time')
    expect(await slow).toBe('fine')
    expect(opened).toHaveLength(1)
  })
})

describe('a connect that fails', () => {
  test('in passing, is tried twice more', async () => {
    const { pool, connects } = fakePool([failingInPassing('one'), failingInPassing('two')])
    expect(await pool.use(demo, patient, async () => 'fine')).toBe('fine')
    expect(connects).toHaveLength(3)
  })

  test('in passing each time, gives the last error', async () => {
    const { pool, connects } = fakePool(['one', 'two', 'three', 'four'].map(failingInPassing))
    expect((await failureOf(pool.use(demo, patient, async () => {}))).message).toBe('three')
    expect(connects).toHaveLength(3)
  })

  test('with too little time left for another attempt, gives its own error', async () => {
    const { pool, connects } = fakePool([failingInPassing('one')])
    expect((await failureOf(pool.use(demo, { timeoutMs: 500 }, async () => {}))).message).toBe('one')
    expect(connects).toHaveLength(1)
  })

  test('and is aborted between two attempts, is aborted', async () => {
    const { pool, connects } = fakePool([failingInPassing('one')])
    const opening = failureOf(pool.use(demo, patient, async () => {}))
    await until(() => connects.length === 1)
    await pool.close('demo')
    expect((await opening).code).toBe('aborted')
  })

  test.each<ErrorCode>(['unreachable', 'auth_required', 'timeout', 'aborted', 'bad_config'])(
    'for good (%s), is not tried again, but at the next use',
    async (code) => {
      const { pool, connects } = fakePool([failing(code)])
      expect((await failureOf(pool.use(demo, patient, async () => {}))).code).toBe(code)
      expect(connects).toHaveLength(1)
      expect(await pool.use(demo, patient, async () => 'fine')).toBe('fine')
    },
  )
})

describe('with real servers', () => {
  function realPool(): ConnectionPool {
    const pool = new ConnectionPool({ connector: createConnector() })
    later(() => pool.closeAll())
    return pool
  }

  test('ten callers at once start one process, and closeAll leaves none', async () => {
    const startFile = join(scratch(), 'starts')
    const pool = realPool()
    const target = { ...demo, config: stdioConfig({ startFile }) }
    const call = (text: number): Promise<unknown> =>
      pool.use(target, patient, (connection) => connection.callTool('echo', { text }, patient))
    const results = await Promise.all(Array.from({ length: 10 }, (_, text) => call(text)))
    expect(results[9]).toEqual({ content: [{ type: 'text', text: '9' }] })
    const [pid, ...others] = linesOf(startFile).map(Number)
    expect(others).toEqual([])
    await pool.closeAll()
    expect(runningInGroup(pid!)).toEqual([])
  })

  test('a server that was killed while it started is started again', async () => {
    const startFile = join(scratch(), 'starts')
    const settings = { startFile, dieAtStart: { signal: 'SIGKILL' }, dieAtStarts: 1 }
    const target = { ...demo, config: stdioConfig(settings) }
    expect(await realPool().use(target, patient, async ({ server }) => server.name)).toBe('fixture')
    expect(linesOf(startFile)).toHaveLength(2)
  })

  test('a server that exits while it starts is not started again', async () => {
    const startFile = join(scratch(), 'starts')
    const target = { ...demo, config: stdioConfig({ startFile, dieAtStart: { code: 1 } }) }
    expect((await failureOf(realPool().use(target, patient, async () => {}))).code).toBe('unreachable')
    expect(linesOf(startFile)).toHaveLength(1)
  })

  test('after a crash the next use has a new server, and nothing ran twice', async () => {
    const folder = scratch()
    const [startFile, countFile] = [join(folder, 'starts'), join(folder, 'count')]
    const pool = realPool()
    const target = { ...demo, config: stdioConfig({ startFile, countFile }) }
    const call = (tool: string): Promise<unknown> =>
      pool.use(target, patient, (connection) => connection.callTool(tool, {}, patient))
    expect((await failureOf(call('die'))).code).toBe('outcome_unknown')
    await call('echo')
    expect(linesOf(countFile)).toEqual(['die', 'echo'])
    expect(linesOf(startFile)).toHaveLength(2)
  })
})
