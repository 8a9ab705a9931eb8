import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { later, linesOf, runningInGroup, scratch, stdioConfig, until } from './connections-fixtures.ts'

const script = fileURLToPath(new URL('connections-host.mjs', import.meta.url))

/** Starts a process that holds a connection to the fixture server; resolves when it is connected. */
async function startHost(
  settings: object,
  way: string,
): Promise<{ host: ChildProcess; serverGroup: number }> {
  const startFile = join(scratch(), 'starts')
  const config = JSON.stringify(stdioConfig({ ...settings, startFile }))
  const host = spawn(process.execPath, [script, config, way], { stdio: ['ignore', 'pipe', 'ignore'] })
  later(() => host.kill('SIGKILL'))
  const [line] = await once(createInterface(host.stdout!), 'line')
  expect(line).toBe('connected')
  return { host, serverGroup: Number(linesOf(startFile)[0]) }
}

async function exitOf(host: ChildProcess): Promise<number | null> {
  return host.exitCode ?? (await once(host, 'exit'))[0]
}

describe('when the host process ends', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s, a well-behaved server ends, too',
    async (signal) => {
      const { host, serverGroup } = await startHost({}, 'stay')
      expect(runningInGroup(serverGroup)).toEqual([serverGroup])
      host.kill(signal)
      await until(() => runningInGroup(serverGroup).length === 0)
    },
  )

  test.each(['exit', 'throw'])(
    'by itself without close() (%s), even a stubborn server is killed',
    async (way) => {
      const grandchild = join(scratch(), 'grandchild')
      const { host, serverGroup } = await startHost({ stubborn: true, grandchild }, way)
      expect(await exitOf(host)).toBe(way === 'exit' ? 0 : 1)
      await until(() => runningInGroup(serverGroup).length === 0)
    },
  )

  test.each(['stubborn', 'quiet'])(
    'after close() of a %s server, it ends by itself with exit code 0',
    async (kind) => {
      const grandchild = join(scratch(), 'grandchild')
      const { host, serverGroup } = await startHost({ [kind]: true, grandchild }, 'close')
      expect(await exitOf(host)).toBe(0)
      expect(runningInGroup(serverGroup)).toEqual([])
    },
  )
})
