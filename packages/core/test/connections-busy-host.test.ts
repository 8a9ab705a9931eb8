import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stateOf } from '../../../tests/support/processes.ts'
import { NotSent, StdioTransport } from '../src/connections/stdio/transport.ts'
import { failureOf, later, linesOf, scratch, stdioConfig } from './connections-fixtures.ts'

function threadsOf(pid: string): number {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).length : 1
}

/** Nothing else happens in this process until the one that notes its start in the file is dead. */
function busyUntilDead(startFile: string): void {
  const end = performance.now() + 15_000
  while (performance.now() < end) {
    const [pid] = linesOf(startFile)
    // Its other threads may hold its end of the pipe for a moment longer.
    if (pid && stateOf(Number(pid)) === 'Z' && threadsOf(pid) === 1) return
  }
  throw new Error('it lives')
}

test('what a server said before it died was not heard by a host that was busy meanwhile, and then wrote to it', async () => {
  const startFile = join(scratch(), 'starts')
  const dieAtStart = { code: 3, stdout: 'Usage: server FILE', stderr: 'no file' }
  const transport = new StdioTransport(stdioConfig({ startFile, dieAtStart }))
  later(() => transport.close())
  busyUntilDead(startFile)
  await transport.start()
  expect(await failureOf(transport.send({ jsonrpc: '2.0', id: 1, method: 'ping' }))).toBeInstanceOf(NotSent)
  await transport.lastHeard()
  await transport.close()
  expect(transport.tail.text.split('\n').sort()).toEqual(['Usage: server FILE', 'no file'])
  expect(transport.ending).toMatchObject({ code: 3 })
})
