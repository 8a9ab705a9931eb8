import { type Backend, Dataspace, MemoryTables, memoryBackend, statsField, statsKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { faultyBackend } from './support/faulty-backend.ts'
import { keepingLogger } from './support/logs.ts'
import { ManualTime, settle } from './support/manual-time.ts'
import { MirrorPlace } from './support/mirror-place.ts'

const CONFIG = 'services:weather:config'
const KEY = statsKey('forecast')
const FIELD = statsField('weather', 'calls')
const HOUR = 3_600_000
const WEEK = 7 * 24 * HOUR

/** A place that several runs share, each of which can be put to sleep by never letting its time pass. */
function place() {
  const tables = new MemoryTables()
  const server = new ManualTime()
  const start = async () => {
    const time = new ManualTime(server.now())
    const folds: number[] = []
    const plain = memoryBackend({ tables, time: server })
    const fold: Backend['fold'] = async (silentMs) => {
      folds.push(await plain.fold!(silentMs))
      return folds.at(-1)!
    }
    const backend = faultyBackend({ ...plain, fold })
    const logger = keepingLogger()
    const dataspace = await new Dataspace({ backend, namespace: 'n', dataspace: 'd', time, logger }).open()
    return { backend, dataspace, time, folds, logger }
  }
  const total = () => tables.counters.get(`${KEY} ${FIELD}`)?.total
  return { tables, server, start, total }
}

type Run = Awaited<ReturnType<ReturnType<typeof place>['start']>>

/** Lets time pass for the server and for those that are awake. */
async function pass(ms: number, server: ManualTime, ...awake: Run[]): Promise<void> {
  for (let left = ms; left > 0; left -= HOUR) {
    await server.pass(Math.min(left, HOUR))
    for (const { time } of awake) await time.pass(Math.min(left, HOUR))
  }
}

test('one of all runs folds once an hour, and no run that goes on living is folded', async () => {
  const { server, start, total } = place()
  const [a, b, c] = [await start(), await start(), await start()]
  await a.dataspace.put(CONFIG, 1)
  for (const { dataspace } of [a, b, c]) dataspace.count(KEY, FIELD, 1)
  await pass(WEEK + 24 * HOUR, server, a, b, c)
  expect(total()).toBe(3)
  const folds = [a, b, c].map((run) => run.folds)
  // The first time a minute after the start, then every hour.
  expect(folds.flat()).toHaveLength(WEEK / HOUR + 24)
  expect(new Set(folds.flat())).toEqual(new Set([0]))
  for (const { dataspace, time } of [a, b, c]) {
    dataspace.count(KEY, FIELD, 1)
    await time.pass(300)
  }
  expect(total()).toBe(6)
})

test('a run that slept for eight days: its late counts are refused and told, once, and it counts on', async () => {
  const { server, start, tables, total } = place()
  const [awake, asleep] = [await start(), await start()]
  await awake.dataspace.put(CONFIG, 1)
  asleep.dataspace.count(KEY, FIELD, 5)
  await asleep.time.pass(300)
  expect(total()).toBe(5)
  asleep.dataspace.count(KEY, FIELD, 2)
  await pass(WEEK + 24 * HOUR, server, awake)
  expect(awake.folds.reduce((sum, one) => sum + one)).toBe(1)
  await asleep.time.pass(300)
  expect([total(), asleep.dataspace.counters(KEY)]).toEqual([5, { [FIELD]: 5 }])
  const told = () => asleep.logger.lines.filter((line) => line.includes('refused'))
  expect(told()).toEqual([expect.stringMatching(/up to 2 counts .* silent for more than a week/)])
  asleep.dataspace.count(KEY, FIELD, 3)
  await asleep.time.pass(300)
  asleep.dataspace.count(KEY, FIELD, 1)
  await asleep.time.pass(300)
  await settle()
  expect([total(), asleep.dataspace.counters(KEY), told().length]).toEqual([9, { [FIELD]: 9 }, 1])
  await asleep.dataspace.close()
  expect(tables.counters.get(`${KEY} ${FIELD}`)?.total).toBe(9)
})

test('a run that slept for an hour loses nothing', async () => {
  const { server, start, total } = place()
  const [awake, asleep] = [await start(), await start()]
  await awake.dataspace.put(CONFIG, 1)
  asleep.dataspace.count(KEY, FIELD, 5)
  await asleep.time.pass(300)
  asleep.dataspace.count(KEY, FIELD, 2)
  await pass(HOUR, server, awake)
  await asleep.time.pass(300)
  const told = asleep.logger.lines.filter((line) => !line.startsWith('debug'))
  expect([total(), told]).toEqual([7, []])
})

test('what is counted while the refusal is on its way counts', async () => {
  const { server, start, total } = place()
  const [awake, asleep] = [await start(), await start()]
  await awake.dataspace.put(CONFIG, 1)
  asleep.dataspace.count(KEY, FIELD, 5)
  await asleep.time.pass(300)
  await pass(WEEK + HOUR, server, awake)
  const { count } = asleep.backend
  asleep.backend.count = async (...args) => {
    const reply = await count(...args)
    if (reply.folded) asleep.dataspace.count(KEY, FIELD, 4)
    return reply
  }
  asleep.dataspace.count(KEY, FIELD, 2)
  await asleep.time.pass(1000)
  expect(total()).toBe(9)
})

test('a lease that dies with its holder passes on within the hour', async () => {
  const { server, start, total } = place()
  const [holder, other, silent] = [await start(), await start(), await start()]
  await holder.dataspace.put(CONFIG, 1)
  silent.dataspace.count(KEY, FIELD, 5)
  await silent.time.pass(300)
  await pass(WEEK - HOUR, server, holder, other)
  const [[active, idle]] = [holder.folds.length > 0 ? [holder, other] : [other, holder]]
  // It has the lease and dies before it folds.
  active!.backend.fold = () => new Promise<number>(() => {})
  await pass(HOUR, server, active!)
  const before = idle!.folds.length
  await pass(2 * HOUR, server, idle!)
  expect(idle!.folds.slice(before)).toContain(1)
  expect(total()).toBe(5)
})

test('what a dead run left in the mirror is refused where its share is folded, told, and not sent again', async () => {
  await using mirrored = new MirrorPlace()
  const killed = await mirrored.start()
  await killed.dataspace.put(CONFIG, 1)
  killed.dataspace.count(KEY, FIELD, 5)
  await killed.time.pass(600)
  killed.backend.faults.fail('down')
  killed.dataspace.count(KEY, FIELD, 2)
  await killed.time.pass(600)
  const [{ node } = { node: '' }] = mirrored.query<{ node: string }>('SELECT node FROM totals')
  mirrored.tables.removeShares(node)
  mirrored.tables.setLastCounted(node, -1)
  const heir = await mirrored.start()
  await heir.time.pass(1000)
  const total = () => mirrored.tables.counters.get(`${KEY} ${FIELD}`)?.total
  expect(total()).toBe(5)
  expect(heir.logger.lines.filter((line) => line.includes('refused'))).toHaveLength(1)
  expect(mirrored.query('SELECT * FROM totals')).toEqual([])
  // The same to the run itself, were it alive after all; it counts on, under another id.
  killed.backend.faults.heal()
  await killed.time.pass(6000)
  killed.dataspace.count(KEY, FIELD, 1)
  await killed.time.pass(1000)
  expect(total()).toBe(6)
  expect(mirrored.query('SELECT * FROM totals')).toEqual([])
})
