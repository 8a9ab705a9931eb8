import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { StdioConfig } from '../src/config/service-config.ts'
import { ConnectionPool, createConnector } from '../src/connections/index.ts'
import { later, linesOf, processes, scratch, until } from './connections-fixtures.ts'

const patient = { timeoutMs: 20_000 }
const ANSWER = `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{}}}`

/** A shell as a server, quickly started: it notes its group, leaves a child behind, and shakes hands unless it is to fail. */
function quickServer(startFile: string, then = `printf '%s\\n' '${ANSWER}'; cat >/dev/null`): StdioConfig {
  return {
    type: 'stdio',
    command: 'sh',
    args: ['-c', `echo $$ >>"$0"; sleep 300 & read -r line; ${then}`, startFile],
  }
}

function pool(): ConnectionPool {
  const made = new ConnectionPool({ connector: createConnector() })
  later(() => made.closeAll())
  return made
}

/** Those that run in the groups noted in the file. */
function inGroups(startFile: string): number[] {
  const groups = new Set(linesOf(startFile).map(Number))
  return processes().flatMap(({ pid, group }) => (groups.has(group) ? [pid] : []))
}

function guards(): number[] {
  return processes().flatMap(({ pid, parent, command }) =>
    parent === process.pid && command.endsWith('mcpstore-guard') ? [pid] : [],
  )
}

async function expectNothingLeft(startFile: string): Promise<void> {
  expect(inGroups(startFile)).toEqual([])
  // It ends as soon as it has read that there is no group any more.
  await until(() => guards().length === 0)
}

test('100 opens and closes leave no process, and have had no more than they needed', async () => {
  const startFile = join(scratch(), 'starts')
  const connections = pool()
  const target = { id: 'demo', service: 'demo', key: '', config: quickServer(startFile) }
  let most = 0
  for (let open = 0; open < 100; open++) {
    await connections.use(target, patient, async () => {
      if (open % 20 === 0) most = Math.max(most, inGroups(startFile).length)
    })
    await connections.close('demo')
  }
  // A shell, what it left behind, and its `cat`.
  expect(most).toBe(3)
  expect(linesOf(startFile)).toHaveLength(100)
  await expectNothingLeft(startFile)
})

test('50 services that 200 callers use at once are 50 servers and one guard, and none afterwards', async () => {
  const startFile = join(scratch(), 'starts')
  const connections = pool()
  const config = quickServer(startFile)
  let inside = 0
  let tellAllIn = (): void => {}
  const allIn = new Promise<void>((resolve) => {
    tellAllIn = resolve
  })
  const calls = Array.from({ length: 200 }, (_, caller) =>
    connections.use({ id: `demo-${caller % 50}`, service: 'demo', key: '', config }, patient, async () => {
      if (++inside === 200) tellAllIn()
      await allIn
    }),
  )
  await allIn
  expect(linesOf(startFile)).toHaveLength(50)
  expect(guards()).toHaveLength(1)
  await Promise.all(calls)
  await connections.closeAll()
  await expectNothingLeft(startFile)
})

test('a service that nobody uses is a server no longer than its idle time, and comes back when it is used', async () => {
  const startFile = join(scratch(), 'starts')
  const connections = new ConnectionPool({ connector: createConnector(), idleMs: 50 })
  later(() => connections.closeAll())
  const target = { id: 'demo', service: 'demo', key: '', config: quickServer(startFile) }
  for (let uses = 1; uses <= 3; uses++) {
    await connections.use(target, patient, async () => {})
    await until(() => connections.phase('demo') === 'idle')
    await until(() => inGroups(startFile).length === 0)
    await expectNothingLeft(startFile)
    expect(linesOf(startFile)).toHaveLength(uses)
  }
})

test.each([
  ['exits', 'exit 3', patient],
  ['is killed', 'kill -9 $$', patient],
  ['says nothing', 'cat >/dev/null', { timeoutMs: 300 }],
])('a server that %s at its start leaves nothing, twenty times', async (_what, then, options) => {
  const startFile = join(scratch(), 'starts')
  const connections = pool()
  const config = quickServer(startFile, then)
  const starts = Array.from({ length: 20 }, (_, at) =>
    connections.use({ id: `demo-${at}`, service: 'demo', key: '', config }, options, async () => {}),
  )
  const results = await Promise.allSettled(starts)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(20)
  await connections.closeAll()
  expect(linesOf(startFile).length).toBeGreaterThan(0)
  await expectNothingLeft(startFile)
})
