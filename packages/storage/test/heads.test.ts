import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dataspace, MemoryTables, memoryBackend, sqliteBackend, type ValuesPolicy } from '@mcpstore/storage'
import Libsql from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { formatStamp } from '../src/records/stamp.ts'
import { type Faults, faultyBackend } from './support/faulty-backend.ts'
import { ManualTime, settle } from './support/manual-time.ts'

const configOf = (name: string) => `services:${name}:config`
const cacheOf = (name: string) => `services:${name}:cache`

/** A dataspace of some services with a list each, and readers of it. */
async function place(names: readonly string[] = ['weather']) {
  const time = new ManualTime()
  const tables = new MemoryTables()
  const opened: Dataspace[] = []
  const open = async (values: ValuesPolicy = 'asked', own: ManualTime = time) => {
    const backend = faultyBackend(memoryBackend({ tables, time }))
    const dataspace = new Dataspace({ backend, namespace: 'n', dataspace: 'd', time: own, values })
    opened.push(dataspace)
    return Object.assign(await dataspace.open(), { faults: backend.faults as Faults })
  }
  onTestFinished(async () => {
    for (const dataspace of opened) await dataspace.close()
  })
  const writer = await open()
  for (const name of names) {
    const { stamp } = await writer.put(configOf(name), name)
    await writer.put(cacheOf(name), [name], { basis: stamp, head: { count: 1 } })
  }
  return { time, tables, open, writer }
}

test('who opens has heads, and the values that somebody asks for', async () => {
  const { open } = await place(['a', 'b', 'c'])
  const reader = await open()
  expect(reader.get(configOf('a'))?.value).toBe('a')
  expect(reader.head(cacheOf('a'))).toMatchObject({ head: { count: 1 }, isLoaded: false })
  expect(reader.get(cacheOf('a'))).toBeUndefined()
  expect(reader.list('services:', 'cache')).toEqual([])
  await Promise.all([reader.load([cacheOf('a'), cacheOf('b')]), reader.load([cacheOf('b')])])
  expect(reader.faults.calls.read).toBe(1)
  expect(reader.list('services:', 'cache').map(({ value }) => value)).toEqual([['a'], ['b']])
  expect(reader.head(cacheOf('a'))).toMatchObject({ head: { count: 1 }, isLoaded: true })
  expect(reader.head(cacheOf('c'))?.isLoaded).toBe(false)
  await reader.load([cacheOf('a'), 'services:nobody:cache'])
  expect(reader.faults.calls.read).toBe(1)
})

test('who looks through values is shown them, and only what is another one by then stays', async () => {
  const { open, tables, writer } = await place(['a', 'b', 'c', 'd'])
  const reader = await open()
  await reader.load([cacheOf('a')])
  // Nobody tells the reader.
  const b = tables.records.get(cacheOf('b'))!
  tables.records.set(cacheOf('b'), { ...b, json: '["newer"]', stamp: writer.tick() })
  tables.records.delete(cacheOf('c'))
  const shown = new Map<string, string>()
  const show = () => reader.show(['a', 'b', 'c', 'd'].map(cacheOf), (key, json) => shown.set(key, json))
  await show()
  expect(Object.fromEntries(shown)).toEqual({
    [cacheOf('a')]: '["a"]',
    [cacheOf('b')]: '["newer"]',
    [cacheOf('d')]: '["d"]',
  })
  expect(reader.list('services:', 'cache').map(({ value }) => value)).toEqual([['a'], ['newer']])
  expect(reader.head(cacheOf('c'))).toBeUndefined()
  expect(reader.head(cacheOf('d'))?.isLoaded).toBe(false)
  expect(reader.faults.calls.read).toBe(2)
  reader.faults.fail('down')
  shown.clear()
  await show()
  expect([...shown.keys()]).toEqual([cacheOf('a'), cacheOf('b')])
})

test('a process that stays reads the values behind, in batches', async () => {
  const names = Array.from({ length: 150 }, (_, at) => `s${at}`)
  const { open } = await place(names)
  const reader = await open('behind')
  await expect.poll(() => reader.list('services:', 'cache').length).toBe(names.length)
  expect(reader.faults.calls.read).toBe(Math.ceil(names.length / 64))
})

test('a list that changed later comes with its value', async () => {
  const { open, writer } = await place()
  const reader = await open()
  const { stamp } = writer.get(configOf('weather'))!
  await writer.put(cacheOf('weather'), ['changed'], { basis: stamp, head: { count: 7 } })
  await settle()
  expect(reader.get(cacheOf('weather'))?.value).toEqual(['changed'])
  expect(reader.head(cacheOf('weather'))?.head).toEqual({ count: 7 })
  expect(reader.faults.calls.read).toBeUndefined()
})

test('a value that was not read before the backend went away is not there, and comes when it is back', async () => {
  const { open, time } = await place()
  const reader = await open()
  reader.faults.fail('down')
  await reader.refresh()
  await reader.load([cacheOf('weather')])
  expect(reader.get(cacheOf('weather'))).toBeUndefined()
  expect(reader.head(cacheOf('weather'))).toMatchObject({ head: { count: 1 }, isLoaded: false })
  reader.faults.heal()
  await time.pass(60_000)
  await reader.refresh()
  await reader.load([cacheOf('weather')])
  expect(reader.get(cacheOf('weather'))?.value).toEqual(['weather'])
})

test('what is known by its head only is never written, whoever has lost it; others give it back', async () => {
  const { open, tables, time, writer } = await place()
  const reader = await open()
  const lost = tables.records.get(cacheOf('weather'))!
  tables.records.delete(cacheOf('weather'))
  await reader.put(configOf('other'), 1)
  reader.faults.fail('down')
  await reader.refresh()
  reader.faults.heal()
  await time.pass(60_000)
  await reader.refresh()
  expect(reader.status()).toMatchObject({ state: 'up', pendingWrites: 0 })
  expect(tables.records.has(cacheOf('weather'))).toBe(false)
  expect(reader.head(cacheOf('weather'))).toBeUndefined()
  // The writer has it whole.
  writer.faults.fail('down')
  await writer.refresh()
  writer.faults.heal()
  await time.pass(60_000)
  await writer.refresh()
  await settle()
  expect(tables.records.get(cacheOf('weather'))).toMatchObject({ json: lost.json, head: lost.head })
  expect(reader.get(cacheOf('weather'))?.value).toEqual(['weather'])
})

test('what was lost while its value was on its way is given up', async () => {
  const { open, tables } = await place()
  const reader = await open()
  const older = {
    ...tables.records.get(cacheOf('weather'))!,
    stamp: formatStamp(1, 0, 'z'.repeat(10)),
    json: '["older"]',
  }
  tables.records.set(cacheOf('weather'), older)
  await reader.load([cacheOf('weather')])
  expect(reader.get(cacheOf('weather'))?.value).toEqual(['older'])
  expect(reader.status().pendingWrites).toBe(0)
  const another = await open()
  tables.records.delete(cacheOf('weather'))
  await another.load([cacheOf('weather')])
  expect(another.head(cacheOf('weather'))).toBeUndefined()
  expect(another.status().pendingWrites).toBe(0)
})

test('a service that is removed takes the head of its list with it, and a clear all of them', async () => {
  const { open, writer } = await place(['a', 'b'])
  const reader = await open()
  await writer.put(configOf('a'), undefined)
  await settle()
  expect(reader.head(cacheOf('a'))).toBeUndefined()
  await writer.clear()
  await settle()
  expect(reader.head(cacheOf('b'))).toBeUndefined()
  await reader.load([cacheOf('a'), cacheOf('b')])
  expect(reader.faults.calls.read).toBeUndefined()
})

test('a list from the future is mended by who reads its value, not by who has its head', async () => {
  const { open, tables, time, writer } = await place()
  await time.pass(1000)
  const future = formatStamp(time.now() + 3_600_000, 0, 'z'.repeat(10))
  const stored = tables.records.get(cacheOf('weather'))!
  tables.save({ ...stored, stamp: future, json: '["future"]' })
  const reader = await open()
  expect(reader.head(cacheOf('weather'))?.stamp).toBe(future)
  expect(tables.records.get(cacheOf('weather'))?.stamp).toBe(future)
  await reader.load([cacheOf('weather')])
  await reader.flush()
  expect(tables.records.get(cacheOf('weather'))).toMatchObject({ json: '["future"]', head: stored.head })
  expect(tables.records.get(cacheOf('weather'))!.stamp < future).toBe(true)
  await settle()
  expect(writer.get(cacheOf('weather'))?.value).toEqual(['future'])
})

test('a list from the future is not mended by who has its head and finds out that its own clock is wrong', async () => {
  const { open, tables, time, writer } = await place()
  const stored = tables.records.get(cacheOf('weather'))!
  const future = formatStamp(time.now() + 3_600_000, 0, 'z'.repeat(10))
  await writer.close()
  tables.save({ ...stored, stamp: future })
  const ahead = new ManualTime()
  const reader = await open('asked', ahead)
  expect(reader.head(cacheOf('weather'))?.isLoaded).toBe(false)
  ahead.jump(7_200_000)
  await reader.put(configOf('other'), 1)
  await reader.flush()
  expect(tables.records.get(configOf('other'))?.json).toBe('1')
  expect(tables.records.get(cacheOf('weather'))).toMatchObject({ stamp: future, json: stored.json })
})

test('a head that is too large is left out, and its value is read at once', async () => {
  const { open, writer } = await place()
  const { stamp } = writer.get(configOf('weather'))!
  await writer.put(cacheOf('weather'), ['large'], { basis: stamp, head: 'x'.repeat(300_000) })
  const reader = await open()
  expect(reader.get(cacheOf('weather'))?.value).toEqual(['large'])
  expect(reader.head(cacheOf('weather'))).toMatchObject({ head: undefined, isLoaded: true })
})

test('a file of the version before heads is read, and takes them from then on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heads-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'dataspace.db')
  const open = () =>
    new Dataspace({
      backend: sqliteBackend({ file }),
      namespace: 'n',
      dataspace: 'd',
      values: 'asked',
    }).open()
  const first = await open()
  const { stamp } = await first.put(configOf('a'), 1)
  await first.put(cacheOf('a'), ['a'], { basis: stamp, head: { count: 1 } })
  await first.close()
  const db = new Libsql(file)
  db.exec(
    "ALTER TABLE records DROP COLUMN head; DROP TABLE sharers; UPDATE meta SET value = '1.0' WHERE name = 'schema'",
  )
  db.close()
  const second = await open()
  expect(second.get(cacheOf('a'))?.value).toEqual(['a'])
  await second.put(cacheOf('a'), ['b'], { basis: stamp, head: { count: 2 } })
  await second.close()
  const third = await open()
  expect(third.head(cacheOf('a'))).toMatchObject({ head: { count: 2 }, isLoaded: false })
  await third.load([cacheOf('a')])
  expect(third.get(cacheOf('a'))?.value).toEqual(['b'])
  await third.close()
})
