import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Dataspace, localFile, type SqliteOptions, sqliteBackend } from '@mcpstore/storage'
import Libsql from 'libsql'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SqliteFile } from '../src/backends/sqlite/sqlite-file.ts'
import { SqliteTables } from '../src/backends/sqlite/tables.ts'
import { keepingLogger } from './support/logs.ts'

const CONFIG = 'services:weather:config'

let folder: string
let file: string
const opened: Dataspace[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-'))
  file = localFile(folder, 'default', 'workspace1')
})

afterEach(async () => {
  for (const dataspace of opened.splice(0)) await dataspace.close()
  await rm(folder, { recursive: true })
})

async function open(options: Partial<SqliteOptions> & { waitMs?: number } = {}): Promise<Dataspace> {
  const { waitMs = 10_000, ...rest } = options
  const backend = sqliteBackend({ file, pollMs: 10, ...rest })
  const dataspace = new Dataspace({
    backend,
    namespace: 'default',
    dataspace: 'workspace1',
    waitMs,
    logger: keepingLogger(),
  })
  opened.push(dataspace)
  return dataspace.open()
}

const changed = (dataspace: Dataspace) =>
  new Promise<void>((resolve) => {
    const stop = dataspace.watch('', () => {
      stop()
      resolve()
    })
  })

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('what one process adds, the next one lists', async () => {
  const first = await open()
  expect(await first.put(CONFIG, { url: 'https://example.com' })).toMatchObject({ durable: 'local' })
  expect(await first.close()).toBe(0)
  const second = await open()
  expect(second.get(CONFIG)?.value).toEqual({ url: 'https://example.com' })
  expect(second.status()).toMatchObject({ backend: 'sqlite', state: 'up', location: file, pendingWrites: 0 })
})

test('a change appears in another open process by itself', async () => {
  const [a, b] = [await open(), await open()]
  const seen = changed(b)
  await a.put(CONFIG, 1)
  await seen
  expect(b.get(CONFIG)?.value).toBe(1)
})

test('the file and its folders are for this user only', async () => {
  const dataspace = await open()
  await dataspace.put(CONFIG, 1)
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
  expect([file, `${file}-wal`, `${file}-shm`].map(mode)).toEqual(['600', '600', '600'])
  expect([join(folder, 'local'), join(folder, 'local', 'default')].map(mode)).toEqual(['700', '700'])
})

test('file names stay apart on a file system that ignores case, and are safe everywhere', () => {
  const name = (dataspace: string) => basename(localFile('/h', 'n', dataspace))
  const names = [
    'Work',
    'work',
    'a/b',
    '..',
    'con',
    'a:b*?"<>|',
    '北京',
    'é',
    'x'.repeat(300),
    `${'x'.repeat(299)}y`,
  ].map(name)
  expect(names.slice(0, 6)).toEqual([
    '%57ork.db',
    'work.db',
    'a%2fb.db',
    '%2e%2e.db',
    '%63on.db',
    'a%3ab%2a%3f%22%3c%3e%7c.db',
  ])
  expect(new Set(names.map((one) => one.toLowerCase())).size).toBe(names.length)
  for (const one of names) expect(one).toMatch(/^[a-z0-9%_~.-]{1,124}$/i)
})

test('a file that another process has locked: reads work, the write is told to be in memory, and fits later', async () => {
  const [dataspace, other] = [await open({ waitMs: 400 }), await open()]
  await dataspace.put(CONFIG, 1)
  const lock = new Libsql(file)
  lock.exec('BEGIN IMMEDIATE')
  expect((await dataspace.put(CONFIG, 2)).durable).toBe('memory')
  expect(dataspace.get(CONFIG)?.value).toBe(2)
  expect(dataspace.status()).toMatchObject({
    state: expect.stringMatching(/suspect|write-degraded/),
    pendingWrites: 1,
  })
  expect(dataspace.status().reason).toContain('is locked by another process')
  expect((await open()).get(CONFIG)?.value).toBe(1)
  const seen = changed(other)
  lock.exec('COMMIT')
  lock.close()
  await seen
  expect(other.get(CONFIG)?.value).toBe(2)
  await until(() => dataspace.status().state === 'up')
})

test('a locked file does not hold up the host: it is tried again and again, with turns for others in between', async () => {
  const dataspace = await open({ waitMs: 400 })
  await dataspace.put(CONFIG, 0)
  const lock = new Libsql(file)
  lock.exec('BEGIN IMMEDIATE')
  const seen: ('try' | 'turn')[] = []
  const exec = Libsql.prototype.exec
  const spy = vi.spyOn(Libsql.prototype, 'exec').mockImplementation(function (this: Libsql.Database, sql) {
    if (sql === 'BEGIN IMMEDIATE') seen.push('try')
    return exec.call(this, sql)
  })
  const ticking = setInterval(() => seen.push('turn'), 1)
  try {
    expect((await dataspace.put(CONFIG, 1)).durable).toBe('memory')
  } finally {
    clearInterval(ticking)
    spy.mockRestore()
    lock.close()
  }
  const order = seen.join(' ')
  expect(order.match(/try turn/g)!.length).toBeGreaterThan(2)
  // The write, and the beat beside it.
  expect(order).not.toContain('try try try')
})

test('what ends with its process does not wait for the disk, and what is written after it does', async () => {
  const waits: boolean[] = []
  const exec = Libsql.prototype.exec
  const spy = vi.spyOn(Libsql.prototype, 'exec').mockImplementation(function (this: Libsql.Database, sql) {
    const FULL = 2
    if (sql === 'COMMIT') {
      const { synchronous } = this.prepare('PRAGMA synchronous').get() as { synchronous: number }
      waits.push(synchronous === FULL)
    }
    return exec.call(this, sql)
  })
  const commits = async (work: () => Promise<unknown>) => {
    waits.length = 0
    await work()
    return [...waits]
  }
  const backend = sqliteBackend({ file })
  try {
    await backend.open({ ids: ['one'] })
    expect(await commits(() => backend.lease('refresh', 'me', 1000))).toEqual([false])
    expect(await commits(() => backend.count('node', '', []))).toEqual([true])
    expect(await commits(() => backend.lease('refresh', 'other', 1000))).toEqual([false])
    expect(await commits(() => backend.release('refresh', 'me'))).toEqual([false])
    expect(await commits(() => backend.announce!('node', '{}'))).toEqual([false])
    expect(await commits(() => backend.merge([]))).toEqual([true])
  } finally {
    await backend.close()
    spy.mockRestore()
  }
})

test('a full disk: the write is told to be in memory, what was there stays, and it fits when there is room', async () => {
  const small = await open({ maxPages: 30 })
  await small.put(CONFIG, 'small')
  const large = 'x'.repeat(200_000)
  expect((await small.put(CONFIG, large)).durable).toBe('memory')
  expect(small.status()).toMatchObject({ state: 'write-degraded', pendingWrites: 1 })
  expect(small.status().error).toMatchObject({
    code: 'storage',
    message: expect.stringContaining('the disk is full'),
    hint: expect.stringContaining('space'),
  })
  expect((await open()).get(CONFIG)?.value).toBe('small')
})

test('a disk without room for the tables was left with an empty file: now there is none, and later a whole one', async () => {
  const prepare = Libsql.prototype.prepare
  const full = vi.spyOn(Libsql.prototype, 'prepare').mockImplementation(function (
    this: Libsql.Database,
    sql,
  ) {
    if (!sql.startsWith('VACUUM')) return prepare.call(this, sql)
    throw Object.assign(new Error('database or disk is full'), { rawCode: 13 })
  })
  const dataspace = await open()
  try {
    expect((await dataspace.put(CONFIG, 1)).durable).toBe('memory')
    expect(dataspace.status().error?.message).toContain(`${file} cannot grow: the disk is full`)
    expect(readdirSync(dirname(file))).toEqual([])
  } finally {
    full.mockRestore()
  }
  await until(() => dataspace.status().pendingWrites === 0)
  expect((await open()).get(CONFIG)?.value).toBe(1)
})

test('a corrupt file is named, not touched, and does not fail the host', async () => {
  const first = await open()
  await first.put(CONFIG, 1)
  await first.close()
  const garbage = Buffer.alloc(8192, 'not a database ')
  writeFileSync(file, garbage)
  const dataspace = await open()
  expect(dataspace.status()).toMatchObject({
    state: 'down',
    backend: 'memory',
    configured: 'sqlite',
    staleMs: null,
  })
  expect(dataspace.status().reason).toContain(`${file} is not a sound database`)
  expect((await dataspace.put(CONFIG, 2)).durable).toBe('memory')
  expect(readFileSync(file).equals(garbage)).toBe(true)
})

test('a file damaged in the middle is named', async () => {
  const first = await open()
  await first.putAll(
    Array.from({ length: 200 }, (_, n) => ({ key: `services:s${n}:config`, value: 'x'.repeat(500) })),
  )
  await first.close()
  const bytes = readFileSync(file)
  bytes.fill(0xff, 4096, bytes.length)
  writeFileSync(file, bytes)
  const dataspace = await open()
  expect(dataspace.status().state).toBe('down')
  expect(dataspace.status().reason).toContain('is not a sound database')
})

test('a file that is removed under a running process is made anew with everything it knew', async () => {
  const dataspace = await open()
  await dataspace.put(CONFIG, 1)
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  await until(() => existsSync(file) && dataspace.status().state === 'up')
  await dataspace.put('services:b:config', 2)
  await dataspace.close()
  expect((await open()).list('services:').map(({ value }) => value)).toEqual([2, 1])
})

test('a file that is replaced by another under a running process loses neither', async () => {
  const dataspace = await open()
  await dataspace.put(CONFIG, 1)
  const mine = file
  file = join(folder, 'other.db')
  const other = await open()
  await other.put('services:b:config', 2)
  await other.close()
  for (const end of ['', '-wal', '-shm']) rmSync(`${mine}${end}`, { force: true })
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${mine}${end}`)
  file = mine
  await until(() => dataspace.list('services:').length === 2 && dataspace.status().pendingWrites === 0)
  expect((await open()).list('services:').map(({ value }) => value)).toEqual([2, 1])
})

test('a folder that cannot be used is named', async () => {
  writeFileSync(join(folder, 'local'), 'a file where a folder should be')
  const dataspace = await open()
  expect(dataspace.status().state).toBe('down')
  expect(dataspace.status().error?.message).toContain(`${file} cannot be opened`)
})

test.runIf(process.platform === 'linux')(
  'a home below /proc ends with a reason and not in an endless loop',
  async () => {
    file = localFile('/proc/nope', 'default', 'workspace1')
    const dataspace = await open()
    expect((await dataspace.put(CONFIG, 1)).durable).toBe('memory')
    expect(dataspace.status().error?.message).toContain('/proc/nope')
  },
)

test('a file of a newer major schema is refused, of a newer minor read and kept', async () => {
  await (await open()).put(CONFIG, 1)
  const db = new Libsql(file)
  const setSchema = (schema: string) =>
    db.prepare("UPDATE meta SET value = ? WHERE name = 'schema'").run(schema)
  setSchema('1.7')
  expect((await open()).get(CONFIG)?.value).toBe(1)
  setSchema('2.0')
  const refused = await open()
  expect(refused.status().error).toMatchObject({
    message: expect.stringContaining('written by a newer mcpstore (schema 2.0)'),
    hint: expect.stringContaining('Update'),
  })
  setSchema('1.7')
  db.close()
  expect((await open()).get(CONFIG)?.value).toBe(1)
})

test('rows that somebody spoiled are set aside and the others are read', async () => {
  const first = await open()
  await first.putAll([
    { key: CONFIG, value: 1 },
    { key: 'services:b:config', value: 2 },
    { key: 'services:c:config', value: 3 },
  ])
  const db = new Libsql(file)
  db.exec("UPDATE records SET stamp = 'x' WHERE key = 'services:b:config'")
  db.exec("UPDATE records SET json = x'00ff' WHERE key = 'services:c:config'")
  db.exec("INSERT INTO records VALUES ('__proto__', '1', 'x', '', '', 99, NULL, NULL)")
  db.close()
  const dataspace = await open()
  expect(dataspace.list('').map(({ key }) => key)).toEqual([CONFIG])
  expect(
    dataspace
      .status()
      .quarantined.map(({ key }) => key)
      .sort(),
  ).toEqual(['__proto__', 'services:b:config', 'services:c:config'])
})

/** Opens the file in a process of its own, reads, and really closes it: libsql does that when it is collected. */
function visit(): void {
  const script = `
    const Libsql = require(${JSON.stringify(createRequire(import.meta.url).resolve('libsql'))})
    let db = new Libsql(${JSON.stringify(file)})
    db.prepare('SELECT key FROM records').all()
    db.close()
    db = undefined
    setTimeout(() => { gc(); setTimeout(() => gc(), 20) }, 20)`
  execFileSync(process.execPath, ['--expose-gc', '-e', script])
}

test('a second store on the file in the same process does not let a visitor take the log away', async () => {
  const first = await open()
  await first.put(CONFIG, 1)
  const second = await open()
  const log = statSync(`${file}-wal`).ino
  visit()
  expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.ino).toBe(log)
  expect(await first.put('services:b:config', 2)).toMatchObject({ durable: 'local' })
  expect(await second.put('services:c:config', 3)).toMatchObject({ durable: 'local' })
  const script = `
    const Libsql = require(${JSON.stringify(createRequire(import.meta.url).resolve('libsql'))})
    console.log(new Libsql(${JSON.stringify(file)}).prepare('SELECT count(*) AS n FROM records').all()[0].n)`
  expect(Number(execFileSync(process.execPath, ['-e', script]))).toBe(3)
})

test.each(['made', 'found'])(
  'a log that is removed under a running process that %s the file loses nothing',
  async (how) => {
    if (how === 'found') {
      const maker = await open()
      await maker.put('services:c:config', 0)
      await maker.close()
    }
    const dataspace = await open()
    await dataspace.put(CONFIG, 1)
    rmSync(`${file}-wal`)
    await dataspace.put('services:b:config', 2)
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc')
    await until(() => {
      // libsql lets go of a file only then.
      collect()
      return dataspace.status().state === 'up' && dataspace.status().pendingWrites === 0
    })
    await dataspace.close()
    const values = (await open()).list('services:').map(({ value }) => value)
    expect(values).toEqual(how === 'found' ? [2, 0, 1] : [2, 1])
  },
)

test('a file that is a database of something else is refused and not changed', async () => {
  const db = new Libsql(`${folder}/foreign.db`)
  db.exec('CREATE TABLE theirs (a)')
  db.close()
  file = `${folder}/foreign.db`
  const before = readFileSync(file)
  expect((await open()).status().error?.message).toContain('is a database of something else')
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a poll that cannot look does not bring the host down', async () => {
  const dataspace = await open()
  await dataspace.put(CONFIG, 1)
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  rmSync(dirname(file), { recursive: true })
  writeFileSync(dirname(file), 'a file where the folder was')
  await until(() => dataspace.status().state === 'down')
  expect(dataspace.get(CONFIG)?.value).toBe(1)
  rmSync(dirname(file))
  await until(() => dataspace.status().state === 'up' && dataspace.status().pendingWrites === 0)
  expect((await open()).get(CONFIG)?.value).toBe(1)
})

describe('a look at what does not exist', () => {
  test('made a file: now there is none until something is written', async () => {
    const [reader, other] = [await open(), await open()]
    expect(reader.list('')).toEqual([])
    expect(reader.status()).toMatchObject({ state: 'up', absent: 'missing', location: file })
    await reader.refresh()
    await reader.close()
    expect(readdirSync(folder)).toEqual([])
    const seen = changed(other)
    const writer = await open()
    expect(await writer.put(CONFIG, 1)).toMatchObject({ durable: 'local' })
    expect(writer.status().absent).toBe(null)
    await seen
    expect(other.get(CONFIG)?.value).toBe(1)
    expect(other.status()).toMatchObject({ state: 'up', absent: null })
  })

  test('a clear made what it cleared; what another has made meanwhile it clears', async () => {
    const [here, there] = [await open(), await open()]
    expect(await here.clear()).toBe('local')
    expect(readdirSync(folder)).toEqual([])
    await there.put(CONFIG, 1)
    expect(await here.clear()).toBe('local')
    expect((await open()).list('')).toEqual([])
    // What is written after it stays.
    await here.put(CONFIG, 2)
    expect((await open()).get(CONFIG)?.value).toBe(2)
  })

  test('two who make it at the same time lose nothing', async () => {
    const [a, b] = [await open(), await open()]
    await Promise.all([a.put('services:a:config', 1), b.put('services:b:config', 2)])
    expect((await open()).list('services:').map(({ value }) => value)).toEqual([1, 2])
    await until(() => a.list('services:').length === 2 && b.list('services:').length === 2)
  })
})

test('a folder in the place of the file was said to need other permissions', async () => {
  mkdirSync(file, { recursive: true })
  const dataspace = await open()
  expect(dataspace.status()).toMatchObject({ state: 'down', reason: `${file} is a folder` })
  expect(dataspace.status().error).toMatchObject({ hint: expect.stringContaining('Move it aside') })
  const findings = await dataspace.inspect()
  expect(findings.map(({ name, severity }) => [name, severity])).toEqual([
    ['file', 'critical'],
    ['size', 'unknown'],
    ['mode', 'unknown'],
    ['disk', 'ok'],
  ])
  expect(JSON.stringify(findings)).not.toContain('chmod')
})

test('nothing was said of a folder in which others may put a file in the place of this one', async () => {
  const dataspace = await open()
  await dataspace.put(CONFIG, 1)
  const findings = async () => (await dataspace.inspect()).filter(({ name }) => name === 'folder')
  expect(await findings()).toEqual([])
  chmodSync(folder, 0o1777)
  expect(await findings(), 'sticky, as /tmp is').toEqual([])
  chmodSync(folder, 0o777)
  expect(await findings()).toEqual([
    {
      name: 'folder',
      severity: 'warning',
      text: `${folder} is 0777: others may put files of theirs in the place of yours`,
      value: '0777',
      hint: `Close it to them: chmod o-w ${folder}`,
    },
  ])
})

describe('a file without a byte', () => {
  const make = (bytes = '') => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }

  test('was an empty store without a word: the status says so, and a write makes it anew', async () => {
    make()
    const dataspace = await open()
    expect(dataspace.status()).toMatchObject({ state: 'up', absent: 'empty' })
    expect(await dataspace.inspect()).toContainEqual(
      expect.objectContaining({ name: 'size', severity: 'critical', text: expect.stringContaining('lost') }),
    )
    expect(readFileSync(file).length).toBe(0)
    expect(await dataspace.put(CONFIG, 1)).toMatchObject({ durable: 'local' })
    expect(dataspace.status().absent).toBe(null)
    expect((await open()).get(CONFIG)?.value).toBe(1)
  })

  test('was called lost although another process was just making it', async () => {
    const elsewhere = localFile(folder, 'default', 'made')
    const making = new SqliteFile(elsewhere, { kind: 'dataspace' }, (all) => new SqliteTables(all))
    await making.open()
    making.write((tables) => tables.addId('made'))
    making.fold()
    making.close()
    make()
    const looking = new SqliteFile(file, { kind: 'dataspace' }, (all) => new SqliteTables(all))
    // Sooner than the last look, which the same clock measures.
    setTimeout(() => writeFileSync(file, readFileSync(elsewhere)), 50)
    await looking.open({ make: false })
    expect(looking.absent).toBeUndefined()
    expect(looking.read((tables) => tables.ids())).toEqual(['made'])
    looking.close()
  })

  test('beside a log that has some was cut off: it is refused, and the log is not removed', async () => {
    make()
    writeFileSync(`${file}-wal`, 'what was written last')
    const dataspace = await open()
    expect(dataspace.status()).toMatchObject({ state: 'down', absent: null })
    expect(dataspace.status().reason).toContain('was cut off')
    // Of a file that could not be used, doctor said that it was all right.
    const text = `${file} cannot be used`
    expect(await dataspace.inspect()).toContainEqual({
      name: 'file',
      severity: 'critical',
      text,
      value: file,
    })
    expect((await dataspace.put(CONFIG, 1)).durable).toBe('memory')
    expect(readFileSync(`${file}-wal`, 'utf8')).toBe('what was written last')
    expect(readFileSync(file).length).toBe(0)
  })
})

test('a file that is made at the moment somebody looks for it is not taken for one that was replaced', async () => {
  const fileOf = () =>
    new SqliteFile(file, { kind: 'dataspace' }, (statements) => new SqliteTables(statements))
  const [looking, making] = [fileOf(), fileOf()]
  await looking.open({ make: false })
  await making.open()
  making.write((tables) => tables.addId('made'))
  expect(looking.read((tables) => tables.ids())).toEqual([])
  expect(looking.isOutdated).toBe(true)
  await looking.open({ make: false })
  expect(looking.read((tables) => tables.ids())).toEqual(['made'])
  looking.close()
  making.close()
})

test('a file that could only be read as it was is read anew once somebody has written to it', async () => {
  const fileOf = (path: string) =>
    new SqliteFile(path, { kind: 'dataspace' }, (statements) => new SqliteTables(statements))
  const copy = join(folder, 'copy.db')
  const [before, looking, after] = [fileOf(file), fileOf(copy), fileOf(copy)]
  await before.open()
  before.write((tables) => tables.addId('before'))
  before.fold()
  before.close()
  // Nobody has the copy open, and no index can be made beside it.
  copyFileSync(file, copy)
  symlinkSync('missing/index', `${copy}-shm`)
  await looking.open()
  expect(looking.isFrozen).toBe(true)
  expect(looking.read((tables) => tables.ids())).toEqual(['before'])
  expect(looking.isOutdated).toBe(false)
  expect(looking.version()).toBeDefined()
  rmSync(`${copy}-shm`)
  await after.open()
  after.write((tables) => tables.addId('after'))
  expect(looking.isOutdated).toBe(true)
  expect(looking.version()).toBeUndefined()
  await looking.open({ make: false })
  expect(looking.read((tables) => tables.ids()).sort()).toEqual(['after', 'before'])
  looking.close()
  after.close()
})
