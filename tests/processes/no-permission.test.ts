import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import {
  addServices,
  documentOf,
  errorOf,
  heedingModes,
  mcpstore,
  type Outcome,
} from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { fixtureServer } from '../support/servers.ts'

/** A box that is open to everybody; what is run in it has no more rights than the modes give. */
function openBox(): Box {
  const box = new Box()
  chmodSync(box.folder, 0o777)
  return box
}

const run = (box: Box, ...argv: string[]): Promise<Outcome> =>
  mcpstore(box, [...argv, '--json'], { unprivileged: true })

it('a config file that may not be read', async () => {
  await using box = openBox()
  const file = box.write('closed.json', { mcpServers: {} }, 0o000)
  const outcome = await run(box, 'add', file)
  expect(outcome).toMatchObject({ exit: 1, stdout: '' })
  expect(errorOf(outcome)).toMatchObject({
    code: 'bad_config',
    message: expect.stringMatching(/closed\.json: it may not be read/),
    hint: expect.stringContaining('right to read'),
  })
})

it('a folder that may not be written has no services, and takes none', async () => {
  await using box = openBox()
  chmodSync(box.folder, 0o555)
  const listed = await run(box, 'list')
  expect(listed).toMatchObject({ exit: 0, stderr: '' })
  expect(documentOf(listed)).toMatchObject({ services: [] })
  const inWords = await mcpstore(box, ['list'], { unprivileged: true })
  expect(inWords).toMatchObject({ exit: 0, stderr: '' })
  const place = dirname(box.database)
  expect(inWords.stdout).toBe(
    `No services, and no change can be saved in ${place}, which cannot be made: ${box.folder} may not be written\n`,
  )
  const added = await run(box, 'add', 'late', 'https://example.com')
  expect(added.exit).toBe(5)
  expect(errorOf(added)).toMatchObject({
    message: expect.stringContaining(`${box.database} cannot be written`),
    hint: expect.stringMatching(/mcpstore-box-\S+ has the permissions 0555: .*--home/),
  })
  expect(documentOf(await run(box, 'clear', '--yes'))).toMatchObject({ absent: 'missing' })
  chmodSync(box.folder, 0o755)
})

it('what is in a home that may only be read is read, and stays as it is', async () => {
  await using box = openBox()
  await mcpstore(box, ['add', 'keeper', 'https://example.com'])
  const folders = [dirname(box.database), dirname(dirname(box.database)), box.home]
  for (const suffix of ['-wal', '-shm']) rmSync(`${box.database}${suffix}`, { force: true })
  chmodSync(box.database, 0o400)
  for (const folder of folders) chmodSync(folder, 0o500)
  const before = readFileSync(box.database)
  expect(documentOf(await run(box, 'list')).services).toMatchObject([{ name: 'keeper' }])
  const status = await run(box, 'status')
  expect(status.exit).toBe(5)
  expect(documentOf(status)).toMatchObject({ backend: 'sqlite', state: 'up' })
  expect(errorOf(status)).toMatchObject({ code: 'storage', message: expect.stringContaining(box.database) })
  const doctor = await run(box, 'doctor')
  expect([doctor.exit, errorOf(doctor).message]).toEqual([5, errorOf(status).message])
  const outcome = await run(box, 'remove', 'keeper')
  expect(outcome.exit).toBe(5)
  expect(errorOf(outcome)).toMatchObject({
    message: expect.stringContaining(`${box.database} cannot be written`),
    hint: expect.stringContaining(`${box.database} has the permissions 0400`),
  })
  for (const folder of folders) chmodSync(folder, 0o700)
  expect(readFileSync(box.database).equals(before)).toBe(true)
})

it('what commands found out and could not save in a file that may only be read was dropped without a word', async () => {
  await using box = openBox()
  await addServices(box, { demo: fixtureServer(box) })
  await mcpstore(box, ['list-tools'])
  const folders = [dirname(box.database), dirname(dirname(box.database)), box.home]
  for (const suffix of ['', '-wal', '-shm']) chmodSync(`${box.database}${suffix}`, 0o444)
  for (const folder of folders) chmodSync(folder, 0o555)
  const why = `${box.database} cannot be written`
  const says = async (...argv: string[]) => {
    const { exit, stderr } = await mcpstore(box, argv, { unprivileged: true })
    return [
      exit,
      ...stderr.match(/^(?:warning|error):.*? was NOT saved: .*? cannot be written|^hint:.*chmod/gm)!,
    ]
  }
  const warning = (what: string) => `warning: what this command found out (${what}) was NOT saved: ${why}`
  const hint = expect.stringMatching(/^hint:/)
  expect(await says('list-tools', '--fresh')).toEqual([0, warning('1 record'), hint])
  expect(await says('use-tool', 'demo/echo', 'text=a')).toEqual([0, warning('2 counters'), hint])
  expect(await says('restart', 'demo')).toEqual([
    5,
    `error: the tool list of "demo" was NOT saved: ${why}`,
    hint,
  ])
  expect(await mcpstore(box, ['list'], { unprivileged: true })).toMatchObject({ exit: 0, stderr: '' })
  const renewed = await run(box, 'restart', 'demo')
  expect([renewed.exit, errorOf(renewed).code, documentOf(renewed).status]).toEqual([5, 'not_durable', 'ok'])
  const called = await run(box, 'use-tool', 'demo/echo', 'text=a')
  expect(called.exit).toBe(0)
  expect(JSON.parse(called.stderr), 'said with --json, too').toEqual({
    warning: {
      code: 'not_durable',
      message: expect.stringContaining(`what this command found out (2 counters) was NOT saved: ${why}`),
      hint: expect.stringContaining('chmod u+w'),
    },
  })
  // What the tools are is kept beside it.
  rmSync(`${box.home}/pins.json`)
  const listed = await mcpstore(box, ['list-tools'], { unprivileged: true })
  expect([listed.exit, listed.stderr.match(/^warning: .*$/gm)]).toEqual([
    0,
    [expect.stringContaining(`what the tools are cannot be kept in ${box.home}/pins.json: EACCES`)],
  ])
  for (const folder of folders) chmodSync(folder, 0o755)
})

it('a host that found its home read-only saves as soon as it may', async () => {
  await using box = openBox()
  chmodSync(box.folder, 0o555)
  const host = await startHost(box, {}, [], heedingModes)
  expect(await host.do('addService', { name: 'late', url: 'https://example.com' })).toMatchObject({
    durable: 'memory',
  })
  expect(await host.do('status')).toMatchObject({ state: 'write-degraded', pendingWrites: 1 })
  chmodSync(box.folder, 0o755)
  await until('it is saved', async () => (await host.do('status')).pendingWrites === 0)
  expect(documentOf(await run(box, 'list')).services).toMatchObject([{ name: 'late' }])
})

it('a file that may be read and not written', async () => {
  await using box = openBox()
  await mcpstore(box, ['add', 'keeper', 'https://example.com'])
  const folders = [dirname(box.database), dirname(dirname(box.database)), box.home]
  const before = readFileSync(box.database)
  for (const suffix of ['', '-wal', '-shm']) chmodSync(`${box.database}${suffix}`, 0o444)
  for (const folder of folders) chmodSync(folder, 0o555)
  const outcome = await run(box, 'add', 'late', 'https://example.com')
  expect(outcome.exit).toBe(5)
  expect(errorOf(outcome)).toMatchObject({
    message: expect.stringContaining(box.database),
    hint: expect.stringContaining('--home'),
  })
  for (const folder of folders) chmodSync(folder, 0o755)
  expect(readFileSync(box.database).equals(before)).toBe(true)
})
