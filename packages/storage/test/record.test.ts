import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryTables } from '../src/backends/memory.ts'
import { mergeWrite } from '../src/backends/rules.ts'
import { covers, outranks, recordProblem, type StoredRecord, seenAfter } from '../src/records/record.ts'
import { formatStamp, stampNode } from '../src/records/stamp.ts'

const NOW = 1e12
const stamp = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom('a', 'b', 'c'))
  .map(([ms, node]) => formatStamp(NOW + ms, 0, node.padEnd(10, '0')))

/** Writes with unique stamps, some of which had seen some of those before them. */
const history = fc
  .uniqueArray(fc.tuple(stamp, fc.integer({ min: 0, max: 3 }), fc.nat()), {
    minLength: 1,
    maxLength: 12,
    selector: ([s]) => s,
  })
  .map((drafts) => {
    const writes: StoredRecord[] = []
    for (const [own, value, pick] of drafts.sort(([a], [b]) => (a < b ? -1 : 1))) {
      const before = writes.length > 0 && pick % 3 > 0 ? writes[pick % writes.length] : undefined
      writes.push({
        key: 'services:a:config',
        json: String(value),
        stamp: own,
        basis: '',
        seen: seenAfter(before),
        rev: 0,
        expires: null,
      })
    }
    return writes
  })

function merged(writes: readonly StoredRecord[]): MemoryTables {
  const tables = new MemoryTables()
  for (const record of writes) mergeWrite(tables, { record }, NOW + 100)
  return tables
}

const final = (tables: MemoryTables) => ({ ...tables.record('services:a:config')!, rev: 0 })

test('merging is the same in any order, with any repetition', () => {
  fc.assert(
    fc.property(
      history.chain((writes) =>
        fc.tuple(fc.constant(writes), fc.array(fc.constantFrom(...writes)), fc.nat()),
      ),
      ([writes, again, seed]) => {
        const shuffled = [...writes, ...again].map((write, at) => ({ write, at: (at * 7919 + seed) % 101 }))
        const order = shuffled.sort((a, b) => a.at - b.at).map(({ write }) => write)
        const maximum = writes.reduce((best, write) => (outranks(write, best) ? write : best))
        expect(final(merged(order))).toEqual(maximum)
      },
    ),
  )
})

test('every write is final, was seen by a later one, equals what stayed, or is reported', () => {
  fc.assert(
    fc.property(history, (writes) => {
      const tables = merged(writes)
      const reported = new Set(tables.conflicts.map(({ loser }) => loser.stamp))
      for (const write of writes) {
        const later = writes.filter(({ stamp: other }) => other > write.stamp)
        const fate =
          later.length === 0 ||
          reported.has(write.stamp) ||
          later.some(({ seen, json }) => covers(seen, write.stamp) || json === write.json)
        expect(fate).toBe(true)
      }
    }),
  )
})

test('what a writer had seen holds the newest stamp of at most eight nodes', () => {
  const many = fc.array(fc.tuple(fc.integer({ min: 1, max: 999 }), fc.stringMatching(/^[a-m]$/)), {
    minLength: 1,
  })
  fc.assert(
    fc.property(many, (pairs) => {
      let record: StoredRecord | undefined
      for (const [ms, node] of [...pairs].sort(([a], [b]) => a - b)) {
        const own = formatStamp(NOW + ms, 0, node.padEnd(10, '0'))
        record = {
          key: 'services:a:config',
          json: '1',
          stamp: own,
          basis: '',
          seen: seenAfter(record),
          rev: 0,
          expires: null,
        }
      }
      const seen = seenAfter(record)
      expect(seen.length).toBeLessThanOrEqual(8)
      expect(new Set(seen.map(stampNode)).size).toBe(seen.length)
      expect(covers(seen, record!.stamp)).toBe(true)
    }),
  )
})

test('a record that is not one is told by what is wrong with it', () => {
  const good = {
    key: 'services:a:config',
    json: '1',
    stamp: formatStamp(1, 0, 'a'.repeat(10)),
    basis: '',
    seen: [],
    rev: 1,
    expires: null,
  }
  expect(recordProblem(good)).toBeUndefined()
  const bad: Record<string, unknown>[] = [
    { key: '__proto__' },
    { json: 7 },
    { stamp: 'zzz' },
    { basis: 'x' },
    { seen: ['x'] },
    { seen: 'x' },
    { rev: '1' },
    { expires: 'soon' },
  ]
  for (const part of bad) expect(recordProblem({ ...good, ...part }), JSON.stringify(part)).toMatch(/^its /)
})
