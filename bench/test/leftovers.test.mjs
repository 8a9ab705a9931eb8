import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { endLeftovers, processesOf } from '../leftovers.mjs'
import { paceOf } from '../pace.mjs'
import { createSandbox } from '../sandbox.mjs'

describe.skipIf(!existsSync('/proc/self/environ'))('what a question leaves running', () => {
  const forever = 'process.stdout.write("up"); setInterval(() => {}, 1000)'

  /** A process that has started, in this environment. */
  async function started(env, program = forever) {
    const child = spawn(process.execPath, ['-e', program], { env, detached: true })
    await once(child.stdout, 'data')
    return child
  }

  test('is ended by its id with the sandbox, whoever started it, and nothing else is', async () => {
    const sandbox = createSandbox({ pace: paceOf('quick'), peers: false })
    const stranger = await started({})
    const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(forever)}], { detached: true, stdio: ['ignore', 'inherit', 'ignore'] }).unref()`
    await started(sandbox.env, parent)
    const root = sandbox.env.HOME
    expect(processesOf(root)).toHaveLength(1)
    const order = []
    sandbox.atEnd(() => order.push('first'))
    sandbox.atEnd(() => order.push('second'))
    expect(await sandbox.remove()).toHaveLength(1)
    expect(order).toEqual(['second', 'first'])
    expect(processesOf(root)).toEqual([])
    expect(existsSync(root)).toBe(false)
    expect(stranger.exitCode ?? stranger.signalCode).toBe(null)
    stranger.kill()
  })

  test('has time to end by itself', async () => {
    const env = { MARK: `mark-${process.pid}-${Math.random()}` }
    const child = await started(env, 'process.stdout.write("up"); process.stdin.on("end", () => {}).resume()')
    const ended = endLeftovers(env.MARK, { patienceMs: 20_000 })
    child.stdin.end()
    expect(await ended).toEqual([])
    expect(child.signalCode).toBe(null)
  })
})
