import Libsql from 'libsql'
import { describe, expect, test } from 'vitest'
import { MirrorPlace } from './support/mirror-place.ts'

const CONFIG = 'services:weather:config'
const OTHER = 'services:other:config'
const LATER = 'services:later:config'
/** Longer than it takes to see what others have written. */
const LOOK_MS = 300
const YEAR_MS = 365 * 24 * 3_600_000

/** A mirror with a record that the server has too, and a write that only it has. */
async function twoKept(place: MirrorPlace): Promise<void> {
  const first = await place.start()
  expect((await first.dataspace.put(CONFIG, 1)).durable).toBe('redis')
  await first.time.pass(LOOK_MS)
  const second = await place.start({ down: true })
  expect((await second.dataspace.put(OTHER, 2)).durable).toBe('local')
}

/** Changes the file as somebody does who has an editor for SQLite. */
function spoil(place: MirrorPlace, sql: string, ...values: string[]): void {
  const db = new Libsql(place.file)
  try {
    expect(db.prepare(sql).run(...values).changes).toBeGreaterThan(0)
  } finally {
    db.close()
  }
}

const stampAt = (ms: number) => `${ms.toString(16).padStart(12, '0')}0000-abcdefghij`

describe('a fact about the mirror that was spoiled by hand', () => {
  test.each([
    ['rev', 'abc'],
    ['rev', '-5'],
    ['rev', '0'],
    ['rev', '1.5'],
    ['rev', '9'.repeat(20)],
    ['cleared', 'abc'],
    ['cleared', 'ffffffffffffffff-zzzzzzzzzz'],
    ['cleared', stampAt(Date.now() + 1000 * YEAR_MS)],
    ['cleared', stampAt(Date.now() + 10_000)],
    ['offset', 'abc'],
    ['offset', String(1e300)],
    ['settled', 'abc'],
  ])('%s = %s loses no write and hides none', async (name, value) => {
    await using place = new MirrorPlace()
    await twoKept(place)
    spoil(place, 'UPDATE meta SET value = ? WHERE name = ?', value, name)
    const during = await place.start({ down: true })
    const seen = () => [CONFIG, OTHER].map((key) => during.dataspace.get(key)?.value)
    expect(seen()).toEqual([1, 2])
    expect(during.dataspace.status().pendingWrites).toBe(1)
    expect((await during.dataspace.put(LATER, 3)).durable).toBe('local')
    expect(during.dataspace.status()).toMatchObject({ pendingWrites: 2, mirror: { problem: null } })

    const after = await place.start()
    const stored = () => [CONFIG, OTHER, LATER].map((key) => place.tables.records.get(key)?.json)
    expect(stored()).toEqual(['1', '2', '3'])
    await after.time.pass(LOOK_MS)
    expect(place.waiting()).toEqual([])
    expect(place.query('SELECT json FROM records ORDER BY json')).toEqual(
      [1, 2, 3].map((json) => ({ json: `${json}` })),
    )
  })

  test('a row that is missing is written anew', async () => {
    await using place = new MirrorPlace()
    await twoKept(place)
    spoil(place, "DELETE FROM meta WHERE name IN ('rev', 'cleared')")
    await place.start()
    expect(place.tables.records.get(OTHER)?.json).toBe('2')
  })

  test('a clear is no such thing: it stays, in a file that was opened anew too, and nothing comes back', async () => {
    await using place = new MirrorPlace()
    await twoKept(place)
    const first = await place.start()
    await first.dataspace.clear()
    await first.time.pass(LOOK_MS)
    const during = await place.start({ down: true })
    expect((await during.dataspace.put(LATER, 3)).durable).toBe('local')
    const [cleared] = place.query<{ value: string }>("SELECT value FROM meta WHERE name = 'cleared'")
    expect(cleared?.value).toMatch(/^[0-9a-f]{16}-/)
    const next = await place.start({ down: true })
    expect(next.dataspace.list('').map(({ key }) => key)).toEqual([LATER])
    expect(place.query("SELECT value FROM meta WHERE name = 'cleared'")).toEqual([cleared])
    await place.start()
    expect([...place.tables.records.keys()]).toEqual([LATER])
  })
})

test('a clear from the future in a mirror without records does not keep out what comes next', async () => {
  await using place = new MirrorPlace()
  await place.make()
  spoil(place, "UPDATE meta SET value = ? WHERE name = 'cleared'", stampAt(Date.now() + YEAR_MS))
  const { dataspace, time } = await place.start()
  expect((await dataspace.put(CONFIG, 1)).durable).toBe('redis')
  await time.pass(LOOK_MS)
  expect(place.query('SELECT json FROM records')).toEqual([{ json: '1' }])
})

test('a waiting write that is not JSON any more is named, and holds up no other', async () => {
  await using place = new MirrorPlace()
  await twoKept(place)
  const spoiled = place.waiting()[0]!.stamp
  spoil(place, 'UPDATE outbox SET write = ?', '{')
  const { dataspace } = await place.start({ down: true })
  expect((await dataspace.put(LATER, 3)).durable).toBe('local')
  expect(dataspace.status().quarantined).toEqual([
    { key: `outbox:${spoiled}`, problem: expect.stringContaining('JSON') },
  ])
  await place.start()
  expect(place.tables.records.get(LATER)?.json).toBe('3')
})
