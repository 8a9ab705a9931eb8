import { readFileSync, renameSync } from 'node:fs'
import { Dataspace, MemoryTables, memoryBackend, statsField, statsKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { MirrorPlace } from './support/mirror-place.ts'

const CONFIG = 'services:weather:config'
const OTHER = 'services:other:config'
const OWN = 'services:own:config'
const STATS = statsKey('forecast')
const CALLS = statsField('weather', 'calls')

/** What the file holds of writes and records, and whose it is. */
function contents(place: MirrorPlace): unknown {
  const tables = ['outbox', 'records', 'totals', 'counters']
  const meta = place.query("SELECT * FROM meta WHERE name IN ('ids', 'cleared', 'run')")
  return [meta, ...tables.map((table) => place.query(`SELECT * FROM ${table}`))]
}

/** A mirror with a record, a write that waits, a total and a clear, whose dataspace is not where it was any more. */
async function abandoned(place: MirrorPlace): Promise<void> {
  const { backend, dataspace, time } = await place.start()
  await dataspace.clear()
  await dataspace.put(CONFIG, 'delivered')
  await time.pass(100)
  backend.faults.fail('down')
  dataspace.count(STATS, CALLS, 5)
  const late = dataspace.put(OTHER, 'waiting')
  await time.pass(500)
  expect((await late).durable).toBe('local')
  place.tables = new MemoryTables()
  place.tables.ids.push('another000')
}

const values = (dataspace: Dataspace) => dataspace.list('').map(({ value }) => value)

test('the mirror of another dataspace gives nothing away, says so, and is left as it is', async () => {
  await using place = new MirrorPlace()
  await abandoned(place)
  const before = contents(place)
  const { backend, dataspace, logger, time } = await place.start({ down: true })
  expect(values(dataspace)).toEqual(['waiting', 'delivered'])
  await dataspace.put(OWN, 'own')
  backend.faults.heal()
  await time.pass(5000)
  expect(values(dataspace)).toEqual(['own'])
  expect([...place.tables.records.keys()]).toEqual([OWN])
  expect(place.tables.counters.size).toBe(0)
  expect(place.tables.cleared()).toBe('')
  expect(dataspace.status()).toMatchObject({
    state: 'up',
    pendingWrites: 0,
    mirror: { file: place.file, problem: expect.stringContaining('the mirror of another dataspace') },
  })
  expect(logger.lines.filter((line) => line.includes('another dataspace'))).toEqual([
    expect.stringMatching(/^warn .*nothing of it is used/),
  ])
  backend.faults.fail('down')
  const late = dataspace.put(OWN, 'later')
  await time.pass(500)
  expect((await late).durable).toBe('memory')
  // What this process wrote while it could not know is still there: it was told to be local.
  const own = place.waiting().filter(({ key }) => key === OWN)
  expect(own.map(({ json }) => json)).toEqual(['"own"'])
  const [, outbox, records] = contents(place) as unknown[][]
  const [, outboxBefore, recordsBefore] = before as unknown[][]
  expect(outbox).toEqual(expect.arrayContaining(outboxBefore!))
  expect(records).toEqual(expect.arrayContaining(recordsBefore!))
})

test('a mirror of another dataspace is not changed at all by a process that begins with the server up', async () => {
  await using place = new MirrorPlace()
  await abandoned(place)
  const before = contents(place)
  const bytes = readFileSync(place.file)
  const { dataspace, time } = await place.start()
  await dataspace.put(OWN, 'own')
  await time.pass(5000)
  expect(contents(place)).toEqual(before)
  expect(readFileSync(place.file).equals(bytes)).toBe(true)
})

test('what another process adds to the mirror of another dataspace is not pushed either', async () => {
  await using place = new MirrorPlace()
  await abandoned(place)
  const [a, b] = [await place.start({ down: true }), await place.start({ down: true })]
  await b.dataspace.put(OWN, 'of b')
  await a.time.pass(300)
  expect(a.dataspace.get(OWN)?.value).toBe('of b')
  a.backend.faults.heal()
  await a.time.pass(5000)
  expect(a.dataspace.status().state).toBe('up')
  expect([...place.tables.records.keys()]).toEqual([])
})

test('a mirror of another dataspace can be adopted: what it holds is added, and it is used from then on', async () => {
  await using place = new MirrorPlace()
  await abandoned(place)
  const { backend, dataspace, logger, time } = await place.start()
  await dataspace.put(OWN, 'own')
  await dataspace.adopt()
  await time.pass(1000)
  expect(values(dataspace)).toEqual(['waiting', 'own', 'delivered'])
  expect([...place.tables.records.keys()].sort()).toEqual([OTHER, OWN, CONFIG].sort())
  expect(place.tables.counters.get(`${STATS} ${CALLS}`)?.total).toBe(5)
  expect(place.tables.ids).toHaveLength(2)
  expect(dataspace.status().mirror).toEqual({ file: place.file, problem: null, hint: null })
  expect(place.waiting()).toEqual([])
  backend.faults.fail('down')
  const late = dataspace.put(OWN, 'later')
  await time.pass(500)
  expect((await late).durable).toBe('local')
  expect(logger.lines.filter((line) => line.includes('kept again'))).toHaveLength(1)
})

test('another process that has the mirror set aside uses it once somebody has adopted it', async () => {
  await using place = new MirrorPlace()
  await abandoned(place)
  const [a, b] = [await place.start(), await place.start()]
  await a.time.pass(1000)
  expect(a.dataspace.status().mirror!.problem).not.toBeNull()
  await b.dataspace.adopt()
  await b.time.pass(1000)
  // It hears of the new ids when it connects again.
  a.backend.faults.fail('down')
  await a.dataspace.refresh()
  a.backend.faults.heal()
  await a.time.pass(10_000)
  expect(a.dataspace.status().mirror!.problem).toBeNull()
  expect(values(a.dataspace)).toEqual(['waiting', 'delivered'])
})

test('adopting where there is no mirror did nothing and said nothing', async () => {
  const dataspace = await new Dataspace({ backend: memoryBackend(), namespace: 'n', dataspace: 'd' }).open()
  await expect(dataspace.adopt()).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('keeps no mirror'),
  })
  await dataspace.close()
})

test('adopting without the server is refused, and nothing is changed', async () => {
  await using place = new MirrorPlace()
  await abandoned(place)
  const { backend, dataspace, time } = await place.start()
  await time.pass(100)
  backend.faults.fail('down')
  await expect(dataspace.adopt()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('was not adopted'),
  })
  expect(place.tables.ids).toEqual(['another000'])
})

test('a mirror that was moved aside is made anew', async () => {
  await using place = new MirrorPlace()
  await abandoned(place)
  const { backend, dataspace, time } = await place.start()
  expect(dataspace.status().mirror!.problem).not.toBeNull()
  for (const end of ['', '-wal', '-shm']) renameSync(`${place.file}${end}`, `${place.folder}/aside.db${end}`)
  await time.pass(10_000)
  expect(dataspace.status().mirror!.problem).toBeNull()
  backend.faults.fail('down')
  const late = dataspace.put(OWN, 'own')
  await time.pass(500)
  expect((await late).durable).toBe('local')
  expect(place.waiting().map(({ key }) => key)).toEqual([OWN])
})

test('an empty server gets the id of the mirror, and all it holds', async () => {
  await using place = new MirrorPlace()
  const { dataspace, time } = await place.start()
  await dataspace.put(CONFIG, 1)
  await time.pass(100)
  await dataspace.close()
  const { ids } = place.tables
  place.tables = new MemoryTables()
  const next = await place.start()
  await next.time.pass(1000)
  expect(place.tables.ids).toEqual(ids)
  expect([...place.tables.records.keys()]).toEqual([CONFIG])
})

test('a mirror is known by every id its dataspace ever had, so that the oldest one still fits', async () => {
  await using place = new MirrorPlace()
  const oldest = await place.start()
  await oldest.dataspace.put(CONFIG, 'oldest')
  await oldest.time.pass(100)
  const [first] = place.tables.ids
  await oldest.dataspace.close()
  // The server comes back empty, a process without a mirror is first, and a long-lived one knows both ids.
  place.tables.ids.unshift('second0000')
  const longLived = await place.start({ file: `${place.folder}/long-lived.db` })
  await longLived.time.pass(100)
  longLived.backend.faults.fail('down')
  await longLived.dataspace.refresh()
  place.tables.ids.splice(0)
  place.tables.ids.push('third00000')
  longLived.backend.faults.heal()
  await longLived.dataspace.refresh()
  await longLived.time.pass(1000)
  expect(longLived.dataspace.status().state).toBe('up')
  expect([...place.tables.ids].sort()).toEqual([first, 'second0000', 'third00000'].sort())
  const old = await place.start()
  expect(old.dataspace.status().mirror!.problem).toBeNull()
})
