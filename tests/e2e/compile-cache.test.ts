import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import * as nodeModule from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { mcpstore, program } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'

// What V8 made of the program is kept in the home folder.
const http = { mcpServers: { one: { url: 'http://127.0.0.1:1/mcp' } } }

/** A box whose home holds what `list` compiled. */
async function boxAfterList(): Promise<Box> {
  const box = new Box()
  const file = box.write('mcp.json', http)
  expect(await mcpstore(box, ['add', file])).toMatchObject({ exit: 0 })
  expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0 })
  return box
}

/** What is kept of the file that `list` loads. */
function keptList(box: Box): string {
  const folder = join(box.home, 'compiled')
  const names = readdirSync(folder).filter((name) => name.startsWith('list.own.list-'))
  expect(names).toHaveLength(1)
  return join(folder, names[0]!)
}

it('what a command compiled is kept in the home folder, and not without one', async () => {
  await using box = new Box()
  expect(await mcpstore(box, ['--help'])).toMatchObject({ exit: 0 })
  expect(readdirSync(box.folder)).toEqual([])
  await using after = await boxAfterList()
  expect(readdirSync(join(after.home, 'compiled'))).not.toEqual([])
})

it('nothing is kept where that is turned off', async () => {
  await using box = new Box()
  const env = { NODE_DISABLE_COMPILE_CACHE: '1' }
  for (const argv of [['add', box.write('mcp.json', http)], ['list']]) await mcpstore(box, argv, { env })
  expect(readdirSync(box.home)).not.toContain('compiled')
})

it('what was kept is not written again, and is for this user only', async () => {
  await using box = await boxAfterList()
  const before = statSync(keptList(box))
  expect(before.mode & 0o777).toBe(0o600)
  expect(statSync(dirname(keptList(box))).mode & 0o777).toBe(0o700)
  await mcpstore(box, ['list'])
  expect(statSync(keptList(box)).ino).toBe(before.ino)
})

// V8 keeps the functions that were called; what one command calls, another does not.
it('each command keeps what it calls, whoever was the first', async () => {
  await using box = await boxAfterList()
  await mcpstore(box, ['--offline', 'list-tools'])
  const names = readdirSync(join(box.home, 'compiled')).filter((name) => name.includes('.list-'))
  expect(names.map((name) => name.split('.')[0]).sort()).toEqual(['list', 'list-tools'])
})

// To reach a server takes more of the program, and all of that would be read at each start that reaches none.
it('a run that reaches no server is kept apart from one that does', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', box.write('mcp.json', { mcpServers: { one: fixtureServer(box) } })])
  const keptOf = (kind: string) => {
    const names = readdirSync(join(box.home, 'compiled')).filter((name) =>
      name.startsWith(`list-tools.${kind}.list-`),
    )
    return names.map((name) => readFileSync(join(box.home, 'compiled', name)).length)
  }
  const sizes = []
  for (const argv of [['--fresh'], [], [], []]) {
    expect(await mcpstore(box, ['list-tools', ...argv])).toMatchObject({ exit: 0, stderr: '' })
    sizes.push(keptOf('own'))
  }
  const [live] = keptOf('packages')
  expect(sizes).toEqual([[], [0], [expect.any(Number)], sizes[2]])
  expect(sizes[2]![0]).toBeGreaterThan(0)
  expect(sizes[2]![0]).toBeLessThan(0.95 * live!)
})

it('what was cut off, or is of another version, is made anew', async () => {
  await using box = await boxAfterList()
  const whole = readFileSync(keptList(box))
  for (const spoiled of [whole.subarray(0, whole.length / 2), Buffer.alloc(whole.length), Buffer.alloc(0)]) {
    writeFileSync(keptList(box), spoiled)
    expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0, stderr: '' })
    expect(readFileSync(keptList(box)).length).toBeGreaterThan(whole.length / 2)
  }
})

// V8 runs what it is given for a text of the same length, so whoever can write such a file runs code as its reader.
it('a file that somebody else may write, or has written, is not run', async () => {
  await using box = await boxAfterList()
  const kept = keptList(box)
  const file = join(dirname(program), basename(kept).replace(/^list\.own\.(.*\.js)-.*/, '$1'))
  const { length } = nodeModule.Module.wrap(readFileSync(file, 'utf8'))
  const planted = `(function(){process._rawDebug('planted');process.exit(66)})//`.padEnd(length, 'x')
  const data = new Script(planted, { filename: file }).createCachedData()
  const plant = () => writeFileSync(kept, data)
  plant()
  expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 66, stderr: 'planted\n' })
  chmodSync(kept, 0o620)
  expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0, stderr: '' })
  if (process.getuid?.() !== 0) return
  plant()
  chownSync(kept, 12_345, 12_345)
  expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0, stderr: '' })
})

it('it is kept in a folder that only this user may write, or not at all', async () => {
  const umask = process.umask(0o002)
  try {
    await using box = await boxAfterList()
    const folder = join(box.home, 'compiled')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    chmodSync(folder, 0o770)
    expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0 })
    expect(readdirSync(folder)).toEqual([])
  } finally {
    process.umask(umask)
  }
})
