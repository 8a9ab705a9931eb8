import { type Backend, recordKey } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { beforeEach, describe, expect, it } from 'vitest'
import { join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { type ProxiedRedis, startProxiedRedis } from '../support/proxied-redis.ts'
import type { SeenCommand } from '../support/proxy-rules.ts'
import { hasRedisServer } from '../support/redis-server.ts'

const START = 1_700_000_000_000
const WEEK = 7 * 24 * 3_600_000
const SILENT = 250
const PLACE = { namespace: 'faults', dataspace: 'folding' }
const COUNTER = { key: 'tools:t:stats', field: 'one:calls' }
const nodeOf = (n: number) => `node${String(n).padStart(6, '0')}`

describe.skipIf(!hasRedisServer)('folding the shares of silent runs', () => {
  let now: number
  beforeEach(() => {
    now = START
  })

  async function backendAt(url: string): Promise<Backend> {
    const backend = redisBackend({
      target: redisTarget({ url }),
      ...PLACE,
      timeoutMs: 1000,
      serverNow: () => now,
    })
    await backend.open()
    return backend
  }

  /** Many runs that have counted 2 each and then fallen silent. */
  async function silentRuns({ redis }: ProxiedRedis): Promise<Backend> {
    const backend = await backendAt(redis.url)
    const key = recordKey({ scope: 'store', service: 'one', kind: 'config' })
    const stamp = `${START.toString(16).padStart(12, '0')}0000-aaaaaaaaaa`
    await backend.merge([{ record: { key, json: '1', stamp, basis: '', seen: [], rev: 0, expires: null } }])
    for (let n = 0; n < SILENT; n++) await backend.count(nodeOf(n), '', [{ ...COUNTER, total: 2 }])
    now = START + WEEK
    return backend
  }

  const total = async (backend: Backend) => (await backend.pull(0)).counters[0]?.total

  const sharesLeft = async ({ redis }: ProxiedRedis) =>
    Number(await redis.command('ZCOUNT', 'faults:folding:sharers', '(0', '+inf'))

  /** Every late share is refused, and the total is what was counted. */
  async function allFolded(server: ProxiedRedis, backend: Backend): Promise<void> {
    expect(await sharesLeft(server)).toBe(0)
    for (let n = 0; n < SILENT; n += 7) {
      const reply = await backend.count(nodeOf(n), '', [{ ...COUNTER, total: 3 }])
      expect(reply).toEqual({ counted: false, folded: true, refused: [] })
    }
    expect(await total(backend)).toBe(2 * SILENT)
  }

  const foldOf = (n: number) => (command: SeenCommand) =>
    command.args.includes(`faults:folding:shares:${nodeOf(n)}`)

  it('who dies in the middle leaves the rest to the next, and nothing counts twice', async () => {
    await using server = await startProxiedRedis()
    const other = await silentRuns(server)
    const holder = await backendAt(server.proxy.url)
    server.proxy.dropRequests(1, { to: foldOf(150) })
    await expect(holder.fold!(WEEK)).rejects.toMatchObject({ state: expect.any(String) })
    expect(server.proxy.counts.requestsDropped).toBe(1)
    const left = await sharesLeft(server)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(SILENT)
    expect(await total(other)).toBe(2 * SILENT)
    expect(await other.fold!(WEEK)).toBe(left)
    await allFolded(server, other)
    for (const backend of [holder, other]) await backend.close()
  })

  it('two at once fold each share once', async () => {
    await using server = await startProxiedRedis()
    const a = await silentRuns(server)
    const b = await backendAt(server.redis.url)
    const folded = await Promise.all([a.fold!(WEEK), b.fold!(WEEK)])
    expect(folded[0] + folded[1]).toBeLessThanOrEqual(SILENT)
    while ((await a.fold!(WEEK)) > 0) expect(now).toBe(START + WEEK)
    await allFolded(server, a)
    for (const backend of [a, b]) await backend.close()
  })

  it('after an answer that was lost it is done again, and folds what was left', async () => {
    await using server = await startProxiedRedis()
    const direct = await silentRuns(server)
    const holder = await backendAt(server.proxy.url)
    server.proxy.dropReplies(1, { to: foldOf(SILENT - 1) })
    await expect(holder.fold!(WEEK)).rejects.toMatchObject({ unsure: true })
    expect(server.proxy.counts.repliesDropped).toBe(1)
    await holder.open()
    expect(await holder.fold!(WEEK)).toBe(0)
    await allFolded(server, holder)
    for (const backend of [holder, direct]) await backend.close()
  })

  it('a process that comes back after its share was folded is told, and counts on', async () => {
    await using server = await startProxiedRedis()
    const serverNow = () => now
    const options = { ...PLACE, serverNow }
    await using away = await join(server.proxy, options)
    await away.put('one', 1)
    away.count('one', 5)
    await until(
      'it is counted',
      async () => (await server.redis.command('HGET', `${away.prefix}tools:t:stats`, 'one:calls')) === '5',
    )
    await server.proxy.refuse()
    await away.is('down')
    away.count('one', 2)
    now += WEEK
    const other = await backendAt(server.redis.url)
    expect(await other.fold!(WEEK)).toBe(1)
    await server.proxy.pass()
    // Seven, if the answer to the first five was under way when the connection ended.
    await until('it is told', () => away.lines.some((line) => /up to [27] counts .* were refused/.test(line)))
    away.count('one', 1)
    await until('it counts on', async () => (await total(other)) === 6)
    expect(away.calls('one')).toBe(6)
    await other.close()
  })
})
