import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import {
  addServices,
  documentOf,
  errorOf,
  type Foreign,
  mcpstore,
  type Outcome,
  startMcpstore,
} from '../support/mcpstore.ts'
import { stateOf, until } from '../support/processes.ts'
import { configsIn } from '../support/records.ts'
import { fixtureServer } from '../support/servers.ts'

const lockHolder = fileURLToPath(new URL('../support/programs/lock-holder.mjs', import.meta.url))

/** A process that holds the write lock of the box's file and was stopped while it did. */
async function stopHolder(box: Box): Promise<ChildProcess> {
  const holder = box.spawn(process.execPath, [lockHolder, box.database])
  await once(holder.stdout!, 'data')
  holder.kill('SIGSTOP')
  await until('the holder is stopped', () => stateOf(holder.pid!) === 'T')
  return holder
}

const keeper = ['add', 'keeper', 'https://example.com/keeper']

it('commands that read answer at once, those that write end without having saved anything and say why', async () => {
  await using box = new Box()
  await mcpstore(box, keeper)
  const before = configsIn(box)
  await stopHolder(box)

  const reading = (async () => [
    await mcpstore(box, ['list', '--json']),
    await mcpstore(box, ['info', 'keeper']),
  ])() as Promise<[Outcome, Outcome]>
  const add = startMcpstore(box, ['add', 'late', 'https://example.com/late', '--json'])
  const remove = startMcpstore(box, ['remove', 'keeper', '--json'])
  const clear = startMcpstore(box, ['clear', '--yes', '--json'])
  const [list, info] = await reading
  expect(add.child.exitCode, 'the readers were not made to wait like the writers').toBe(null)
  expect(list).toMatchObject({ exit: 0, stderr: '' })
  expect(documentOf(list).services.map(({ name }: Foreign) => name)).toEqual(['keeper'])
  expect(info).toMatchObject({ exit: 0, stderr: '' })

  const [added, removed, cleared] = await Promise.all([add.outcome, remove.outcome, clear.outcome])
  for (const outcome of [added, removed]) {
    expect(outcome.exit).toBe(5)
    expect(errorOf(outcome)).toMatchObject({ code: 'not_durable', hint: expect.stringContaining('Wait for') })
    expect(errorOf(outcome).message).toMatch(/NOT saved.*locked by another process/)
    expect(documentOf(outcome).durable).toBe('memory')
  }
  expect(cleared).toMatchObject({ exit: 5, stdout: '' })
  expect(errorOf(cleared)).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('locked by another process'),
  })
  expect(configsIn(box)).toEqual(before)
})

it('a tool is listed and called all the same, and what nobody else will know of it is said', async () => {
  await using box = new Box()
  await addServices(box, { fixture: fixtureServer(box) })
  await stopHolder(box)
  const called = await mcpstore(box, ['use-tool', 'fixture/echo', 'text=hello'])
  expect(called).toMatchObject({ exit: 0, stdout: 'hello\n' })
  expect(called.stderr).toMatch(
    /^warning: what this command found out \(2 records and 2 counters\) was NOT saved: .*locked by another process.*\nhint: +Wait for that process[^\n]*\n$/,
  )
})

it('in words for people, too: no success is told of what was not saved', async () => {
  await using box = new Box()
  await mcpstore(box, keeper)
  await stopHolder(box)
  const { exit, stdout, stderr } = await mcpstore(box, ['add', 'late', 'https://example.com/late'])
  expect({ exit, stdout }).toEqual({ exit: 5, stdout: '' })
  expect(stderr).toMatch(
    /^error: .*NOT saved.*locked by another process[\s\S]*\nhint: +Wait for that process/,
  )
})

it.each([
  ['goes on', (holder: ChildProcess) => holder.kill('SIGCONT') && holder.stdin!.end()],
  ['is killed', (holder: ChildProcess) => holder.kill('SIGKILL')],
])('a host stays responsive, keeps its write, and saves it when the holder %s', async (_how, release) => {
  await using box = new Box()
  await mcpstore(box, keeper)
  const host = await startHost(box)
  const holder = await stopHolder(box)

  const first = await host.ask('addService', { name: 'late', url: 'https://example.com/late' })
  expect(first.value).toMatchObject({ results: [{ status: 'added' }], durable: 'memory' })
  expect(first.turns, 'turns of the event loop while the write waited').toBeGreaterThan(20)
  const second = await host.ask('addService', { name: 'later', url: 'https://example.com/later' })
  expect(second.value.durable).toBe('memory')
  const { list } = await host.do('listServices')
  expect(list.map(({ name }: Foreign) => name)).toEqual(['keeper', 'late', 'later'])
  const status = await host.do('status')
  expect(status).toMatchObject({ state: 'write-degraded', backend: 'sqlite', pendingWrites: 2 })
  expect(status.reason).toContain('locked by another process')

  release(holder)
  await until('all is saved', async () => (await host.do('status')).pendingWrites === 0)
  expect(await host.do('status')).toMatchObject({ state: 'up', reason: null })
  const seen = documentOf(await mcpstore(box, ['list', '--json'])).services
  expect(seen.map(({ name }: Foreign) => name)).toEqual(['keeper', 'late', 'later'])
})
