import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stateOf, until } from '../../../tests/support/processes.ts'
import { startWorker } from '../../../tests/support/worker.ts'
import { draftOf } from '../src/backends/sqlite/drafts.ts'
import type { requests } from './draft-worker.ts'

const start = (...args: string[]) =>
  startWorker<typeof requests>(new URL('./draft-worker.ts', import.meta.url), { args })

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcpstore-drafts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What lies in the folder, but for the logs of databases. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !/-(?:wal|shm)$/.test(name))
    .sort()

const canTell = existsSync('/proc/sys/kernel/random/boot_id')

test.runIf(canTell).each([
  ['before the file had its name', 'linkSync', 1],
  ['before its draft was gone', 'rmSync', 2],
] as const)('what was left by one who was killed %s stayed for ever', async (_when, call, files) => {
  const folder = scratch()
  const file = join(folder, 'default.db')
  await using killed = await start()
  await killed.ask('stopBefore', call)
  killed.ask('make', file).catch(() => {})
  await until('it stands still', () => stateOf(killed.pid) === 'T')
  expect(filesIn(folder)).toHaveLength(files)
  await using next = await start()
  // As long as it may go on nobody takes it away.
  await next.ask('make', join(folder, 'other.db'))
  expect(filesIn(folder)).toHaveLength(files + 1)
  await killed.kill()
  await next.ask('make', file)
  expect(filesIn(folder)).toEqual(['default.db', 'other.db'])
})

test.runIf(canTell)('who stands still while he makes a file finds what he has begun', async () => {
  const folder = scratch()
  const file = join(folder, 'default.db')
  await using slow = await start()
  await slow.ask('stopBefore', 'linkSync')
  const made = slow.ask('make', file)
  await until('it stands still', () => stateOf(slow.pid) === 'T')
  await using quick = await start()
  await quick.ask('make', file)
  await slow.resume()
  await made
  expect(filesIn(folder)).toEqual(['default.db'])
})

test.runIf(canTell)(
  'in a folder that machines share a copy of this one took away what its twin was making',
  async () => {
    const folder = scratch()
    await using gone = await start()
    await gone.kill()
    // As a process of the copy has it, which has an id that nobody has here.
    const draft = draftOf(join(folder, 'default.db')).replace(`.${process.pid}-`, `.${gone.pid}-`)
    writeFileSync(draft, '')
    await using copy = await start('shared')
    await copy.ask('make', join(folder, 'one.db'))
    expect(existsSync(draft)).toBe(true)
    await using alone = await start()
    await alone.ask('make', join(folder, 'two.db'))
    expect(existsSync(draft)).toBe(false)
  },
)
