import { chmodSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { errorOf, mcpstore, type Outcome } from '../support/mcpstore.ts'

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

it('a folder that may not be written', async () => {
  await using box = openBox()
  chmodSync(box.folder, 0o555)
  for (const argv of [['list'], ['add', 'late', 'https://example.com'], ['clear', '--yes']]) {
    const outcome = await run(box, ...argv)
    expect(outcome).toMatchObject({ exit: 5, stdout: '' })
    expect(errorOf(outcome)).toMatchObject({
      code: 'storage',
      message: expect.stringContaining(box.database),
      hint: expect.stringContaining('--home'),
    })
  }
  chmodSync(box.folder, 0o755)
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
