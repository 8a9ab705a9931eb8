import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { spawnLeashed } from '../support/leash.ts'
import { config, type MirrorScene, type MirrorWorker, mirrorScene } from '../support/mirror-scene.ts'
import { stateOf, until } from '../support/processes.ts'
import { hasRedisServer } from '../support/redis-server.ts'

const idleMirror = fileURLToPath(new URL('../support/programs/idle-mirror.ts', import.meta.url))
const typescript = new URL('../support/programs/typescript.mjs', import.meta.url)
const mayLimit = spawnSync('prlimit', ['--version']).status === 0
const ends = ['', '-wal', '-shm']

/** A process that has delivered one write and has lost its server since. */
async function cutOff(scene: MirrorScene): Promise<MirrorWorker> {
  const worker = await scene.start()
  await worker.ask('put', config('delivered'), 'delivered')
  await until('it is in the mirror', () => scene.query('SELECT key FROM records').length === 1)
  await scene.proxy.refuse()
  await scene.down(worker)
  return worker
}

const problem = async (worker: MirrorWorker): Promise<string | null> =>
  (await worker.ask('status')).mirror!.problem

/** Whatever became of the mirror, Redis gets everything in the end. */
async function expectDelivered(
  scene: MirrorScene,
  worker: MirrorWorker,
  ...services: string[]
): Promise<void> {
  await scene.proxy.pass()
  await scene.delivered(worker)
  for (const service of services) expect(await scene.config(service)).toBe(service)
}

describe.skipIf(!hasRedisServer)('a mirror', () => {
  it('that a stopped process holds locked neither freezes the host nor fails a write', async () => {
    await using scene = await mirrorScene()
    const worker = await cutOff(scene)
    const holder = await scene.holdLock()
    holder.kill('SIGSTOP')
    await until('the holder is stopped', () => stateOf(holder.pid!) === 'T')

    await worker.ask('turns')
    expect(await worker.ask('put', config('first'), 'first')).toMatchObject({ durable: 'memory' })
    expect(await worker.ask('turns'), 'turns while the write waited').toBeGreaterThan(20)
    expect(await worker.ask('put', config('second'), 'second')).toMatchObject({ durable: 'memory' })
    expect(await problem(worker)).toContain('is locked by another process')
    expect(await worker.ask('values')).toMatchObject({ [config('second')]: 'second' })
    expect(scene.waiting()).toEqual([])
    // Who starts now reads all the same.
    const reader = await scene.start()
    expect(await reader.ask('values')).toEqual({ [config('delivered')]: 'delivered' })

    holder.kill('SIGKILL')
    await until('all is kept', () => scene.waiting().length === 2)
    expect(await worker.ask('put', config('third'), 'third')).toMatchObject({ durable: 'local' })
    expect(await problem(worker)).toBeNull()
    await expectDelivered(scene, worker, 'delivered', 'first', 'second', 'third')
  })

  it('that is locked while Redis answers holds up nobody', async () => {
    await using scene = await mirrorScene()
    const worker = await scene.start()
    await worker.ask('put', config('first'), 'first')
    await until('it is in the mirror', () => scene.query('SELECT key FROM records').length === 1)
    const holder = await scene.holdLock()
    const started = await scene.start()
    for (const [at, one] of [worker, started].entries()) {
      await one.ask('turns')
      expect(await one.ask('put', config(`s${at}`), `s${at}`)).toMatchObject({ durable: 'redis' })
    }
    holder.kill('SIGKILL')
    await until('it is kept', () => scene.query('SELECT key FROM records').length === 3)
  })

  it('is written by many at once, while somebody else holds it most of the time', async () => {
    await using scene = await mirrorScene()
    await cutOff(scene)
    const workers = await Promise.all([1, 2, 3].map(() => scene.start()))
    const holder = await scene.holdLock('by turns')
    const kept: string[] = []
    await Promise.all(
      workers.map(async (worker, at) => {
        for (let n = 0; n < 10; n++) {
          const service = `w${at}-${n}`
          const { durable } = await worker.ask('put', config(service), service)
          if (durable === 'local') kept.push(config(service))
        }
      }),
    )
    expect(scene.waiting()).toEqual(expect.arrayContaining(kept))
    holder.kill('SIGKILL')
    await until('all is kept', () => scene.waiting().length === 30)
  })

  // Elsewhere the largest size of a file cannot be set from outside.
  it.runIf(mayLimit)('on a full disk: told to be in memory, and kept once there is room', async () => {
    await using scene = await mirrorScene()
    const worker = await cutOff(scene)
    const limit = (size: string) =>
      expect(spawnSync('prlimit', ['--pid', String(worker.pid), `--fsize=${size}:`]).status).toBe(0)
    limit(String(statSync(`${scene.file}-wal`).size + 4096))
    const large = 'x'.repeat(200_000)
    expect(await worker.ask('put', config('large'), large)).toMatchObject({ durable: 'memory' })
    expect(await problem(worker)).toMatch(/disk/)
    expect(await worker.ask('put', config('small'), 'small')).toMatchObject({ durable: 'memory' })
    expect(scene.waiting()).toEqual([])
    limit('unlimited')
    await until('all is kept', () => scene.waiting().length === 2)
    expect(await problem(worker)).toBeNull()
    await expectDelivered(scene, worker, 'small')
    expect(await scene.config('large')).toBe(large)
  })

  it('that is removed while it is open is made anew with everything that is known', async () => {
    await using scene = await mirrorScene()
    const worker = await cutOff(scene)
    await worker.ask('put', config('before'), 'before')
    for (const end of ends) rmSync(scene.file + end)
    expect(await worker.ask('put', config('after'), 'after')).toMatchObject({ durable: 'memory' })
    await until('it is made anew', async () => (await problem(worker)) === null)
    expect(scene.waiting().sort()).toEqual([config('after'), config('before')])
    expect(await worker.ask('put', config('last'), 'last')).toMatchObject({ durable: 'local' })
    await worker.kill()
    const heir = await scene.start()
    expect(Object.values(await heir.ask('values')).sort()).toEqual(['after', 'before', 'delivered', 'last'])
    await expectDelivered(scene, heir, 'before', 'after', 'last', 'delivered')
  })

  it('that is replaced while it is open is not taken for the one that was there', async () => {
    await using scene = await mirrorScene()
    const worker = await cutOff(scene)
    const other = scene.path('other.db')
    const filler = await scene.start({ mirror: other })
    await filler.ask('put', config('other'), 'other')
    await filler.kill()
    for (const end of ends) rmSync(scene.file + end)
    const { durable } = await worker.ask('put', config('between'), 'between')
    expect(durable).toBe('memory')
    for (const end of ends) if (existsSync(other + end)) renameSync(other + end, scene.file + end)
    await until('both are one', async () => 'services:other:config' in (await worker.ask('values')))
    await until('all is kept', () => scene.waiting().length === 2)
    await expectDelivered(scene, worker, 'other', 'between', 'delivered')
  })

  it.each([
    ['truncated', (file: string) => truncateSync(file, 6000)],
    ['overwritten', (file: string) => writeFileSync(file, Buffer.alloc(40_000, 'garbage '), { flag: 'r+' })],
  ])(
    'that is %s between two runs is named and left alone; Redis gets what the run knows',
    async (_how, spoil) => {
      await using scene = await mirrorScene()
      await (await cutOff(scene)).ask('close')
      expect(statSync(`${scene.file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
      spoil(scene.file)
      const spoiled = readFileSync(scene.file)
      const worker = await scene.start()
      expect(await problem(worker)).toMatch(/not a sound database|cannot be/)
      expect(await worker.ask('put', config('late'), 'late')).toMatchObject({ durable: 'memory' })
      expect(readFileSync(scene.file).equals(spoiled)).toBe(true)
      await expectDelivered(scene, worker, 'late')
      for (const end of ends) rmSync(scene.file + end, { force: true })
      await until('it is made anew', async () => (await problem(worker)) === null)
      expect(scene.query('SELECT key FROM records').map(({ key }) => key)).toContain(config('late'))
    },
  )

  it.each([
    ['truncated', (file: string) => truncateSync(file, 4096)],
    ['overwritten', (file: string) => writeFileSync(file, Buffer.alloc(100_000, 'garbage '), { flag: 'r+' })],
  ])('that is %s while it is open takes nothing with it that Redis should get', async (_how, spoil) => {
    await using scene = await mirrorScene()
    const worker = await cutOff(scene)
    const db = new Database(scene.file)
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
    expect(statSync(scene.file).size).toBeGreaterThan(8192)
    spoil(scene.file)
    const told = (await worker.ask('put', config('late'), 'late')).durable
    if (told === 'local') expect(scene.waiting()).toContain(config('late'))
    await expectDelivered(scene, worker, 'late', 'delivered')
  })

  it('that may not be read or written is named', async () => {
    await using scene = await mirrorScene()
    await (await cutOff(scene)).ask('close')
    // Loads what it needs while it may.
    const elsewhere = scene.path('elsewhere.db')
    const worker = await scene.start({ mirror: elsewhere })
    await worker.ask('put', config('elsewhere'), 'elsewhere')
    await until('what it needs is loaded', () => existsSync(elsewhere))
    await worker.ask('close')
    if (process.getuid?.() === 0) await worker.ask('dropRights')
    for (const end of ends) if (existsSync(scene.file + end)) chmodSync(scene.file + end, 0o000)
    chmodSync(dirname(scene.file), 0o555)
    await worker.ask('open', scene.options)
    expect(await problem(worker)).toMatch(/cannot be (opened|written)/)
    expect(await worker.ask('put', config('late'), 'late')).toMatchObject({ durable: 'memory' })
    await expectDelivered(scene, worker, 'late')
    chmodSync(dirname(scene.file), 0o755)
  })

  it('that cannot be made is named', async () => {
    await using scene = await mirrorScene()
    writeFileSync(scene.path('redis'), 'a file where a folder should be')
    const worker = await scene.start()
    expect(await problem(worker)).toContain('cannot be opened')
    expect(await worker.ask('put', config('late'), 'late')).toMatchObject({ durable: 'redis' })
    rmSync(scene.path('redis'))
    await until('it is made after all', async () => (await problem(worker)) === null)
  })

  it('is made by several processes at once, and all of them use it', async () => {
    await using scene = await mirrorScene()
    await scene.proxy.refuse()
    const workers = await Promise.all(Array.from({ length: 4 }, () => scene.worker()))
    await Promise.all(workers.map((worker) => worker.ask('open', scene.options)))
    const told = await Promise.all(workers.map((worker, at) => worker.ask('put', config(`s${at}`), `s${at}`)))
    expect(told.map(({ durable }) => durable)).toEqual(['local', 'local', 'local', 'local'])
    expect(scene.waiting().sort()).toEqual(['s0', 's1', 's2', 's3'].map(config))
    for (const worker of workers)
      expect((await worker.ask('lines')).filter((line) => line.includes('mirror'))).toEqual([])
    await expectDelivered(scene, workers[0]!, 's0', 's1', 's2', 's3')
  })

  it('of a newer schema is refused by name and not touched', async () => {
    await using scene = await mirrorScene()
    await (await cutOff(scene)).ask('close')
    const db = new Database(scene.file)
    db.exec("UPDATE meta SET value = '2.0' WHERE name = 'schema'; PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    const before = readFileSync(scene.file)
    const worker = await scene.start()
    expect(await problem(worker)).toContain('was written by a newer mcpstore (schema 2.0)')
    expect(await worker.ask('put', config('late'), 'late')).toMatchObject({ durable: 'memory' })
    expect(readFileSync(scene.file).equals(before)).toBe(true)
  })

  it('and its folders are for this user only', async () => {
    await using scene = await mirrorScene()
    await cutOff(scene)
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)
    expect(ends.map((end) => mode(scene.file + end))).toEqual(['600', '600', '600'])
    const folders = ['redis', 'redis/target', 'redis/target/default'].map((path) => join(scene.home, path))
    expect(folders.map(mode)).toEqual(['700', '700', '700'])
  })

  it('keeps no process alive', async () => {
    await using scene = await mirrorScene()
    await scene.proxy.refuse()
    const options = ['--conditions=@mcpstore/source', `--import=${typescript.href}`]
    const args = [...options, idleMirror, scene.proxy.url, scene.home]
    const child = spawnLeashed(process.execPath, args)
    const printed: string[] = []
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text) => printed.push(String(text)))
    const [code] = await once(child, 'exit')
    expect([code, printed.join('')]).toEqual([0, 'local\n'])
    await scene.proxy.pass()
    await expectDelivered(scene, await scene.start())
    expect(await scene.config('weather')).toBe(1)
  })
})
