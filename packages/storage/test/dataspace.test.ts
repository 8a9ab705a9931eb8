import {
  type Backend,
  BackendError,
  Dataspace,
  MemoryTables,
  memoryBackend,
  statsField,
  statsKey,
} from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { formatStamp } from '../src/records/stamp.ts'
import { faultyBackend } from './support/faulty-backend.ts'
import { keepingLogger } from './support/logs.ts'
import { ManualTime, settle } from './support/manual-time.ts'

const CONFIG = 'services:weather:config'
const CACHE = 'services:weather:cache'

function place() {
  const time = new ManualTime()
  const tables = new MemoryTables()
  const logger = keepingLogger()
  const open = (backend: Backend = memoryBackend({ tables, time })) =>
    new Dataspace({ backend, namespace: 'n', dataspace: 'd', time, logger }).open()
  return { time, tables, logger, open, faulty: () => faultyBackend(memoryBackend({ tables, time })) }
}

test('what one process writes, another reads, and is told of', async () => {
  const { open } = place()
  const [a, b] = [await open(), await open()]
  const changes: unknown[] = []
  b.watch('services:', ({ key, entry, origin }) => changes.push([key, entry?.value, origin]))
  const { status, durable } = await a.put(CONFIG, { url: 'https://example.com' })
  await settle()
  expect([status, durable]).toEqual(['written', 'memory'])
  expect(b.get(CONFIG)?.value).toEqual({ url: 'https://example.com' })
  await a.put(CONFIG, undefined)
  await settle()
  expect(changes).toEqual([
    [CONFIG, { url: 'https://example.com' }, 'remote'],
    [CONFIG, undefined, 'remote'],
  ])
})

test('what a reader gets cannot be changed', async () => {
  const { open } = place()
  const dataspace = await open()
  const value = { env: { A: '1' } }
  await dataspace.put(CONFIG, value)
  value.env.A = 'changed by the writer'
  const read = dataspace.get(CONFIG)!.value as typeof value
  expect(() => Object.assign(read.env, { A: '2' })).toThrow(TypeError)
  expect(dataspace.get(CONFIG)!.value).toEqual({ env: { A: '1' } })
})

test('writing an equal value is no write', async () => {
  const { open, tables } = place()
  const dataspace = await open()
  const first = await dataspace.put(CONFIG, { a: 1 })
  const { rev } = tables
  expect(await dataspace.put(CONFIG, { a: 1 })).toEqual({ ...first, status: 'unchanged' })
  expect((await dataspace.put('services:other:config', undefined)).status).toBe('unchanged')
  expect(tables.rev).toBe(rev)
})

test('a value that is not JSON, or too large, is refused and nothing of its batch is written', async () => {
  const { open } = place()
  const dataspace = await open()
  const good = { key: CONFIG, value: 1 }
  for (const bad of [() => 1, 'x'.repeat(16 * 1024 * 1024)]) {
    const puts = dataspace.putAll([good, { key: 'services:b:config', value: bad as never }])
    await expect(puts).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('services:b:config'),
    })
  }
  expect(dataspace.list('')).toEqual([])
})

test('a list is read only under a live config', async () => {
  const { open } = place()
  const dataspace = await open()
  const { stamp } = await dataspace.put(CONFIG, 1)
  await dataspace.put(CACHE, ['tool'], { basis: stamp })
  expect(dataspace.get(CACHE)?.value).toEqual(['tool'])
  await dataspace.put(CONFIG, undefined)
  expect(dataspace.get(CACHE)).toBeUndefined()
  await dataspace.put(CACHE, ['late'], { basis: stamp })
  expect(dataspace.get(CACHE)).toBeUndefined()
  await dataspace.put(CONFIG, 2)
  expect(dataspace.get(CACHE)).toBeUndefined()
})

test('a list without a live config is not read, even before the backend could refuse it', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  backend.faults.fail('down')
  const late = dataspace.put(CACHE, ['late'])
  await time.pass(2000)
  await late
  expect(dataspace.status().pendingWrites).toBe(1)
  expect(dataspace.get(CACHE)).toBeUndefined()
})

test('during an outage writes wait in the outbox, reads go on, and everything is delivered afterwards', async () => {
  const { open, faulty, time, tables, logger } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  backend.faults.fail('down')
  const first = dataspace.put(CONFIG, 1)
  await time.pass(2000)
  expect((await first).durable).toBe('memory')
  expect((await dataspace.put('services:b:config', 2)).durable).toBe('memory')
  expect(dataspace.list('services:').map(({ value }) => value)).toEqual([2, 1])
  expect(dataspace.status()).toMatchObject({
    state: 'down',
    backend: 'memory',
    configured: 'memory',
    pendingWrites: 2,
  })
  expect(backend.faults.hits).toBeGreaterThan(1)
  expect(tables.records.size).toBe(0)
  backend.faults.heal()
  await time.pass(10_000)
  expect(dataspace.status()).toMatchObject({ state: 'up', pendingWrites: 0, reason: null })
  expect([...tables.records.values()].map(({ json }) => json).sort()).toEqual(['1', '2'])
  expect(logger.lines.filter((line) => !line.startsWith('debug'))).toEqual([
    expect.stringMatching(
      /^warn storage: memory is down, was up for \d+ ms, 1 writes waiting: planted: down$/,
    ),
    expect.stringMatching(/^info storage: memory is up, was recovering for \d+ ms, 0 writes waiting$/),
  ])
})

test('attempts are made one at a time and ever more rarely, up to one in five seconds', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  await open(backend)
  backend.faults.fail('down')
  const before = backend.faults.calls.open!
  const dataspace = await open(backend)
  await time.pass(60_000)
  const attempts = backend.faults.calls.open! - before
  expect(attempts).toBeGreaterThan(8)
  expect(attempts).toBeLessThan(35)
  expect(dataspace.status().state).toBe('down')
})

test('a write whose answer was lost is sent again and lands once', async () => {
  const { open, faulty, time, tables } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  backend.faults.loseNextAnswer()
  const written = dataspace.put(CONFIG, 1)
  await time.pass(1000)
  await written
  expect(backend.faults.hits).toBe(1)
  expect([tables.rev, tables.conflicts, dataspace.status().pendingWrites]).toEqual([1, [], 0])
})

test('a passing failure is tried again at once and not talked about', async () => {
  const { open, faulty, time, logger } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  backend.faults.fail('suspect', ['merge'])
  const written = dataspace.put(CONFIG, 1)
  await time.pass(500)
  expect(dataspace.status().state).toBe('suspect')
  backend.faults.heal()
  await time.pass(100)
  expect((await written).status).toBe('written')
  expect(logger.lines.filter((line) => !line.startsWith('debug'))).toEqual([])
})

test('a write waited for as long as another although that one had just waited in vain', async () => {
  const { open, time } = place()
  const plain = memoryBackend({ tables: new MemoryTables(), time })
  const beat: Backend['beat'] = async () => ({ rev: 0, now: time.now() })
  const merge: Backend['merge'] = () => new Promise(() => {})
  const dataspace = await open({ ...plain, beat, merge })
  const told: string[] = []
  const put = (key: string) =>
    void dataspace.put(key, 1).then(({ durable }) => told.push(`${key} ${durable}`))
  put('services:first:config')
  await time.pass(1999)
  put('services:second:config')
  expect(told).toEqual([])
  await time.pass(1)
  expect(told.sort()).toEqual(['services:first:config memory', 'services:second:config memory'])
  expect(dataspace.status()).toMatchObject({ state: 'suspect', pendingWrites: 2 })
})

test('a failure that does not pass gets its name, and reads go on following', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const [dataspace, other] = [await open(backend), await open()]
  backend.faults.fail('suspect', ['merge'])
  const written = dataspace.put(CONFIG, 1)
  await time.pass(3000)
  expect((await written).durable).toBe('memory')
  expect(dataspace.status()).toMatchObject({ state: 'write-degraded', pendingWrites: 1 })
  await other.put('services:b:config', 'from the other')
  await time.pass(6000)
  expect(dataspace.get('services:b:config')?.value).toBe('from the other')
})

test('what the backend lost is put back by who still has it', async () => {
  const { time, logger } = place()
  let tables = new MemoryTables()
  const current = (): Backend => memoryBackend({ tables, time })
  const delegating = { ...current() } as Backend
  for (const name of ['open', 'merge', 'pull', 'leave'] as const) {
    Object.assign(delegating, {
      [name]: (...args: unknown[]) => (current()[name] as (...a: unknown[]) => unknown)(...args),
    })
  }
  const backend = faultyBackend(delegating)
  const dataspace = await new Dataspace({ backend, namespace: 'n', dataspace: 'd', time, logger }).open()
  const { stamp } = await dataspace.put(CONFIG, 1)
  await dataspace.put(CACHE, ['tool'], { basis: stamp })
  await dataspace.put('services:gone:config', 1)
  await dataspace.put('services:gone:config', undefined)
  const [id] = tables.ids
  tables = new MemoryTables()
  backend.faults.fail('down')
  const noticed = dataspace.put('services:b:config', 2)
  await time.pass(100)
  backend.faults.heal()
  await time.pass(10_000)
  await noticed
  const restored = Object.fromEntries(Array.from(tables.records.values(), ({ key, json }) => [key, json]))
  expect(restored).toEqual({
    [CONFIG]: '1',
    [CACHE]: '["tool"]',
    'services:b:config': '2',
    'services:gone:config': null,
  })
  expect(tables.ids).toEqual([id])
})

test('two who had not seen each other: the later stays, the other is reported', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const [a, b] = [await open(backend), await open()]
  backend.faults.fail('down')
  const lost = a.put(CONFIG, 'a')
  await time.pass(2000)
  await lost
  time.jump(1)
  await b.put(CONFIG, 'b')
  backend.faults.heal()
  await time.pass(10_000)
  expect([a.get(CONFIG)?.value, b.get(CONFIG)?.value]).toEqual(['b', 'b'])
  expect((await b.conflicts()).map(({ loser, winner }) => [loser.json, winner.json])).toEqual([
    ['"a"', '"b"'],
  ])
})

test('compare-and-set writes over what it names, is refused otherwise, and is never queued', async () => {
  const { open, faulty, time, tables } = place()
  const backend = faulty()
  const [a, b] = [await open(backend), await open()]
  expect(await a.putIf(CONFIG, 1, 'absent')).toMatchObject({ status: 'written' })
  const refused = await b.putIf(CONFIG, 2, 'absent')
  expect(refused).toMatchObject({ status: 'refused', current: { value: 1 } })
  expect(await b.putIf(CONFIG, 2, b.get(CONFIG)!.stamp)).toMatchObject({ status: 'written' })
  await settle()
  backend.faults.fail('down')
  const unavailable = expect(a.putIf(CONFIG, 3, a.get(CONFIG)!.stamp)).rejects.toMatchObject({
    code: 'unavailable',
  })
  await time.pass(5000)
  await unavailable
  backend.faults.heal()
  await time.pass(10_000)
  expect(tables.records.get(CONFIG)?.json).toBe('2')
})

test('a clear empties every process and nothing of it comes back', async () => {
  const { open, faulty, time, tables } = place()
  const backend = faulty()
  const [away, here] = [await open(backend), await open()]
  await away.put(CONFIG, 1)
  away.count(statsKey('t'), statsField('weather', 'calls'), 3)
  expect(away.status().pendingCounts).toBe(1)
  await time.pass(300)
  backend.faults.fail('down')
  const late = away.put('services:late:config', 1)
  await time.pass(2000)
  await late
  time.jump(10)
  await here.clear()
  expect(here.list('')).toEqual([])
  backend.faults.heal()
  await time.pass(10_000)
  expect([away.list(''), tables.records.size, tables.counters.size]).toEqual([[], 0, 0])
})

test('counts are batched, never counted twice, and include what was not sent yet', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const [a, b] = [await open(backend), await open()]
  const [key, field] = [statsKey('get_weather'), statsField('weather', 'calls')]
  await a.put(CONFIG, 1)
  for (let n = 0; n < 100; n++) a.count(key, field, 1)
  expect(a.counters(key)).toEqual({ [field]: 100 })
  await time.pass(300)
  expect(backend.faults.calls.count).toBe(1)
  b.count(key, field, 1)
  await time.pass(300)
  a.count(key, field, 1)
  await a.close()
  await settle()
  expect(b.counters(key)).toEqual({ [field]: 102 })
})

test('a backend that was silent for as long as anybody waits had no reason to show', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  let answer = () => {}
  const { open: really } = backend
  backend.open = async (as) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    return really(as)
  }
  const opening = open(backend)
  await time.pass(2000)
  const dataspace = await opening
  expect(dataspace.status()).toMatchObject({
    state: 'connecting',
    backend: 'memory',
    error: { code: 'storage' },
  })
  expect(dataspace.status().reason).toMatch(/did not answer within \d+ ms/)
  answer()
  await settle()
  expect(dataspace.status()).toMatchObject({ state: 'up', reason: null, error: null })
})

test('a lease is granted to one, and to everybody without the backend', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const [a, b] = [await open(backend), await open()]
  const lease = await a.lease('refresh', 1000)
  expect(await b.lease('refresh', 1000)).toEqual({ granted: false, busyMs: 1000 })
  if (lease.granted) await lease.release()
  expect(await b.lease('refresh', 1000)).toMatchObject({ granted: true })
  backend.faults.fail('down')
  const alone = a.lease('refresh', 1000)
  await time.pass(3000)
  expect(await alone).toMatchObject({ granted: true })
})

test('a bad record is set aside by name and the others are read', async () => {
  const { open, tables, logger } = place()
  const good = { basis: '', seen: [], rev: 0, expires: null }
  const stamp = (ms: number) => formatStamp(ms, 0, 'x'.repeat(10))
  tables.save({ ...good, key: CONFIG, json: '1', stamp: stamp(1) })
  tables.save({ ...good, key: 'services:bad:config', json: '1', stamp: 'nonsense' })
  tables.save({ ...good, key: 'services:worse:config', json: '{', stamp: stamp(2) })
  const dataspace = await open()
  expect(dataspace.list('services:').map(({ key }) => key)).toEqual([CONFIG])
  expect(dataspace.status().quarantined).toEqual([
    { key: 'services:bad:config', problem: 'its stamp is malformed' },
    { key: 'services:worse:config', problem: 'its value is not JSON' },
  ])
  const warnings = () => logger.lines.filter((line) => line.startsWith('warn'))
  expect(warnings()).toHaveLength(2)
  const readAgain = async (problemStamp: string) => {
    tables.save({ ...good, key: 'services:bad:config', json: '1', stamp: problemStamp })
    await dataspace.put(CONFIG, problemStamp)
    await dataspace.refresh()
  }
  await readAgain('nonsense')
  expect(dataspace.list('services:')).toHaveLength(1)
  expect(warnings(), 'the same is told once').toHaveLength(2)
})

test('a clock that ran a year ahead: its writes are stamped anew and lose nothing, and nobody follows it', async () => {
  const { open, time, tables } = place()
  const YEAR = 31_536_000_000
  const ahead = await open()
  time.jump(YEAR)
  const early = await ahead.put(CONFIG, 'written in the future')
  await ahead.put(CACHE, ['list'], { basis: early.stamp })
  time.jump(-YEAR)
  const late = await open()
  await settle()
  expect(late.get(CONFIG)?.value).toBe('written in the future')
  await late.put(CONFIG, 'written today')
  await ahead.put('services:b:config', 'also today')
  await settle()
  expect([late.get(CONFIG)?.value, ahead.get(CONFIG)?.value]).toEqual(['written today', 'written today'])
  expect(late.get(CACHE)?.value).toEqual(['list'])
  const limit = formatStamp(time.now() + 60_000, 0, 'z'.repeat(10))
  expect([...tables.records.values()].filter(({ stamp, basis }) => stamp > limit || basis > limit)).toEqual(
    [],
  )
})

test('what names a birth of a clock that ran ahead names it still when both are stamped anew', async () => {
  const { open, time } = place()
  const [birth, assignment] = ['services:weather:birth', 'agents:a:services:weather:assignment']
  const ahead = await open()
  time.jump(31_536_000_000)
  // The other way round, as they may lie in a table.
  await ahead.put(assignment, 'of an earlier life')
  const { stamp } = await ahead.put(birth, 'again')
  await ahead.put(assignment, 'of this life', { basis: stamp })
  time.jump(-31_536_000_000)
  for (const dataspace of [await open(), ahead]) {
    await settle()
    expect(dataspace.get(birth)!.stamp < stamp).toBe(true)
    expect(dataspace.get(assignment)).toMatchObject({
      value: 'of this life',
      basis: dataspace.get(birth)!.stamp,
    })
  }
})

test('close delivers what waits and says how much it could not', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  backend.faults.fail('down')
  const written = dataspace.put(CONFIG, 1)
  await time.pass(2000)
  await written
  expect(await dataspace.close()).toBe(1)
})

test('what began to be found out earlier never takes the place of what began later, unsent or not', async () => {
  const { open, faulty, time, tables } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  const { stamp: basis } = await dataspace.put(CONFIG, 1)
  const [early, late] = [dataspace.tick(), dataspace.tick()]
  backend.faults.fail('down')
  const unsent = dataspace.put(CACHE, ['late'], { basis, stamp: late })
  await time.pass(2000)
  await unsent
  expect((await dataspace.put(CACHE, ['early'], { basis, stamp: early })).status).toBe('outdated')
  backend.faults.heal()
  await time.pass(10_000)
  expect(dataspace.get(CACHE)?.value).toEqual(['late'])
  expect(tables.records.get(CACHE)?.json).toBe('["late"]')
})

test('after the clock stepped back a running process still changes and deletes what it wrote before', async () => {
  const { open, time } = place()
  const dataspace = await open()
  await dataspace.put(CONFIG, 'first')
  time.jump(-120_000)
  expect(await dataspace.put(CONFIG, 'second')).toMatchObject({ status: 'written' })
  expect(dataspace.get(CONFIG)?.value).toBe('second')
  time.jump(-120_000)
  expect(await dataspace.putIf('services:new:config', 1, 'absent')).toMatchObject({ status: 'written' })
  expect(await dataspace.put(CONFIG, undefined)).toMatchObject({ status: 'written' })
  expect((await open()).list('').map(({ key }) => key)).toEqual(['services:new:config'])
})

test('of two who mend the same record from the future, the one who came later does not undo what happened since', async () => {
  const { open, faulty, time } = place()
  const slow = faulty()
  const [a, b] = [await open(), await open(slow)]
  await a.put(CONFIG, 'first')
  await settle()
  expect(b.get(CONFIG)?.value).toBe('first')
  slow.faults.fail('down', ['pull', 'open'])
  time.jump(-120_000)
  await a.put(CONFIG, 'second')
  time.jump(10)
  slow.faults.heal()
  await b.put('services:b:config', 'other')
  await time.pass(20_000)
  expect([a.get(CONFIG)?.value, b.get(CONFIG)?.value]).toEqual(['second', 'second'])
})

test('a clear by a clock that runs ahead does not forbid everybody to write', async () => {
  const { open, time } = place()
  const ahead = await open()
  await ahead.put(CONFIG, 1)
  time.jump(3_600_000)
  await ahead.clear()
  time.jump(-3_600_000)
  const other = await open()
  for (const dataspace of [ahead, other]) {
    time.jump(10)
    await settle()
    expect(await dataspace.put(CONFIG, String(dataspace === ahead))).toMatchObject({ status: 'written' })
    expect(dataspace.get(CONFIG)?.value).toBe(String(dataspace === ahead))
  }
  time.jump(10)
  await settle()
  await ahead.clear()
  await settle()
  expect(other.list('')).toEqual([])
})

test('the durability of a write that was superseded while it waited is that of its successor', async () => {
  const { open, faulty, time } = place()
  const backend = Object.assign(faulty(), { durable: 'local' as const })
  const dataspace = await open(backend)
  backend.faults.fail('suspect', ['merge'])
  const both = Promise.all([dataspace.put(CONFIG, 1), dataspace.put(CONFIG, 2)])
  await time.pass(3000)
  expect((await both).map(({ durable }) => durable)).toEqual(['memory', 'memory'])
})

test('a write that somebody else overtook or cleared away is not told as written', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const [a, b] = [await open(backend), await open()]
  backend.faults.fail('suspect', ['merge', 'pull'])
  const overtaken = a.put(CONFIG, 'a')
  time.jump(5)
  await b.put(CONFIG, 'b')
  backend.faults.heal()
  await time.pass(100)
  expect(await overtaken).toMatchObject({ status: 'outdated' })
  backend.faults.fail('suspect', ['merge', 'pull'])
  const cleared = a.put('services:late:config', 'a')
  time.jump(5)
  await b.clear()
  backend.faults.heal()
  await time.pass(100)
  expect(await cleared).toMatchObject({ status: 'outdated' })
  expect(a.list('')).toEqual([])
})

test('what was counted before a service was deleted does not come back with its name', async () => {
  const { open, time } = place()
  const [a, b] = [await open(), await open()]
  const [key, field] = [statsKey('t'), statsField('weather', 'calls')]
  await a.put(CONFIG, 1)
  a.count(key, field, 5)
  await time.pass(300)
  expect(b.counters(key)).toEqual({ [field]: 5 })
  await a.put(CONFIG, undefined)
  await a.put(CONFIG, 2)
  await settle()
  expect([a.counters(key), b.counters(key)]).toEqual([{}, {}])
  a.count(key, field, 1)
  await time.pass(300)
  expect([a.counters(key), b.counters(key)]).toEqual([{ [field]: 1 }, { [field]: 1 }])
})

test('a record with a malformed stamp spoils neither the clock nor what is written over it', async () => {
  const { open, tables } = place()
  const dataspace = await open()
  tables.save({ key: CONFIG, json: '1', stamp: 'zzzz', basis: '', seen: [], rev: 0, expires: null })
  await dataspace.put(CONFIG, 2)
  await dataspace.put('services:b:config', 3)
  for (const { key, stamp } of tables.records.values()) {
    if (key !== CONFIG) expect(stamp).toMatch(/^[0-9a-f]{16}-[0-9a-z]{10}$/)
  }
  expect((await open()).get('services:b:config')?.value).toBe(3)
})

test('a wait ends in time although the clock is set back meanwhile', async () => {
  const { open, faulty, time } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  backend.faults.fail('suspect', ['merge'])
  const refused = expect(dataspace.putIf(CONFIG, 1, 'absent')).rejects.toMatchObject({ code: 'unavailable' })
  await time.pass(100)
  time.jump(-3_600_000)
  await time.pass(3000)
  await refused
})

test('a list refused for want of its config does not take a newer one along', async () => {
  const { open, faulty, time, tables } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  await dataspace.put(CONFIG, 1)
  const late = dataspace.put(CACHE, ['old'], { basis: dataspace.get(CONFIG)!.stamp })
  const { stamp } = await dataspace.put(CONFIG, 2)
  await dataspace.put(CACHE, ['new'], { basis: stamp })
  await late
  await time.pass(10)
  expect(dataspace.get(CACHE)?.value).toEqual(['new'])
  expect(tables.records.get(CACHE)?.json).toBe('["new"]')
})

test('a backlog of thousands is delivered without holding up the host', async () => {
  const { open, faulty, time, tables } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  backend.faults.fail('down')
  const waiting = Array.from({ length: 5000 }, (_, n) => dataspace.put(`services:s${n}:config`, n))
  await time.pass(2000)
  await Promise.all(waiting)
  backend.faults.heal()
  let turns = 0
  const ticking = setInterval(() => turns++, 0)
  while (dataspace.status().pendingWrites > 0) await time.pass(1000)
  clearInterval(ticking)
  expect(tables.records.size).toBe(5000)
  expect(turns).toBeGreaterThan(5)
})

test('a closed dataspace takes nothing any more, at once', async () => {
  const { open } = place()
  const dataspace = await open()
  await dataspace.close()
  expect(await dataspace.close()).toBe(0)
  for (const begin of [
    () => dataspace.put(CONFIG, 1),
    () => dataspace.putIf(CONFIG, 1, 'absent'),
    () => dataspace.clear(),
  ]) {
    await expect(begin()).rejects.toMatchObject({ code: 'unavailable', message: 'the dataspace is closed' })
  }
})

test('a strict write that was sent, and met no connection when it was asked for again, is not said to be none', async () => {
  const { tables, time } = place()
  const backend = memoryBackend({ tables, time })
  const hint = 'heal it'
  const failures = [
    new BackendError('suspect', 'silent', { hint, unsure: true }),
    new BackendError('suspect', 'not connected', { hint }),
    new BackendError('down', 'refused', { hint }),
  ]
  const merge: Backend['merge'] = async (writes) => {
    const failure = failures.shift()!
    if (failure.unsure) await backend.merge(writes)
    throw failure
  }
  const space = { namespace: 'n', dataspace: 'd', time }
  const dataspace = await new Dataspace({
    ...space,
    backend: { ...backend, merge },
    policy: 'strict',
  }).open()
  const refused = dataspace.put(CONFIG, 1).catch((error) => error)
  while (failures.length > 0) await time.pass(10)
  expect(await refused).toMatchObject({ code: 'outcome_unknown', message: expect.stringContaining('silent') })
  await dataspace.close()
})

test('a defect in what a conditional write asked put the whole dataspace down', async () => {
  const { open, tables, time } = place()
  const backend = memoryBackend({ tables, time })
  let asked = 0
  const merge: Backend['merge'] = async (writes) => {
    if (++asked > 1) return backend.merge(writes)
    throw new TypeError('planted')
  }
  const dataspace = await open({ ...backend, merge })
  const message = expect.stringContaining('planted')
  await expect(dataspace.putIf(CONFIG, 1, 'absent')).rejects.toMatchObject({
    code: 'outcome_unknown',
    message,
  })
  expect(asked).toBe(1)
  expect(dataspace.status()).toMatchObject({ state: 'up' })
  expect(await dataspace.putIf(CONFIG, 2, 'absent')).toMatchObject({ status: 'written' })
})

test('a look that was under way when a strict write was refused does not take the server for a good one', async () => {
  const { tables, time } = place()
  const backend = memoryBackend({ tables, time })
  let look: (() => void) | undefined
  let refuses = false
  const pull: Backend['pull'] = async (...args) => {
    const page = await backend.pull(...args)
    if (refuses) await new Promise<void>((resolve) => (look = resolve))
    return page
  }
  const merge: Backend['merge'] = async (writes) => {
    if (refuses) throw new BackendError('write-degraded', 'it is full', { hint: 'make room' })
    return backend.merge(writes)
  }
  const dataspace = await new Dataspace({
    ...{ namespace: 'n', dataspace: 'd', time, policy: 'strict' },
    backend: { ...backend, pull, merge },
  }).open()
  refuses = true
  void dataspace.refresh()
  await settle()
  await expect(dataspace.put(CONFIG, 1)).rejects.toMatchObject({ code: 'not_durable' })
  look!()
  await settle()
  expect(dataspace.status().state).toBe('write-degraded')
  refuses = false
  await time.pass(10_000)
  expect(dataspace.status().state).toBe('up')
  await dataspace.close()
})

test('a clear that was done, and refused when it was asked for again, is not said to be none', async () => {
  const { open, tables, time } = place()
  const backend = memoryBackend({ tables, time })
  const hint = 'heal it'
  const cut = new BackendError('down', 'cut', { hint, unsure: true })
  const answers = [cut, new BackendError('down', 'refused', { hint })]
  const clear: Backend['clear'] = async (stamp) => {
    const answer = answers.shift()!
    if (answer.unsure) await backend.clear(stamp)
    throw answer
  }
  const dataspace = await open({ ...backend, clear })
  await dataspace.put(CONFIG, 1)
  await expect(dataspace.clear()).rejects.toMatchObject({ code: 'outcome_unknown' })
  expect(answers).toEqual([])
  expect(tables.records.size).toBe(0)
})

test('the status of a closed dataspace is not up, nor what it was before', async () => {
  const { open, faulty } = place()
  const dataspace = await open()
  expect(dataspace.status().state).toBe('up')
  await dataspace.close()
  expect(dataspace.status()).toMatchObject({ state: 'closed', backend: 'memory', reason: null })
  const backend = faulty()
  const troubled = await open(backend)
  backend.faults.fail('down')
  await troubled.refresh()
  await troubled.close()
  expect(troubled.status()).toMatchObject({ state: 'closed', reason: 'planted: down' })
})

test('a run that counted nothing writes nothing when it ends', async () => {
  const { open, faulty } = place()
  const [reader, counter] = [faulty(), faulty()]
  await (await open(reader)).close()
  expect(reader.faults.calls).toEqual({ open: 1, pull: 1 })
  const dataspace = await open(counter)
  dataspace.count(statsKey('forecast'), statsField('weather', 'calls'), 1)
  await dataspace.close()
  expect(counter.faults.calls).toEqual({ open: 1, pull: 2, count: 1, leave: 1 })
})

test('the totals of all tools are told at once, sent or not', async () => {
  const { open } = place()
  const [a, b] = [await open(), await open()]
  await a.putAll([
    { key: CONFIG, value: 1 },
    { key: 'services:clock:config', value: 1 },
  ])
  a.count(statsKey('now'), statsField('weather', 'calls'), 2)
  await a.flush()
  await a.refresh()
  a.count(statsKey('now'), statsField('weather', 'calls'), 1)
  a.count(statsKey('later'), statsField('clock', 'calls'), 5)
  expect(a.allCounters()).toEqual([
    { key: 'tools:now:stats', field: 'weather:calls', total: 3 },
    { key: 'tools:later:stats', field: 'clock:calls', total: 5 },
  ])
  await a.put('services:clock:config', undefined)
  await b.refresh()
  expect(a.allCounters().map(({ key }) => key)).toEqual(['tools:now:stats'])
})

test('an observer is told of each state the backend enters; one that throws harms nobody', async () => {
  const { faulty, logger, open, time } = place()
  const backend = faulty()
  const dataspace = await open(backend)
  const states: string[] = []
  dataspace.observe({
    onState: () => {
      throw new Error('a listener of the host')
    },
  })
  const stop = dataspace.observe({ onState: (state, before) => states.push(`${before} > ${state}`) })
  backend.faults.fail('down')
  void dataspace.put(CONFIG, { a: 1 })
  await time.pass(2000)
  backend.faults.heal()
  await time.pass(30_000)
  expect(states[0]).toBe('up > down')
  expect(states.at(-1)).toMatch(/> up$/)
  expect(logger.lines.join('\n')).toContain('an observer threw: Error: a listener of the host')
  stop()
  const told = states.length
  backend.faults.fail('down')
  void dataspace.put(CONFIG, { a: 2 })
  await time.pass(2000)
  expect([dataspace.status().state, states.length]).toEqual(['down', told])
})

test('whoever holds a value is told, once, when it is replaced by one that had not seen it', async () => {
  // Which of two is the later one, and which of them hears first, is up to chance.
  for (let round = 0; round < 50; round++) {
    const { open } = place()
    const [a, b] = [await open(), await open()]
    const told: string[] = []
    for (const one of [a, b]) {
      one.observe({ onConflict: ({ key, loser }) => told.push(`${key} ${loser.json}`) })
    }
    await Promise.all([a.put(CONFIG, { by: 'a' }), b.put(CONFIG, { by: 'b' })])
    await settle()
    const [conflict] = await a.conflicts()
    expect(told).toEqual([`${CONFIG} ${conflict!.loser.json}`])
  }
})

test.each(['fallback', 'strict'] as const)(
  'two who write the very same unseen are both told so, and what differs is outdated (%s)',
  async (policy) => {
    const tables = new MemoryTables()
    // What a later clock has written was not seen when an earlier one writes.
    const open = (ms: number) => {
      const time = new ManualTime(1_700_000_000_000 + ms)
      const backend = memoryBackend({ tables, time })
      return new Dataspace({ backend, namespace: 'n', dataspace: 'd', time, policy }).open()
    }
    const [early, late] = [await open(0), await open(10_000)]
    const silent = new Set(tables.listeners)
    tables.listeners.clear()
    await late.putAll([
      { key: CONFIG, value: 'same' },
      { key: 'services:other:config', value: 'late' },
    ])
    const outcomes = await early.putAll([
      { key: CONFIG, value: 'same' },
      { key: 'services:other:config', value: 'early' },
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['unchanged', 'outdated'])
    expect(early.get(CONFIG)?.value).toBe('same')
    for (const listener of silent) tables.listeners.add(listener)
    await early.close()
    await late.close()
  },
)
