import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import {
  addServices,
  documentOf,
  errorOf,
  expectManners,
  type Foreign,
  mcpstore,
  type Outcome,
  program,
} from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { integrityOf } from '../support/records.ts'
import { fixtureServer } from '../support/servers.ts'

const KIB = 1024
const big = 300 * KIB

const names = async (box: Box): Promise<string[]> =>
  documentOf(await mcpstore(box, ['list', '--json'])).services.map(({ name }: Foreign) => name)

/** Runs the program where no file may grow beyond a limit: a write that would exceed it fails, as on a full disk. */
async function withLimit(box: Box, bytes: number, argv: string[]): Promise<Outcome> {
  const script = `trap "" XFSZ; ulimit -f ${bytes / 512}; exec "$@"`
  const child = box.spawn('sh', ['-c', script, 'sh', process.execPath, program, ...argv])
  const [stdout, stderr, [exit]] = await Promise.all([
    child.stdout!.setEncoding('utf8').toArray(),
    child.stderr!.setEncoding('utf8').toArray(),
    once(child, 'close'),
  ])
  const outcome = { exit, stdout: stdout.join(''), stderr: stderr.join('') }
  expectManners(box, argv, outcome)
  return outcome
}

it('where files cannot grow, nothing is told to be saved that is not, and nothing is lost', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', 'keeper', 'https://example.com'])
  const kept = ['keeper']
  const refused: number[] = []
  // From no room at all, over room for the log only, to room for log and file.
  for (const limit of [0, 256, 352, 1024]) {
    const name = `service-${limit}`
    const file = box.write(`${name}.json`, { name, command: 'true', args: ['x'.repeat(big)] })
    const added = await withLimit(box, limit * KIB, ['add', file, '--json'])
    if (added.exit === 0) kept.push(name)
    else {
      refused.push(limit)
      expect(added.exit).toBe(5)
      expect(errorOf(added).message).toMatch(/NOT saved.*(?:disk|full)/)
      expect(errorOf(added).hint).toMatch(/space/)
      expect(documentOf(added).durable).toBe('memory')
    }
    expect((await names(box)).sort(), `with room for ${limit} KiB`).toEqual([...kept].sort())
    expect(integrityOf(box)).toBe('ok')
  }
  expect(refused).toEqual(expect.arrayContaining([0, 256]))
  expect(kept).toContain('service-1024')
})

it('a file that has nothing beside it could not be read where nothing can be made there', async () => {
  await using box = new Box()
  await addServices(box, { fixture: fixtureServer(box) })
  await mcpstore(box, ['list-tools', 'fixture'])
  expect(statSync(`${box.database}-wal`).size).toBe(0)
  for (const end of ['-wal', '-shm']) rmSync(`${box.database}${end}`)
  const bytes = readFileSync(box.database)
  const list = await withLimit(box, 0, ['list', '--json'])
  expect(documentOf(list).services).toMatchObject([{ name: 'fixture' }])
  expect((await withLimit(box, 0, ['list-tools', 'fixture'])).stdout).toContain('fixture/echo')
  const added = await withLimit(box, 0, ['add', 'more', 'https://example.com', '--json'])
  expect(added.exit).toBe(5)
  expect(errorOf(added).message).toMatch(/NOT saved/)
  expect(readFileSync(box.database)).toEqual(bytes)
  await mcpstore(box, ['add', 'later', 'https://example.com'])
  expect((await names(box)).sort()).toEqual(['fixture', 'later'])
  expect(integrityOf(box)).toBe('ok')
})

// It raises the limit of a process that runs, as whoever makes room does.
const mayLimit = spawnSync('prlimit', ['--version']).status === 0

it.runIf(mayLimit)(
  'a host that began on a full disk saw nothing that others added once there was room',
  async () => {
    await using box = new Box()
    await mcpstore(box, ['add', 'keeper', 'https://example.com'])
    for (const end of ['-wal', '-shm']) rmSync(`${box.database}${end}`)
    const script = 'trap "" XFSZ; ulimit -S -f 0; exec "$@"'
    const host = await startHost(box, { dataspace: 'default' }, [], ['sh', '-c', script, 'sh'])
    const seen = async () => (await host.do('listServices')).list.map(({ name }: Foreign) => name).sort()
    expect(await seen()).toEqual(['keeper'])
    spawnSync('prlimit', [`--pid=${host.child.pid}`, '--fsize=unlimited:unlimited'])
    for (const name of ['later', 'more']) {
      await mcpstore(box, ['add', name, 'https://example.com'])
      await until(`${name} is seen`, async () => (await seen()).includes(name))
    }
    expect(await host.do('status')).toMatchObject({ state: 'up' })
    await mcpstore(box, ['remove', 'later'])
    await until('it is seen to be removed', async () => !(await seen()).includes('later'))
    expect(integrityOf(box)).toBe('ok')
  },
)

it('where no file can be written, other commands say so, too, and change nothing', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', 'keeper', 'https://example.com'])
  for (const argv of [
    ['remove', 'keeper'],
    ['clear', '--yes'],
  ]) {
    const outcome = await withLimit(box, 0, [...argv, '--json'])
    expect(outcome.exit).toBe(5)
    expect(errorOf(outcome)).toMatchObject({
      code: expect.any(String),
      hint: expect.stringContaining('space'),
    })
  }
  expect(await names(box)).toEqual(['keeper'])
})

it('a file that could not be made was left empty, and taken for one that had lost its services', async () => {
  await using box = new Box()
  for (const limit of [0, 4, 64]) {
    const added = await withLimit(box, limit * KIB, ['add', 'weather', 'https://example.com'])
    expect(added).toMatchObject({ exit: 5, stderr: expect.stringContaining('NOT saved') })
    expect(readdirSync(dirname(box.database)), `with room for ${limit} KiB`).toEqual([])
    expect(await mcpstore(box, ['list'])).toMatchObject({ exit: 0, stderr: '' })
  }
  const added = await mcpstore(box, ['add', 'weather', 'https://example.com'])
  expect(added).toMatchObject({ exit: 0, stderr: '' })
  expect(readdirSync(dirname(box.database)).filter((name) => !/\.db(?:-wal|-shm)?$/.test(name))).toEqual([])
})

const inOwnMounts = ['unshare', '-rm', 'sh', '-c']
const mayMount =
  spawnSync(inOwnMounts[0]!, [...inOwnMounts.slice(1), 'mount -t tmpfs tmpfs /mnt']).status === 0

/** Runs with the home on a small disk of its own. */
const onDisk = (size: string, script: string) => `
  mount -t tmpfs -o size=${size} tmpfs "$MCPSTORE_HOME"
  run() {
    name=$1
    shift
    "$NODE" "$PROGRAM" "$@" --json >"$HOME/$name.out" 2>"$HOME/$name.err"
    echo $? >"$HOME/$name.exit"
  }
  ${script}
`

async function runOnDisk(box: Box, size: string, script: string): Promise<(name: string) => Outcome> {
  mkdirSync(box.home)
  const env = box.environment({ NODE: process.execPath, PROGRAM: program })
  const argv = [...inOwnMounts.slice(1), onDisk(size, script)]
  await once(box.spawn(inOwnMounts[0]!, argv, { env, stdio: 'ignore' }), 'exit')
  return (name) => ({
    exit: Number(readFileSync(box.path(`${name}.exit`), 'utf8')),
    stdout: readFileSync(box.path(`${name}.out`), 'utf8'),
    stderr: readFileSync(box.path(`${name}.err`), 'utf8'),
  })
}

/** Fills the disk up, goes on, makes room, goes on. */
const filledUp = `
  run before add keeper https://example.com
  cat /dev/zero >"$MCPSTORE_HOME/filler" 2>/dev/null
  run full add late https://example.com
  run listed list
  rm "$MCPSTORE_HOME/filler"
  run after add late https://example.com
  run end list
`

// Not everybody may mount; the limit above stands in for the disk there.
if (mayMount) {
  it('on a disk that is full a write is refused by name, and done once there is room', async () => {
    await using box = new Box()
    const outcome = await runOnDisk(box, '512k', filledUp)
    expect(outcome('before')).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome('full').exit).toBe(5)
    expect(errorOf(outcome('full'))).toMatchObject({
      code: 'not_durable',
      message: expect.stringMatching(/NOT saved.*the disk is full/),
      hint: expect.stringContaining('Free some space'),
    })
    expect(outcome('listed')).toMatchObject({ exit: 0, stderr: '' })
    expect(documentOf(outcome('listed')).services).toMatchObject([{ name: 'keeper' }])
    expect(outcome('after')).toMatchObject({ exit: 0, stderr: '' })
    expect(documentOf(outcome('end')).services).toMatchObject([{ name: 'keeper' }, { name: 'late' }])
  })
  it('a disk that has no room for the tables was said to have no transaction to roll back', async () => {
    await using box = new Box()
    const emptied = `
      mkdir -p "$MCPSTORE_HOME/local/default"
      : >"$MCPSTORE_HOME/local/default/default.db"
      run emptied add weather https://example.com
      rm -r "$MCPSTORE_HOME/local"
      run new add weather https://example.com
    `
    const outcome = await runOnDisk(box, '64k', emptied)
    for (const name of ['emptied', 'new']) {
      expect(outcome(name).exit).toBe(5)
      expect(errorOf(outcome(name)).message, name).toMatch(/NOT saved.*the disk is full/)
    }
  })
  it('a lock that found no room was left there, for everybody to wait for until it was old', async () => {
    await using box = new Box()
    box.write('demo.json', { mcpServers: { demo: fixtureServer(box) } })
    const full = `
      run added add "$HOME/demo.json"
      run asked list-tools --pin off
      cat /dev/zero >"$MCPSTORE_HOME/filler" 2>/dev/null
      run listed list-tools
      ls "$MCPSTORE_HOME" >"$HOME/files"
    `
    const outcome = await runOnDisk(box, '512k', full)
    expect(['added', 'asked', 'listed'].map((name) => outcome(name).exit)).toEqual([0, 0, 0])
    expect(outcome('listed').stderr).not.toContain('Make its folder')
    expect(readFileSync(box.path('files'), 'utf8')).toMatch(/^filler$/m)
    expect(readFileSync(box.path('files'), 'utf8')).not.toContain('pins')
  })
}
