import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryTables } from '../src/backends/memory.ts'
import { mergeWrite } from '../src/backends/rules.ts'
import { Outbox } from '../src/outbox/outbox.ts'
import { type StoredRecord, seenAfter } from '../src/records/record.ts'
import { formatStamp } from '../src/records/stamp.ts'

const NOW = 1e12
const config = (ms: number, fields: Partial<StoredRecord> = {}): StoredRecord => ({
  key: 'services:a:config',
  json: String(ms),
  stamp: formatStamp(NOW + ms, 0, 'me00000000'),
  basis: '',
  seen: [],
  rev: 0,
  expires: null,
  ...fields,
})

test('a write takes the place of the one its writer had seen', () => {
  const outbox = new Outbox()
  outbox.add({ record: config(1) })
  outbox.add({ record: config(2, { seen: seenAfter(config(1)) }) })
  expect(outbox.rows().map(({ record }) => record.json)).toEqual(['2'])
})

test('a write does not take the place of one its writer had not seen', () => {
  const overtaking = config(2, { stamp: formatStamp(NOW + 2, 0, 'you0000000') })
  const outbox = new Outbox()
  outbox.add({ record: config(1) })
  outbox.add({ record: config(3, { seen: seenAfter(overtaking) }) })
  expect(outbox.rows().map(({ record }) => record.json)).toEqual(['1', '3'])
})

test('a list is sent after the config it lives under, even if that was written later', () => {
  const outbox = new Outbox()
  outbox.add({ record: config(1, { key: 'services:a:cache' }) })
  outbox.add({ record: config(2) })
  expect(outbox.rows().map(({ record }) => record.key)).toEqual(['services:a:config', 'services:a:cache'])
})

test('who waits for a row that was superseded waits for what took its place', () => {
  const outbox = new Outbox()
  const second = config(2, { seen: seenAfter(config(1)) })
  const fate = { stamp: config(1).stamp, verdict: undefined }
  let done = false
  outbox.add({ record: config(1) })
  outbox.follow(fate, () => {
    done = true
  })
  outbox.add({ record: second })
  expect(done).toBe(false)
  outbox.acknowledge(second.stamp, 'accepted')
  expect(done).toBe(true)
  expect(fate).toEqual({ stamp: config(1).stamp, verdict: 'accepted' })
})

test('who waits for a row that was stamped anew is told under which stamp it is stored', () => {
  const outbox = new Outbox()
  const fate = { stamp: config(1).stamp, verdict: undefined }
  outbox.add({ record: config(1) })
  outbox.follow(fate, () => {})
  outbox.replace(config(1).stamp, { record: config(2) })
  outbox.acknowledge(config(2).stamp, 'accepted')
  expect(fate).toEqual({ stamp: config(2).stamp, verdict: 'accepted' })
})

test('an acknowledgement drops exactly the row of its stamp', () => {
  const outbox = new Outbox()
  outbox.add({ record: config(1) })
  outbox.acknowledge(formatStamp(NOW + 1, 0, 'you0000000'), 'accepted')
  expect(outbox.size).toBe(1)
  outbox.acknowledge(config(1).stamp, 'accepted')
  expect(outbox.size).toBe(0)
})

test('sending only what is left gives what sending everything gives', () => {
  const puts = fc.array(
    fc.record({ service: fc.constantFrom('a', 'b'), list: fc.boolean(), value: fc.nat(3) }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(puts, (drafts) => {
      const here = new Map<string, StoredRecord>()
      const [all, coalesced] = [new MemoryTables(), new MemoryTables()]
      const outbox = new Outbox()
      drafts.forEach(({ service, list, value }, at) => {
        const key = `services:${service}:${list ? 'cache' : 'config'}`
        const parent = here.get(`services:${service}:config`)
        if (list && !parent) return
        const record = config(at, {
          key,
          json: `${value}`,
          basis: list ? parent!.stamp : '',
          seen: seenAfter(here.get(key)),
        })
        here.set(key, record)
        outbox.add({ record })
        mergeWrite(all, { record }, NOW + 100)
      })
      for (const write of outbox.rows()) mergeWrite(coalesced, write, NOW + 100)
      const values = (tables: MemoryTables) =>
        [...tables.records.values()].map(({ key, stamp, json }) => [key, stamp, json]).sort()
      expect(values(coalesced)).toEqual(values(all))
      expect(coalesced.conflicts).toEqual([])
    }),
  )
})
