import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  Dataspace,
  factsOfFile,
  localDataspaces,
  localFile,
  recordKey,
  sqliteBackend,
} from '@mcpstore/storage'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { removeFolder, temporaryFolder } from '../../../tests/support/temporary-folder.ts'

const config = (service: string) => recordKey({ scope: 'store', service, kind: 'config' })

describe('the dataspaces of a namespace in local files', () => {
  let home: string
  beforeEach(() => {
    home = temporaryFolder('mcpstore-namespace-')
  })
  afterEach(() => removeFolder(home))

  const fileOf = (dataspace: string) => localFile(home, 'n', dataspace)

  async function open(
    dataspace: string,
    services: readonly string[] = [],
    file = fileOf(dataspace),
  ): Promise<Dataspace> {
    // Without the sign of life, which is written a second later by itself.
    const { announce: _, ...backend } = sqliteBackend({ file })
    const one = new Dataspace({
      backend,
      namespace: 'n',
      dataspace,
    })
    await one.open()
    for (const service of services) await one.put(config(service), { service })
    return one
  }

  /** What is on the disk, to the byte. */
  const disk = () =>
    (readdirSync(home, { recursive: true }) as string[])
      .map((name) => join(home, name))
      .filter((path) => statSync(path).isFile() && !path.endsWith('-shm'))
      .map((path) => [path, statSync(path).mtimeMs, readFileSync(path, 'hex')])

  it('are told with what they hold and take, in order of their names', async () => {
    const left = await open('b/c', ['one', 'two'])
    await left.put(config('one'), undefined)
    left.count('tools:t:stats', 'two:calls', 1)
    left.count('tools:t:stats', 'two:errors', 1)
    await left.close()
    const open2 = await open('A 北京', ['one'])
    const { dataspaces, unnamed } = await localDataspaces(home, 'n')
    expect(unnamed).toEqual([])
    // A removed one, one that is there, its statistics.
    expect(dataspaces.map(({ name, keys, problem }) => [name, keys, problem])).toEqual([
      ['A 北京', 1, undefined],
      ['b/c', 3, undefined],
    ])
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    expect(dataspaces[0]!.bytes).toBe(size(fileOf('A 北京')) + size(`${fileOf('A 北京')}-wal`))
    expect(size(`${fileOf('A 北京')}-wal`)).toBeGreaterThan(0)
    await open2.close()
    expect(await localDataspaces(home, 'other')).toEqual({ dataspaces: [], unnamed: [] })
  })

  it('were last seen when somebody wrote to them', async () => {
    await (await open('d', ['one'])).close()
    const at = Math.floor(Date.now() / 1000) * 1000 - 5 * 3_600_000
    for (const path of [fileOf('d'), `${fileOf('d')}-wal`])
      if (statSync(path, { throwIfNoEntry: false })) utimesSync(path, at / 1000, at / 1000)
    const [told] = (await localDataspaces(home, 'n')).dataspaces
    expect(told!.lastSeen).toBe(new Date(at).toISOString())
    expect(told!.age).toBeGreaterThanOrEqual(5 * 3_600_000)
    expect(told!.age).toBeLessThanOrEqual(Date.now() - at)
  })

  it('are not changed by a look, whether somebody is at work or not', async () => {
    const busy = await open('busy', ['one'])
    // By somebody else: libsql lets go of a file, and of the log beside it, when it is collected, which may be just then.
    const elsewhere = temporaryFolder('mcpstore-made-')
    onTestFinished(() => removeFolder(elsewhere))
    const made = localFile(elsewhere, 'n', 'made')
    await (await open('made', ['one'], made)).close()
    writeFileSync(fileOf('idle'), readFileSync(made))
    writeFileSync(`${fileOf('idle')}-wal`, '')
    // A file that was left behind without its log.
    const copied = fileOf('copied')
    writeFileSync(copied, readFileSync(made))
    const before = disk()
    const { dataspaces } = await localDataspaces(home, 'n')
    expect(dataspaces.map(({ name, keys }) => [name, keys])).toEqual([
      ['busy', 1],
      ['copied', 1],
      ['idle', 1],
    ])
    expect(disk()).toEqual(before)
    expect(readdirSync(dirname(copied)).filter((name) => name.startsWith('copied'))).toEqual(['copied.db'])
    // Whoever is at work goes on.
    await busy.put(config('two'), {})
    expect((await factsOfFile(fileOf('busy'), 'busy')).keys).toBe(2)
    await busy.close()
  })

  it('that cannot be read are told with the reason, and the others all the same', async () => {
    await (await open('sound', ['one'])).close()
    writeFileSync(fileOf('sound2'), '')
    writeFileSync(fileOf('broken'), 'no database, but long enough to be mistaken for one'.repeat(100))
    const foreign = new Database(fileOf('foreign'))
    foreign.exec('CREATE TABLE theirs (a)')
    foreign.close()
    mkdirSync(fileOf('folder'))
    const { dataspaces } = await localDataspaces(home, 'n')
    const told = Object.fromEntries(dataspaces.map(({ name, ...facts }) => [name, facts]))
    expect(told['broken']).toMatchObject({
      keys: null,
      bytes: 5100,
      problem: expect.stringMatching(/is not a sound database/),
    })
    expect(told['foreign']).toMatchObject({
      keys: null,
      problem: expect.stringMatching(/of something else$/),
    })
    expect(told['folder']).toMatchObject({ keys: null, problem: expect.stringMatching(/is a folder$/) })
    expect(told['sound']).toMatchObject({ keys: 1 })
    expect(told['sound2']).toMatchObject({ keys: 0, bytes: 0 })
  })

  it('whose names were too long for a file are told by their files', async () => {
    const long = '北'.repeat(100)
    await (await open(long, ['one'])).close()
    expect(await localDataspaces(home, 'n')).toEqual({ dataspaces: [], unnamed: [fileOf(long)] })
  })

  it('are not said to be none where the folder cannot be read', async () => {
    mkdirSync(join(home, 'local'), { recursive: true })
    writeFileSync(dirname(fileOf('d')), 'a file in place of the folder')
    await expect(localDataspaces(home, 'n')).rejects.toThrow(/ENOTDIR/)
  })
})
