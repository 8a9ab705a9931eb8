import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { onSources } from '../../../tests/support/worker.ts'
import type { StdioConfig } from '../src/config/service-config.ts'
import {
  groupOf,
  isRunning,
  later,
  linesOf,
  processes,
  runningInGroup,
  scratch,
  stdioConfig,
  until,
} from './connections-fixtures.ts'
import { throughNpx, throughShell, throughUvx } from './wrappers.ts'

const script = fileURLToPath(new URL('connections-host.mjs', import.meta.url))

/** Starts a process that holds a connection to the fixture server; resolves when it is connected. */
async function startHost(
  settings: object,
  way: string,
  wrap: (config: StdioConfig) => StdioConfig = (config) => config,
): Promise<{ host: ChildProcess; serverGroup: number }> {
  const startFile = join(scratch(), 'starts')
  const config = JSON.stringify(wrap(stdioConfig({ ...settings, startFile })))
  const host = spawn(process.execPath, [...onSources, script, config, way], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  later(() => host.kill('SIGKILL'))
  const [line] = await once(createInterface(host.stdout!), 'line')
  expect(line).toBe('connected')
  return { host, serverGroup: groupOf(Number(linesOf(startFile)[0]))! }
}

/** The guards that a host has started. */
function guardsOf(host: number): number[] {
  return processes().flatMap(({ pid, parent, command }) =>
    parent === host && command.endsWith('mcpstore-guard') ? [pid] : [],
  )
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

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s, even a stubborn server is gone with its grandchild, and nothing else is left',
    async (signal) => {
      const grandchild = join(scratch(), 'grandchild')
      const { host, serverGroup } = await startHost({ stubborn: true, grandchild }, 'stay')
      expect(runningInGroup(serverGroup)).toHaveLength(2)
      const [guard, ...more] = guardsOf(host.pid!)
      expect(more).toEqual([])
      host.kill(signal)
      await until(() => runningInGroup(serverGroup).length === 0)
      await until(() => !isRunning(guard!))
    },
  )

  test.each([
    ['sh -c', throughShell],
    ['npx', throughNpx],
    ['uvx', throughUvx],
  ])('by SIGKILL, nothing is left of a server that %s wraps', async (_name, wrap) => {
    const grandchild = join(scratch(), 'grandchild')
    const { host, serverGroup } = await startHost({ stubborn: true, grandchild }, 'stay', wrap)
    expect(runningInGroup(serverGroup).length).toBeGreaterThanOrEqual(3)
    host.kill('SIGKILL')
    await until(() => runningInGroup(serverGroup).length === 0)
  })

  test('by SIGKILL after somebody killed the guard, the next server has brought another one', async () => {
    const { host, serverGroup } = await startHost({ stubborn: true }, 'again')
    const [guard] = guardsOf(host.pid!)
    process.kill(guard!, 'SIGKILL')
    await until(() => !isRunning(guard!))
    host.stdin!.end()
    await until(() => guardsOf(host.pid!).length === 1)
    host.kill('SIGKILL')
    await until(() => runningInGroup(serverGroup).length === 0)
  })

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

  test.each([120_000, 400_000])(
    'after close() of a server that says %i bytes on stderr, nothing of that is on its own stdout and stderr',
    async (stderrBytes) => {
      const config = JSON.stringify(stdioConfig({ stderrBytes, garbage: true }))
      const host = spawn(process.execPath, [...onSources, script, config, 'close'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      later(() => host.kill('SIGKILL'))
      const [stdout, stderr] = await Promise.all([text(host.stdout), text(host.stderr)])
      expect({ stdout, stderr, code: await exitOf(host) }).toEqual({
        stdout: 'connected\nclosed\n',
        stderr: '',
        code: 0,
      })
    },
  )
})
