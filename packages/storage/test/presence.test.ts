import { expect, test } from 'vitest'
import { Dataspace, type Machine, MemoryTables, memoryBackend, systemTime } from '../src/index.ts'
import { ManualTime } from './support/manual-time.ts'

const DAY = 24 * 3_600_000
const START = 1_700_000_000_000

/** A dataspace of several processes, whose machines and time are the test's. */
function place() {
  const tables = new MemoryTables()
  const time = new ManualTime(START)
  // Whatever is done to the clock of the machine.
  const server = { ...systemTime, now: () => START + time.monotonic() }
  const running = new Set<number>()
  return {
    tables,
    time,
    server,
    running,
    async open(machine: Partial<Machine> = {}) {
      const backend = memoryBackend({ tables, time: server })
      const own = {
        host: 'here',
        space: 'one',
        pid: 1,
        isRunning: (pid: number) => running.has(pid),
        ...machine,
      }
      running.add(own.pid)
      const dataspace = new Dataspace({
        backend,
        namespace: 'n',
        dataspace: 'd',
        time,
        version: '1.2.3',
        machine: own,
      })
      await dataspace.open()
      await time.pass(1500)
      return dataspace
    },
  }
}

const others = async (dataspace: Dataspace) => (await dataspace.nodes()).filter(({ self }) => !self)

test('a process of this machine that does not run is gone at once; elsewhere the same number says nothing', async () => {
  const { open, running } = place()
  const here = await open()
  await open({ pid: 2 })
  await open({ pid: 3, space: 'a container' })
  await open({ pid: 4, host: 'there' })
  running.clear()
  expect((await others(here)).map(({ pid, alive }) => [pid, alive]).sort()).toEqual([
    [2, false],
    [3, true],
    [4, true],
  ])
})

test('who has missed three beats is gone, is forgotten after a day, and stays away when it left', async () => {
  const { open, tables, time } = place()
  const here = await open()
  const there = await open({ host: 'there' })
  const row = { ...tables.nodes.get([...tables.nodes.keys()].at(-1)!)! }
  await there.close()
  expect(await others(here)).toEqual([])
  tables.nodes.set(row.id, { ...row, last: time.now() - 90_000 })
  expect(await others(here)).toMatchObject([
    { host: 'there', version: '1.2.3', backend: 'memory', alive: true },
  ])
  tables.nodes.set(row.id, { ...row, last: time.now() - 90_001 })
  expect(await others(here)).toMatchObject([{ alive: false }])
  tables.nodes.set(row.id, { ...row, last: time.now() - DAY - 1 })
  await time.pass(30_000)
  expect(await others(here)).toEqual([])
})

test('what was said by one that is gone without a word has no witness, also when it was forgotten', async () => {
  const { open, running, time } = place()
  const here = await open()
  const [killed, closed] = [await open({ pid: 2 }), await open({ pid: 3 })]
  const [lost, kept] = [killed.tick(), closed.tick()]
  await here.nodes()
  expect([lost, kept].map((stamp) => here.witness(stamp).gone)).toEqual([false, false])
  running.delete(2)
  await closed.close()
  running.delete(3)
  const { id } = (await others(here))[0]!
  expect(here.witness(lost)).toEqual({ node: id, gone: true })
  expect(here.witness(kept), 'it said goodbye').toMatchObject({ gone: false })
  expect(here.witness(here.tick())).toMatchObject({ gone: false })
  // The killed one says nothing more, whatever its timers do here.
  await killed.close()
  await time.pass(DAY + 60_000)
  await here.nodes()
  expect(here.witness(lost)).toMatchObject({ gone: true })
})

test('what is no process is left out and handed over; what a process tells is taken only as far as it can be', async () => {
  const { open, tables, time } = place()
  const here = await open()
  const malformed: unknown[] = []
  here.observe({ onMalformed: (found) => malformed.push(found) })
  const last = time.now()
  const wild =
    '{"__proto__":{"pid":1},"constructor":1,"host":["x"],"pid":-1,"started":"soon","version":5,"backend":"moon"}'
  for (const [id, about] of Object.entries({
    wild,
    none: 'nonsense',
    list: '[]',
    huge: `{"host":"${'x'.repeat(3000)}"}`,
  }))
    tables.nodes.set(id, { id, last, about })
  tables.nodes.set('\u001b[2J', { id: '\u001b[2J', last, about: '{}' })
  tables.nodes.set('never', { id: 'never', last: Number.NaN, about: '{}' })
  const rows = await others(here)
  expect(rows.map(({ id }) => id).sort()).toEqual(['huge', 'list', 'none', 'wild'])
  for (const row of rows) {
    expect(row).toMatchObject({
      host: null,
      pid: null,
      started: null,
      version: null,
      backend: null,
      alive: true,
    })
  }
  expect(malformed).toEqual([
    { key: 'nodes', problem: 'what stands under "\\u001b[2J" is no process' },
    { key: 'nodes', problem: 'what stands under "never" is no process' },
  ])
  expect(({} as { pid?: number }).pid).toBeUndefined()
})

test('when a process had started was another moment after the clock of its machine was set', async () => {
  const { open, server, time } = place()
  const here = await open()
  const started = async () => (await here.nodes()).find(({ self }) => self)?.started
  const before = await started()
  expect(before).toBe(new Date(START).toISOString())
  time.jump(3_600_000)
  await here.refresh()
  expect(here.now(), 'the server was heard').toBe(server.now())
  // It says again that it is here.
  await time.pass(30_000)
  expect(await started()).toBe(before)
})
