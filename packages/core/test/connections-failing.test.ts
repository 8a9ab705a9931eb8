import type { Time } from '@mcpstore/storage'
import { describe, expect, test } from 'vitest'
import { isRefusal } from '../src/connections/breaker.ts'
import { type Connection, ConnectionPool, type RequestOptions } from '../src/connections/index.ts'
import { type ErrorCode, storeError } from '../src/errors.ts'
import { failureOf, later } from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }
const demo = {
  id: 'demo',
  service: 'demo',
  key: 'k1',
  config: { type: 'stdio', command: 'never-run' },
} as const

/** A clock that moves when it is told to, and runs the timers it passes. */
class HandTime implements Time {
  #now = 0
  #timers = new Set<{ at: number; task: () => void }>()
  now = (): number => 1_000_000 + this.#now
  monotonic = (): number => this.#now
  random = (): number => 0.5
  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.task()
      await turns()
    }
    this.#now = end
    await turns()
  }
}

/** Lets what was begun go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

interface Scene {
  pool: ConnectionPool
  time: HandTime
  /** How often a connection was tried, checked and closed. */
  counts: { connects: number; checks: number; closes: number }
  /** What happens at the next connects, and at checks. */
  plan: { connect?: () => unknown; check?: (options: RequestOptions) => Promise<void> }
  use(more?: object, options?: RequestOptions): Promise<string>
}

function scene({ idleMs = 300_000, checkMs = 60_000, connectMs = 30_000 } = {}): Scene {
  const time = new HandTime()
  const counts = { connects: 0, checks: 0, closes: 0 }
  const plan: Scene['plan'] = {}
  const connector = {
    async connect(): Promise<Connection> {
      counts.connects++
      await plan.connect?.()
      const listeners: ((reason: Error | undefined) => void)[] = []
      return {
        server: {} as Connection['server'],
        listTools: async () => [],
        callTool: async () => ({}),
        request: async () => ({}),
        check: async (options) => {
          counts.checks++
          await plan.check?.(options)
        },
        onToolsChanged: () => {},
        onClose: (listener) => void listeners.push(listener),
        close: async () => {
          counts.closes++
          for (const listener of listeners.splice(0)) listener(undefined)
        },
      }
    },
  }
  const pool = new ConnectionPool({ connector, idleMs, checkMs, connectMs, time })
  later(() => pool.closeAll())
  const use: Scene['use'] = (more = {}, options = patient) =>
    pool.use({ ...demo, ...more }, { ...options, ...more }, async () => 'fine')
  return { pool, time, counts, plan, use }
}

/** A promise to be settled by hand. */
function byHand(): { promise: Promise<void>; settle: () => void } {
  let settle = (): void => {}
  const promise = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { promise, settle }
}

const failing = (code: ErrorCode) => () => {
  throw storeError(code, 'service "demo" does not work', { hint: 'Mend it.' })
}

describe('a service that cannot be connected', () => {
  test('is left alone after three failures; callers are told at once why it failed last', async () => {
    const { counts, plan, pool, time, use } = scene()
    plan.connect = failing('unreachable')
    for (let n = 0; n < 3; n++) {
      expect(pool.retryAt('demo')).toBeUndefined()
      expect(isRefusal(await failureOf(use()))).toBe(false)
    }
    expect(pool.retryAt('demo')).toBe(time.now() + 1000)
    for (let n = 0; n < 10; n++) {
      const error = await failureOf(use())
      expect(isRefusal(error)).toBe(true)
      expect(error).toMatchObject({
        code: 'unreachable',
        message: 'not tried again for 1 s after 3 failures: service "demo" does not work',
        hint: 'Mend it. Whoever checks it, or waits for it, tries at once (checkServices, waitService).',
      })
    }
    expect(counts.connects).toBe(3)
  })

  test('one that never answers was never left alone by a host that gives it little time', async () => {
    const { counts, plan, time, use } = scene({ connectMs: 2000 })
    plan.connect = async () => {
      await time.pass(2000)
      failing('timeout')()
    }
    for (let n = 0; n < 3; n++) await failureOf(use({}, { timeoutMs: 2000 }))
    expect(counts.connects).toBe(1)
  })

  test('one that never answers made every caller wait anew', async () => {
    const { counts, plan, time, use } = scene()
    plan.connect = async () => {
      await time.pass(8000)
      failing('timeout')()
    }
    expect((await failureOf(use())).message).toBe('service "demo" does not work')
    await time.pass(7999)
    const told = 'not tried again for 1 s after a failure: service "demo" does not work'
    expect(await failureOf(use())).toMatchObject({ code: 'timeout', message: told })
    expect(counts.connects).toBe(1)
    await time.pass(1)
    await failureOf(use())
    expect(counts.connects).toBe(2)
  })

  test('is tried by whoever comes when its time has passed, once, and left alone longer when that fails', async () => {
    const { counts, plan, pool, time, use } = scene()
    plan.connect = failing('unreachable')
    for (let n = 0; n < 3; n++) await failureOf(use())
    for (const [failures, rest] of [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000].entries()) {
      await time.pass(pool.retryAt('demo')! - time.now())
      expect(pool.retryAt('demo')).toBeUndefined()
      const errors = await Promise.all(Array.from({ length: 5 }, () => failureOf(use())))
      expect(errors.filter(isRefusal)).toEqual([])
      expect(counts.connects).toBe(4 + failures)
      expect(pool.retryAt('demo')).toBe(time.now() + rest)
    }
  })

  test('comes back by itself, and has all its chances again', async () => {
    const { counts, plan, pool, time, use } = scene()
    plan.connect = failing('unreachable')
    for (let n = 0; n < 3; n++) await failureOf(use())
    plan.connect = () => {}
    expect(isRefusal(await failureOf(use()))).toBe(true)
    await time.pass(1000)
    expect(await use()).toBe('fine')
    await pool.close('demo')
    plan.connect = failing('unreachable')
    await failureOf(use())
    await failureOf(use())
    expect(pool.retryAt('demo')).toBeUndefined()
    expect(counts.connects).toBe(6)
  })

  test('is tried all the same by who insists, and with another config', async () => {
    const { counts, plan, pool, use } = scene()
    plan.connect = failing('unreachable')
    for (let n = 0; n < 3; n++) await failureOf(use())
    expect(isRefusal(await failureOf(use({ insist: true })))).toBe(false)
    plan.connect = () => {}
    expect(isRefusal(await failureOf(use()))).toBe(true)
    expect(await use({ key: 'k2' })).toBe('fine')
    expect(pool.retryAt('demo')).toBeUndefined()
    expect(counts.connects).toBe(5)
  })

  test('is not blamed for callers who gave up, had little time, or lack what it needs', async () => {
    const { counts, plan, use } = scene()
    for (const code of ['aborted', 'bad_config', 'auth_required'] as const) {
      plan.connect = failing(code)
      for (let n = 0; n < 4; n++) expect(isRefusal(await failureOf(use()))).toBe(false)
    }
    plan.connect = failing('timeout')
    for (let n = 0; n < 4; n++) expect(isRefusal(await failureOf(use({}, { timeoutMs: 100 })))).toBe(false)
    expect(counts.connects).toBe(16)
    for (let n = 0; n < 3; n++) await failureOf(use())
    expect(isRefusal(await failureOf(use()))).toBe(true)
  })

  test('costs its neighbours nothing', async () => {
    const { plan, use } = scene()
    plan.connect = failing('unreachable')
    for (let n = 0; n < 3; n++) await failureOf(use())
    plan.connect = () => {}
    expect(await use({ id: 'other', service: 'other' })).toBe('fine')
  })
})

describe('a connection that nobody uses', () => {
  test('is checked now and then, and closed when it was idle long enough', async () => {
    const { counts, time, use } = scene()
    await use()
    await time.pass(59_999)
    expect(counts.checks).toBe(0)
    await time.pass(1)
    expect(counts.checks).toBe(1)
    await time.pass(239_999)
    expect(counts).toEqual({ connects: 1, checks: 4, closes: 0 })
    await time.pass(1)
    expect(counts).toEqual({ connects: 1, checks: 4, closes: 1 })
  })

  test('and does not answer is closed, and the next caller gets a new one', async () => {
    const { counts, plan, time, use } = scene()
    await use()
    plan.check = failing('timeout') as never
    await time.pass(60_000)
    expect(counts).toEqual({ connects: 1, checks: 1, closes: 1 })
    expect(await use()).toBe('fine')
    expect(counts.connects).toBe(2)
  })

  test('and answers that it knows no such request is there all the same', async () => {
    const { counts, plan, time, use } = scene()
    await use()
    plan.check = failing('server_error') as never
    await time.pass(120_000)
    expect(counts).toEqual({ connects: 1, checks: 2, closes: 0 })
  })

  test('is not checked while it is used', async () => {
    const { counts, pool, time } = scene()
    const { promise, settle } = byHand()
    const using = pool.use(demo, patient, () => promise)
    await time.pass(600_000)
    expect(counts).toEqual({ connects: 1, checks: 0, closes: 0 })
    settle()
    await using
  })

  test.each(['comes', 'comes and leaves'])(
    'is not closed by a check that fails after somebody %s',
    async (what) => {
      const { counts, plan, pool, time, use } = scene()
      await use()
      let fail = (_error: Error): void => {}
      plan.check = () =>
        new Promise((_, reject) => {
          fail = reject
        })
      await time.pass(60_000)
      expect(counts.checks).toBe(1)
      const { promise, settle } = byHand()
      if (what === 'comes and leaves') await use()
      const using = what === 'comes' ? pool.use(demo, patient, () => promise) : undefined
      fail(storeError('timeout', 'late'))
      await turns()
      expect(counts).toEqual({ connects: 1, checks: 1, closes: 0 })
      settle()
      await using
    },
  )

  test('is never checked where that is not wanted', async () => {
    const { counts, time, use } = scene({ checkMs: 0 })
    await use()
    await time.pass(300_000)
    expect(counts).toEqual({ connects: 1, checks: 0, closes: 1 })
  })
})
