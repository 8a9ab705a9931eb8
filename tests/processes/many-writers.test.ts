import { Dataspace, sqliteBackend } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type LibraryHost, startHost } from '../support/host.ts'
import type { Foreign } from '../support/mcpstore.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'

const kinds = ['a file', ...(hasRedisServer ? ['Redis'] : [])]
const PROCESSES = 16
const SERVICES = 50
/** The whole of it with `npm run soak`. */
const PATCHES = process.env['MCPSTORE_SOAK'] ? 1000 : 100
const LONG_MS = process.env['MCPSTORE_SOAK'] ? 600_000 : 120_000

const url = (of: string | number) => `https://example.com/${of}`

describe.each(kinds)('many processes that write to %s at once', (kind) => {
  let redis: RedisServer | undefined
  let dataspaces = 0
  beforeAll(async () => {
    if (kind === 'Redis') redis = await startRedis()
  })
  afterAll(() => redis?.stop())

  function place(box: Box) {
    const dataspace = `d${++dataspaces}`
    const where = redis ? { local: undefined, redis: redis.url, mirror: false } : { local: box.path('a.db') }
    const options = redis ? { ...where, namespace: 'n', dataspace } : where
    return {
      start: (count: number): Promise<LibraryHost[]> =>
        Promise.all(
          Array.from({ length: count }, () => startHost(box, { ...options, socketTimeoutMs: 10_000 })),
        ),
      /** What the storage itself says. */
      look: async () => {
        const backend = redis
          ? redisBackend({ target: redisTarget({ url: redis.url }), namespace: 'n', dataspace })
          : sqliteBackend({ file: box.path('a.db') })
        return new Dataspace({ backend, namespace: 'n', dataspace }).open()
      },
    }
  }

  it(
    `${PROCESSES} that add ${SERVICES} services each: all are there, each real conflict is told once, equal adds are none`,
    async () => {
      await using box = new Box()
      const { start, look } = place(box)
      const hosts = await start(PROCESSES)
      const reports: Foreign[] = await Promise.all(
        hosts.map((host, n) => {
          const own = Array.from({ length: SERVICES }, (_, k) => [`s${n}-${k}`, { url: url(`${n}/${k}`) }])
          return host.do('addService', {
            ...Object.fromEntries(own),
            equal: { url: url('equal') },
            contested: { url: url(`by/${n}`) },
          })
        }),
      )
      const resultOf = (report: Foreign, name: string) =>
        report.results.find((one: Foreign) => one.name === name)
      for (const report of reports) {
        expect(
          report.results.filter(({ status }: Foreign) => status === 'added').length,
        ).toBeGreaterThanOrEqual(SERVICES)
        expect(resultOf(report, 'equal').status).toMatch(/^(?:added|unchanged)$/)
      }
      const dataspace = await look()
      try {
        const services = dataspace.list('services:').filter(({ key }) => key.endsWith(':config'))
        expect(services).toHaveLength(PROCESSES * SERVICES + 2)
        const conflicts = await dataspace.conflicts()
        expect(new Set(conflicts.map(({ key }) => key)).size, 'only the contested one').toBeLessThanOrEqual(1)
        expect(conflicts.every(({ key }) => key === 'services:contested:config')).toBe(true)
        const losers = conflicts.map(({ loser }) => loser.stamp)
        expect(new Set(losers).size, 'each once').toBe(losers.length)
        // Whoever neither stands nor was seen by who replaced it has lost, and that is on record.
        const stands = (dataspace.get('services:contested:config')!.value as Foreign).url
        const lost = new Set(conflicts.map(({ loser }) => JSON.parse(loser.json!).url))
        expect(lost.has(stands)).toBe(false)
        const refused = reports.flatMap((report, n) => {
          return resultOf(report, 'contested').status === 'failed' ? [url(`by/${n}`)] : []
        })
        for (const address of refused) expect(lost).toContain(address)
      } finally {
        await dataspace.close()
      }
    },
    LONG_MS,
  )

  it(
    `two that change different fields of one service ${PATCHES} times each lose none`,
    async () => {
      await using box = new Box()
      const { start, look } = place(box)
      const [a, b] = (await start(2)) as [LibraryHost, LibraryHost]
      await a.do('addService', { one: { url: url('one') } })
      const patch = async (host: LibraryHost, header: string) => {
        for (let n = 1; n <= PATCHES; ) {
          const { error } = await host.ask('patchService', 'one', { headers: { [header]: String(n) } })
          // Said so, it was not done, and may be tried again.
          if (error && !['conflict', 'unknown_service'].includes(error.code)) throw new Error(error.message)
          if (!error) n++
        }
      }
      await Promise.all([patch(a, 'X-A'), patch(b, 'X-B')])
      const dataspace = await look()
      try {
        const { headers } = dataspace.get('services:one:config')!.value as Foreign
        expect(headers).toEqual({ 'X-A': String(PATCHES), 'X-B': String(PATCHES) })
        expect(await dataspace.conflicts()).toEqual([])
      } finally {
        await dataspace.close()
      }
    },
    LONG_MS,
  )
})
