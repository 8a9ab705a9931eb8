import { existsSync } from 'node:fs'
import { BackendError, mirrorFile, sqliteBackend, statsField, statsKey } from '@mcpstore/storage'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { MirrorFile } from '../src/mirror/mirror-file.ts'
import { MirrorTables } from '../src/mirror/mirror-tables.ts'
import { settle } from './support/manual-time.ts'
import { MirrorPlace } from './support/mirror-place.ts'

const CONFIG = 'services:weather:config'
const OTHER = 'services:other:config'
const STATS = statsKey('forecast')
const CALLS = statsField('weather', 'calls')
/** Longer than it takes to see what others have written. */
const LOOK_MS = 300

test('mirrors of different targets and names lie apart, on a file system that ignores case too', () => {
  const names = [
    ['a', 'ns', 'work'],
    ['b', 'ns', 'work'],
    ['a', 'NS', 'work'],
    ['a', 'ns', 'Work'],
    ['a', 'ns:work', 'x'],
    ['a', 'ns', 'work:x'],
    ['a', 'con', '..'],
  ] as const
  const files = names.map(([target, namespace, dataspace]) => mirrorFile('/h', target, namespace, dataspace))
  expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length)
  for (const file of files) expect(file).toMatch(/^\/h\/redis\/[ab]\/[a-z0-9%_~-]+\/[a-z0-9%_~-]+\.db$/)
})

test('a write during an outage is told to be local, and the next process delivers it', async () => {
  await using place = new MirrorPlace()
  const first = await place.start({ down: true })
  expect(first.backend.faults.hits).toBeGreaterThan(0)
  expect(await first.dataspace.put(CONFIG, 1)).toMatchObject({ status: 'written', durable: 'local' })
  expect(place.waiting().map(({ key }) => key)).toEqual([CONFIG])
  const second = await place.start({ down: true })
  expect(second.dataspace.get(CONFIG)?.value).toBe(1)
  expect(second.dataspace.status()).toMatchObject({
    backend: 'memory',
    pendingWrites: 1,
    mirror: { file: place.file, problem: null },
  })
  expect(await second.dataspace.put(CONFIG, 1)).toMatchObject({ status: 'unchanged', durable: 'local' })
  const third = await place.start()
  expect(place.tables.records.get(CONFIG)?.json).toBe('1')
  await third.time.pass(LOOK_MS)
  expect(place.waiting()).toEqual([])
})

test('what a mirror tells a removal of was called unknown once nothing of it was left', async () => {
  await using place = new MirrorPlace()
  const nobody = await place.start({ down: true })
  expect(nobody.dataspace.isKnown).toBe(false)
  const first = await place.start()
  await first.dataspace.put(CONFIG, 1)
  await first.time.pass(LOOK_MS)
  expect(first.dataspace.isKnown).toBe(true)
  const second = await place.start({ down: true })
  expect(await second.dataspace.put(CONFIG, undefined)).toMatchObject({ durable: 'local' })
  const third = await place.start({ down: true })
  expect(third.dataspace.list('')).toEqual([])
  expect(third.dataspace.isKnown).toBe(true)
  await using alone = new MirrorPlace()
  const { dataspace } = await alone.start({ down: true })
  await dataspace.put(OTHER, 1)
  expect(dataspace.isKnown).toBe(false)
  await dataspace.put(OTHER, undefined)
  expect(dataspace.isKnown).toBe(true)
})

test('what an earlier process had counted and waits was not told as waiting', async () => {
  await using place = new MirrorPlace()
  const first = await place.start()
  await first.dataspace.put(CONFIG, 1)
  await first.time.pass(LOOK_MS)
  first.backend.faults.fail('down')
  first.dataspace.count(STATS, CALLS, 2)
  await first.time.pass(1000)
  await first.dataspace.close()
  const second = await place.start({ down: true })
  expect(second.dataspace.status().pendingCounts).toBe(1)
  second.dataspace.count(STATS, CALLS, 1)
  expect(second.dataspace.status().pendingCounts).toBe(2)
  second.backend.faults.heal()
  await second.time.pass(10_000)
  expect(second.dataspace.status().pendingCounts).toBe(0)
  expect(second.dataspace.counters(STATS)).toEqual({ [CALLS]: 3 })
})

test('in an outage the totals were without what others of this machine had counted and nobody delivered', async () => {
  await using place = new MirrorPlace()
  const first = await place.start()
  await first.dataspace.put(CONFIG, 1)
  first.dataspace.count(STATS, CALLS, 2)
  await first.time.pass(1000)
  first.backend.faults.fail('down')
  first.dataspace.count(STATS, CALLS, 3)
  await first.time.pass(1000)
  const second = await place.start({ down: true })
  second.dataspace.count(STATS, CALLS, 10)
  await second.time.pass(LOOK_MS)
  // The first two are in the copy of what the server had, and in what the run has counted in all.
  expect(second.dataspace.counters(STATS)).toEqual({ [CALLS]: 15 })
  expect(second.dataspace.allCounters()).toEqual([{ key: STATS, field: CALLS, total: 15 }])
  await first.time.pass(LOOK_MS)
  expect(first.dataspace.counters(STATS)).toEqual({ [CALLS]: 15 })
  second.backend.faults.heal()
  await second.time.pass(10_000)
  expect(second.dataspace.counters(STATS)).toEqual({ [CALLS]: 15 })
  expect(place.query('SELECT * FROM totals')).toEqual([])
  expect(place.query('SELECT * FROM shares')).toEqual([])
})

test('what two processes had both delivered for a run left a row behind that nobody removed', async () => {
  await using place = new MirrorPlace()
  const first = await place.start()
  await first.dataspace.put(CONFIG, 1)
  first.backend.faults.fail('down')
  first.dataspace.count(STATS, CALLS, 3)
  await first.time.pass(1000)
  const file = new MirrorFile(place.file)
  await file.open()
  const [share] = file.sharesOfOthers('somebody')
  expect(share?.totals).toMatchObject([{ total: 3 }])
  file.removeShare(share!)
  file.removeShare(share!)
  expect(place.query('SELECT * FROM shares')).toEqual([])
  // What has risen since is still there, and how much of it was delivered.
  first.dataspace.count(STATS, CALLS, 2)
  await first.time.pass(1000)
  const [rest] = file.sharesOfOthers('somebody')
  expect(rest?.totals).toMatchObject([{ total: 5, sent: 0 }])
  file.removeShare(share!)
  expect(file.sharesOfOthers('somebody')[0]?.totals).toMatchObject([{ total: 5, sent: 3 }])
  file.removeShare(rest!)
  file.close()
  expect(place.query('SELECT * FROM totals')).toEqual([])
  expect(place.query('SELECT * FROM shares')).toEqual([])
})

test('in an outage each look at a total read what others of this machine had counted', async () => {
  await using place = new MirrorPlace()
  const reads = vi.spyOn(MirrorTables.prototype, 'sharesOfOthers')
  onTestFinished(() => reads.mockRestore())
  const first = await place.start({ down: true })
  await first.dataspace.put(CONFIG, 1)
  first.dataspace.count(STATS, CALLS, 3)
  await first.time.pass(1000)
  const second = await place.start({ down: true })
  await second.time.pass(LOOK_MS)
  const look = () => second.dataspace.counters(STATS)
  look()
  reads.mockClear()
  for (let looks = 0; looks < 20; looks++) expect(look()).toEqual({ [CALLS]: 3 })
  expect(reads).toHaveBeenCalledTimes(0)
  // What has changed is seen at once, whoever changed it.
  first.dataspace.count(STATS, CALLS, 1)
  await first.time.pass(1000)
  reads.mockClear()
  for (let looks = 0; looks < 20; looks++) expect(look()).toEqual({ [CALLS]: 4 })
  expect(reads).toHaveBeenCalledTimes(1)
  await second.dataspace.put(CONFIG, undefined)
  await second.dataspace.put(CONFIG, 2)
  await second.time.pass(LOOK_MS)
  expect(look()).toEqual({})
})

test('what one of this machine had counted was in the totals twice as what another had was refused after it', async () => {
  await using place = new MirrorPlace()
  const [first, second, third] = [await place.start(), await place.start(), await place.start()]
  await first.dataspace.put(CONFIG, 1)
  for (const { backend, dataspace, time } of [second, third, first]) {
    await time.pass(1000)
    backend.faults.fail('down')
    dataspace.count(STATS, CALLS, 3)
    await time.pass(1000)
  }
  await first.time.pass(1000)
  expect(first.dataspace.counters(STATS)).toEqual({ [CALLS]: 9 })
  // The server is full after its own and the first of the others.
  const { count } = first.backend
  let counts = 0
  first.backend.count = async (...args) => {
    if (++counts === 3) first.backend.faults.fail('write-degraded', ['count', 'merge'])
    return count(...args)
  }
  first.backend.faults.heal()
  await first.time.pass(10_000)
  expect(first.dataspace.status().state).toBe('write-degraded')
  expect([...place.tables.counters.values()].reduce((sum, { total }) => sum + total, 0)).toBe(6)
  expect(first.dataspace.counters(STATS)).toEqual({ [CALLS]: 9 })
})

test('totals of others were not shown any more while what was counted here was not answered', async () => {
  await using place = new MirrorPlace()
  const first = await place.start()
  const second = await place.start({ file: `${place.folder}/other.db` })
  await first.dataspace.put(CONFIG, 1)
  await second.dataspace.refresh()
  second.backend.faults.fail('down')
  second.dataspace.count(STATS, CALLS, 10)
  await second.time.pass(1000)
  let asked = 0
  second.backend.count = async () => {
    asked++
    throw new BackendError('suspect', 'silent', { hint: 'heal it', unsure: true })
  }
  second.backend.faults.heal()
  await second.time.pass(3000)
  first.dataspace.count(STATS, CALLS, 100)
  await first.time.pass(1000)
  await second.time.pass(10_000)
  expect(asked).toBeGreaterThan(0)
  expect(second.dataspace.counters(STATS)).toEqual({ [CALLS]: 110 })
})

test('a removal in an outage takes what was counted of the service with it', async () => {
  await using place = new MirrorPlace()
  const first = await place.start({ down: true })
  await first.dataspace.put(CONFIG, 1)
  first.dataspace.count(STATS, CALLS, 3)
  await first.time.pass(1000)
  const second = await place.start({ down: true })
  expect(second.dataspace.counters(STATS)).toEqual({ [CALLS]: 3 })
  await second.dataspace.put(CONFIG, undefined)
  await second.time.pass(LOOK_MS)
  expect(second.dataspace.counters(STATS)).toEqual({})
})

test('a dataspace that is closed during an outage leaves everything in the file and says how much', async () => {
  await using place = new MirrorPlace()
  const { dataspace, backend, time } = await place.start()
  await dataspace.put(CONFIG, 1)
  backend.faults.fail('down')
  const late = dataspace.put(OTHER, 2)
  await time.pass(400)
  expect((await late).durable).toBe('local')
  expect(await dataspace.close()).toBe(1)
  expect(place.waiting().map(({ json }) => json)).toEqual(['2'])
  expect(
    place.query<{ json: string }>('SELECT json FROM records ORDER BY json').map(({ json }) => json),
  ).toEqual(['1', '2'])
})

test('to close took as long again as to open while the server was silent: what is in the file is left to others', async () => {
  await using place = new MirrorPlace()
  const { dataspace, backend, time } = await place.start({ down: true })
  expect((await dataspace.put(CONFIG, 1)).durable).toBe('local')
  const { close } = backend
  backend.open = () =>
    new Promise((_, reject) => {
      backend.close = async () => reject(new BackendError('down', 'closed', { hint: '' }))
    })
  let left: number | undefined
  void dataspace.close().then((count) => {
    left = count
  })
  await time.pass(200)
  expect(left).toBe(1)
  expect(dataspace.status().reason).toContain('planted: down')
  expect(place.waiting()).toHaveLength(1)
  backend.close = close
})

test('what waits is sent at the last moment if the server is back', async () => {
  await using place = new MirrorPlace()
  const { dataspace, backend } = await place.start({ down: true })
  expect((await dataspace.put(CONFIG, 1)).durable).toBe('local')
  backend.faults.heal()
  expect(await dataspace.close()).toBe(0)
  expect(place.tables.records.get(CONFIG)?.json).toBe('1')
})

test('processes that share a mirror see each other during an outage, and each write is kept once', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start({ down: true }), await place.start({ down: true })]
  const seen: unknown[] = []
  b.dataspace.watch('', ({ key, entry, origin }) => seen.push([key, entry?.value, origin]))
  await a.dataspace.put(CONFIG, 1)
  await b.time.pass(LOOK_MS)
  expect(seen).toEqual([[CONFIG, 1, 'remote']])
  await b.dataspace.put(CONFIG, 2)
  await a.time.pass(LOOK_MS)
  expect(a.dataspace.get(CONFIG)?.value).toBe(2)
  expect(place.waiting().map(({ json }) => json)).toEqual(['2'])
  expect([a, b].map(({ dataspace }) => dataspace.status().pendingWrites)).toEqual([1, 1])
})

test('whoever is up first delivers what all have written, and the others need not', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start({ down: true }), await place.start({ down: true })]
  await a.dataspace.put(CONFIG, 1)
  await b.dataspace.put(OTHER, 2)
  a.backend.faults.heal()
  await a.time.pass(1000)
  expect([...place.tables.records.keys()].sort()).toEqual([OTHER, CONFIG].sort())
  expect(place.waiting()).toEqual([])
  await b.time.pass(LOOK_MS)
  expect(b.dataspace.status().pendingWrites).toBe(0)
})

test('a write takes the place of another in the file only if its writer had seen it', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start({ down: true }), await place.start({ down: true })]
  await a.dataspace.put(CONFIG, 'X')
  // Of two writes in the same moment the ids of their processes would decide which is the later one.
  await b.time.pass(1)
  // Its clock stands still from now on, so it has not looked.
  await b.dataspace.put(CONFIG, 'Z')
  expect(place.waiting().map(({ json }) => json)).toEqual(['"X"', '"Z"'])
  await b.dataspace.put(CONFIG, 'last')
  // Z it had seen, X nobody has: it will be reported.
  expect(place.waiting().map(({ json }) => json)).toEqual(['"X"', '"last"'])
  await a.time.pass(LOOK_MS)
  expect(a.dataspace.status().pendingWrites).toBe(2)
  expect(a.dataspace.get(CONFIG)?.value).toBe('last')
})

test('an acknowledgement removes exactly the write it is for', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start({ down: true }), await place.start({ down: true })]
  await a.dataspace.put(CONFIG, 'X')
  const merge = a.backend.merge
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    a.backend.merge = async (writes) => {
      const replies = await merge(writes)
      resolve()
      await new Promise<void>((go) => {
        answer = go
      })
      return replies
    }
  })
  a.backend.faults.heal()
  await a.time.pass(1000)
  await asked
  await b.dataspace.put(CONFIG, 'Z')
  expect(place.waiting().map(({ json }) => json)).toEqual(['"X"', '"Z"'])
  a.backend.merge = merge
  a.backend.faults.fail('down', ['merge'])
  answer()
  await a.time.pass(60)
  expect(place.waiting().map(({ json }) => json)).toEqual(['"Z"'])
})

test('what another process has put in the place of a write is not told to have reached the server', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start(), await place.start({ down: true })]
  a.backend.faults.fail('down')
  const put = a.dataspace.put(CONFIG, 'X')
  await a.time.pass(60)
  expect(place.waiting().map(({ json }) => json)).toEqual(['"X"'])
  await b.time.pass(LOOK_MS)
  await b.dataspace.put(CONFIG, 'Z')
  await a.time.pass(LOOK_MS)
  expect(a.dataspace.get(CONFIG)?.value).toBe('Z')
  await a.time.pass(400)
  expect((await put).durable).toBe('local')
  expect(place.tables.records.size).toBe(0)
})

test('of a write that another process has delivered nothing is told that this one does not know', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start(), await place.start({ down: true })]
  a.backend.faults.fail('down')
  const put = a.dataspace.put(CONFIG, 'X')
  await a.time.pass(60)
  b.backend.faults.heal()
  await b.time.pass(1000)
  expect(place.tables.records.get(CONFIG)?.json).toBe('"X"')
  expect(place.waiting()).toEqual([])
  await a.time.pass(400)
  expect((await put).durable).toBe('local')
})

test('a write that was dropped by a clear is not told to be local', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start(), await place.start({ down: true })]
  a.backend.faults.fail('down')
  const put = a.dataspace.put(CONFIG, 'X')
  await a.time.pass(60)
  const c = await place.start({ file: `${place.folder}/other.db` })
  // Who is down hears of nothing.
  place.tables.listeners.clear()
  await c.dataspace.clear()
  b.backend.faults.heal()
  await b.time.pass(1000)
  expect(b.dataspace.status().state).toBe('up')
  expect(place.waiting()).toEqual([])
  await a.time.pass(400)
  expect((await put).durable).toBe('memory')
  expect(a.dataspace.list('')).toEqual([])
})

test('a watcher may write at once what it hears of from the mirror', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start({ down: true }), await place.start({ down: true })]
  let written: Promise<unknown> | undefined
  b.dataspace.watch(CONFIG, () => {
    written = b.dataspace.put(OTHER, 'answer')
  })
  await a.dataspace.put(CONFIG, 1)
  await b.time.pass(LOOK_MS)
  expect(await written).toMatchObject({ durable: 'local' })
  const third = await place.start({ down: true })
  expect(third.dataspace.get(OTHER)?.value).toBe('answer')
})

test('a backlog larger than one transaction is kept as a whole before it is told to be', async () => {
  await using place = new MirrorPlace()
  const { dataspace } = await place.start({ down: true })
  const puts = Array.from({ length: 1100 }, (_, n) => ({ key: `services:s${n}:config`, value: n }))
  const results = await dataspace.putAll(puts)
  expect(place.waiting()).toHaveLength(1100)
  expect(new Set(results.map(({ durable }) => durable))).toEqual(new Set(['local']))
  const next = await place.start({ down: true })
  expect(next.dataspace.list('services:')).toHaveLength(1100)
  expect(next.dataspace.status().pendingWrites).toBe(1100)
})

test('what one write costs does not grow with what waits', async () => {
  await using place = new MirrorPlace()
  const { dataspace } = await place.start({ down: true })
  await dataspace.putAll(Array.from({ length: 2000 }, (_, n) => ({ key: `services:s${n}:config`, value: n })))
  const rev = () => place.query<{ rev: number }>('SELECT max(rev) AS rev FROM outbox')[0]!.rev
  const before = rev()
  await dataspace.put(CONFIG, 1)
  // One revision for the row, and none for the others.
  expect(rev() - before).toBeLessThanOrEqual(2)
})

test('a clear is kept: what it removed is not shown by the next process', async () => {
  await using place = new MirrorPlace()
  const { dataspace, time } = await place.start()
  await dataspace.put(CONFIG, 1)
  await time.pass(LOOK_MS)
  expect(place.query('SELECT key FROM records')).toHaveLength(1)
  await dataspace.clear()
  await time.pass(LOOK_MS)
  const next = await place.start({ down: true })
  expect(next.dataspace.list('')).toEqual([])
})

test('where the clock went back to before the last clear, the next process starts, and what it writes is not lost', async () => {
  await using place = new MirrorPlace()
  const { dataspace, time } = await place.start()
  await dataspace.put(CONFIG, 1)
  await dataspace.clear()
  await time.pass(LOOK_MS)
  const next = await place.start({ down: true, slowMs: 2 * 3_600_000 })
  expect(next.dataspace.list('')).toEqual([])
  expect(await next.dataspace.put(OTHER, 2)).toMatchObject({ status: 'written', durable: 'local' })
  expect(place.waiting().map(({ json }) => json)).toEqual(['2'])
  await place.start()
  expect([...place.tables.records.values()].map(({ key, json }) => [key, json])).toEqual([[OTHER, '2']])
})

test('where a clock that was a year ahead is set right while the server is away, what is written then is not lost', async () => {
  await using place = new MirrorPlace()
  const first = await place.start({ slowMs: -365 * 24 * 3_600_000 })
  expect((await first.dataspace.put(CONFIG, 1)).durable).toBe('redis')
  await first.time.pass(LOOK_MS)
  const second = await place.start({ down: true })
  expect(await second.dataspace.put(CONFIG, 2)).toMatchObject({ status: 'written', durable: 'local' })
  await place.start()
  expect(place.tables.records.get(CONFIG)?.json).toBe('2')
})

test.each(['1e300', '1e15', '-1e15', 'abc', ''])(
  'an offset that no clock can have (%j) is not gone by',
  async (offset) => {
    await using place = new MirrorPlace()
    const first = await place.start()
    await first.dataspace.put(CONFIG, 1)
    await first.time.pass(LOOK_MS)
    const { default: Libsql } = await import('libsql')
    const db = new Libsql(place.file)
    db.prepare("UPDATE meta SET value = ? WHERE name = 'offset'").run(offset)
    db.close()
    const second = await place.start({ down: true })
    expect(await second.dataspace.put(CONFIG, 2)).toMatchObject({ status: 'written', durable: 'local' })
    expect(await second.dataspace.put(OTHER, 3)).toMatchObject({ status: 'written', durable: 'local' })
    await place.start()
    expect([CONFIG, OTHER].map((key) => place.tables.records.get(key)?.json)).toEqual(['2', '3'])
  },
)

test('a row of the outbox that somebody spoiled is left alone, and the others are delivered', async () => {
  await using place = new MirrorPlace()
  const { dataspace } = await place.start({ down: true })
  await dataspace.put(CONFIG, 1)
  const { default: Libsql } = await import('libsql')
  const db = new Libsql(place.file)
  for (const [n, write] of ['no json', 'null', '{}', '{"record":{"key":"x"}}', '{"record":null}'].entries())
    db.prepare('INSERT INTO outbox VALUES (?, ?, ?)').run(`spoiled ${n}`, write, 1000 + n)
  db.prepare("UPDATE meta SET value = '2000' WHERE name = 'rev'").run()
  db.close()
  const next = await place.start()
  expect(next.dataspace.status()).toMatchObject({ state: 'up', mirror: { problem: null } })
  expect([...place.tables.records.keys()]).toEqual([CONFIG])
  await next.time.pass(LOOK_MS)
  expect(place.query('SELECT stamp FROM outbox')).toHaveLength(5)
})

test('a local dataspace is not opened as a mirror, nor a mirror as a local dataspace', async () => {
  await using place = new MirrorPlace()
  const { dataspace } = await place.start({ down: true })
  await dataspace.put(CONFIG, 1)
  await expect(sqliteBackend({ file: place.file }).open()).rejects.toMatchObject({
    message: expect.stringContaining('is the mirror of a dataspace on Redis'),
  })
  const file = `${place.folder}/backend.db`
  const local = sqliteBackend({ file })
  await local.open()
  await local.release('refresh', 'first')
  const other = await place.start({ down: true, file })
  expect(other.dataspace.status().mirror).toMatchObject({
    file,
    problem: expect.stringContaining('is a local dataspace'),
  })
  expect((await other.dataspace.put(CONFIG, 1)).durable).toBe('memory')
  expect((await local.pull(0)).records).toEqual([])
  await local.close()
})

test('a locked file: the first write waits for it, the next ones do not, and all are kept once they can be', async () => {
  await using place = new MirrorPlace()
  await place.make()
  const { dataspace, logger, time } = await place.start({ down: true })
  const unlock = place.lock()
  const first = dataspace.put(CONFIG, 1)
  await time.pass(500)
  expect((await first).durable).toBe('memory')
  expect((await dataspace.put(OTHER, 2)).durable).toBe('memory')
  expect(dataspace.status().mirror!.problem).toContain('is locked by another process')
  expect(place.waiting()).toEqual([])
  unlock()
  await time.pass(LOOK_MS)
  expect(place.waiting()).toHaveLength(2)
  expect(dataspace.status().mirror!.problem).toBeNull()
  expect((await dataspace.put(OTHER, 3)).durable).toBe('local')
  const lines = logger.lines.filter((line) => line.includes('mirror'))
  expect(lines).toEqual([
    expect.stringMatching(/^warn .*is not kept: .*locked/),
    expect.stringMatching(/^info .*is kept again/),
  ])
})

test('a file that is locked for a moment is waited for, and nothing is said', async () => {
  await using place = new MirrorPlace()
  await place.make()
  const { dataspace, logger, time } = await place.start({ down: true })
  const unlock = place.lock()
  const put = dataspace.put(CONFIG, 1)
  await settle()
  unlock()
  await time.pass(20)
  expect((await put).durable).toBe('local')
  expect(logger.lines.filter((line) => line.includes('mirror'))).toEqual([])
})

test('others are read even while the file is locked for writing', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start({ down: true }), await place.start({ down: true })]
  await a.dataspace.put(CONFIG, 1)
  const unlock = place.lock()
  const own = b.dataspace.put(OTHER, 2)
  await b.time.pass(500)
  expect((await own).durable).toBe('memory')
  expect(b.dataspace.get(CONFIG)?.value).toBe(1)
  unlock()
})

test('what a run that was killed has counted is delivered once, by whoever comes next', async () => {
  await using place = new MirrorPlace()
  const killed = await place.start()
  await killed.dataspace.put(CONFIG, 1)
  killed.backend.faults.fail('down')
  killed.dataspace.count(STATS, CALLS, 5)
  await killed.time.pass(100)
  const total = () => place.tables.counters.get(`${STATS} ${CALLS}`)?.total
  expect(total()).toBeUndefined()
  const heirs = [await place.start({ down: true }), await place.start({ down: true })]
  for (const { backend, time } of heirs) {
    backend.faults.heal()
    await time.pass(1000)
  }
  expect(total()).toBe(5)
  expect(place.query('SELECT * FROM totals')).toEqual([])
  expect(heirs.map(({ dataspace }) => dataspace.counters(STATS))).toEqual([{ [CALLS]: 5 }, { [CALLS]: 5 }])
})

test('what another process has delivered for a run that lives is not shown twice by it', async () => {
  await using place = new MirrorPlace()
  const [a, b] = [await place.start(), await place.start()]
  await a.dataspace.put(CONFIG, 1)
  for (const { backend, dataspace, time } of [a, b]) {
    backend.faults.fail('down')
    dataspace.count(STATS, CALLS, 5)
    await time.pass(600)
  }
  expect(place.query('SELECT * FROM totals')).toHaveLength(2)
  for (const { backend, time } of [a, b, a]) {
    backend.faults.heal()
    await time.pass(2000)
  }
  expect(place.tables.counters.get(`${STATS} ${CALLS}`)?.total).toBe(10)
  await a.time.pass(1000)
  expect([a, b].map(({ dataspace }) => dataspace.counters(STATS))).toEqual([{ [CALLS]: 10 }, { [CALLS]: 10 }])
})

test('a run whose share is still in the file does not leave, so that nobody can count it again', async () => {
  await using place = new MirrorPlace()
  const { backend, dataspace, time } = await place.start()
  await dataspace.put(CONFIG, 1)
  await settle()
  dataspace.count(STATS, CALLS, 5)
  await time.pass(100)
  expect(place.query('SELECT * FROM totals')).toHaveLength(1)
  const unlock = place.lock()
  await time.pass(300)
  expect(place.tables.counters.get(`${STATS} ${CALLS}`)?.total).toBe(5)
  await time.pass(1000)
  const closing = dataspace.close()
  await time.pass(1000)
  await closing
  expect(backend.faults.calls.leave).toBeUndefined()
  unlock()
  const next = await place.start()
  await next.time.pass(1000)
  expect(place.tables.counters.get(`${STATS} ${CALLS}`)?.total).toBe(5)
  expect(place.query('SELECT * FROM totals')).toEqual([])
  await next.dataspace.close()
})

test('what was counted under a config that is gone is not delivered to the next one of its name', async () => {
  await using place = new MirrorPlace()
  const killed = await place.start()
  await killed.dataspace.put(CONFIG, 1)
  killed.backend.faults.fail('down')
  killed.dataspace.count(STATS, CALLS, 5)
  await killed.time.pass(100)
  expect(place.query('SELECT * FROM totals')).toHaveLength(1)
  const next = await place.start({ down: true })
  await next.dataspace.put(CONFIG, undefined)
  await next.dataspace.put(CONFIG, 2)
  next.backend.faults.heal()
  await next.time.pass(1000)
  expect(place.tables.records.get(CONFIG)?.json).toBe('2')
  expect(place.tables.counters.size).toBe(0)
})

test('totals are kept, so that they can be read during an outage after a restart', async () => {
  await using place = new MirrorPlace()
  const { dataspace, time } = await place.start()
  await dataspace.put(CONFIG, 1)
  dataspace.count(STATS, CALLS, 5)
  await time.pass(1000)
  await dataspace.close()
  const next = await place.start({ down: true })
  expect(next.dataspace.counters(STATS)).toEqual({ [CALLS]: 5 })
})

test('a write during an outage is later than what its writer has seen, however slow the clock of his machine', async () => {
  await using place = new MirrorPlace()
  const slowMs = 3_600_000
  const reached = await place.start({ slowMs })
  await reached.dataspace.put(CONFIG, 1)
  await reached.dataspace.put(OTHER, 1)
  await reached.time.pass(100)
  const closing = reached.dataspace.close()
  await reached.time.pass(1000)
  await closing
  const cut = await place.start({ slowMs, down: true })
  expect(cut.dataspace.get(CONFIG)?.value).toBe(1)
  expect(await cut.dataspace.put(CONFIG, 2)).toMatchObject({ status: 'written', durable: 'local' })
  expect(await cut.dataspace.put(OTHER, undefined)).toMatchObject({ status: 'written', durable: 'local' })
  const back = await place.start({ slowMs })
  await back.time.pass(LOOK_MS)
  expect(place.tables.records.get(CONFIG)?.json).toBe('2')
  expect(place.tables.records.get(OTHER)?.json).toBeNull()
})

describe('a look at a dataspace that holds nothing', () => {
  test('made a file: now there is none until there is something to keep', async () => {
    await using place = new MirrorPlace()
    const { dataspace, time } = await place.start()
    await time.pass(LOOK_MS)
    expect(dataspace.list('')).toEqual([])
    expect(dataspace.status()).toMatchObject({ state: 'up', mirror: { file: place.file, problem: null } })
    await dataspace.close()
    expect(existsSync(place.file)).toBe(false)
    const { dataspace: writer } = await place.start({ down: true })
    expect((await writer.put(CONFIG, 1)).durable).toBe('local')
    expect(place.waiting()).toHaveLength(1)
  })

  test('a mirror that another process makes meanwhile is found', async () => {
    await using place = new MirrorPlace()
    const reader = await place.start({ down: true })
    const writer = await place.start({ down: true })
    expect((await writer.dataspace.put(CONFIG, 1)).durable).toBe('local')
    await reader.time.pass(LOOK_MS)
    expect(reader.dataspace.get(CONFIG)?.value).toBe(1)
  })
})
