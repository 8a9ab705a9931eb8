import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { leashScript } from './leash.ts'
import { hasRedisServer, sendCommand, startRedis } from './redis-server.ts'

describe.skipIf(!hasRedisServer)('a private redis-server', () => {
  it('answers PING and listens on loopback only', async () => {
    await using redis = await startRedis()
    expect(await sendCommand(redis.port, 'PING')).toBe('+PONG')
    expect(await sendCommand(redis.port, 'CONFIG GET bind')).toMatch(/\r\n127\.0\.0\.1$/)
  })

  it('is gone after stop, with its directory, and stop may be called twice', async () => {
    const redis = await startRedis()
    expect(existsSync(redis.dir)).toBe(true)
    await redis.stop()
    await redis.stop()
    await expect(sendCommand(redis.port, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH')
    expect(existsSync(redis.dir)).toBe(false)
  })

  it('does not clash with a second one', async () => {
    await using first = await startRedis()
    await using second = await startRedis()
    await sendCommand(first.port, 'SET whose first')
    expect(first.port).not.toBe(second.port)
    expect(await sendCommand(first.port, 'GET whose')).toContain('first')
    expect(await sendCommand(second.port, 'GET whose')).toBe('$-1')
  })

  it('takes arguments, and says what it printed when it does not start', async () => {
    await using redis = await startRedis({ args: ['--appendonly', 'yes'] })
    expect(existsSync(`${redis.dir}/appendonlydir`)).toBe(true)
    await expect(startRedis({ args: ['--no-such-option', 'x'] })).rejects.toThrow(/FATAL|no-such-option/)
  })
})

it('a leashed process dies with the process that holds the leash, even by kill -9', async () => {
  const holder = spawn(process.execPath, ['-e', holderSource, leashScript])
  await once(holder.stdout, 'data')
  holder.kill('SIGKILL')
  // Comes when nobody can write to its stdout any more: neither the holder nor the leashed process.
  const [, signal] = await once(holder, 'close')
  expect(signal).toBe('SIGKILL')
}, 5_000)

/** Starts a process that would live longer than the test waits, and shares its own stdout with it. */
const holderSource = `
  const { spawn } = require('node:child_process')
  const child = spawn('sh', ['-c', process.argv[1], 'sleep', '10'], { stdio: ['pipe', 'inherit', 'ignore'] })
  console.log(child.pid)
`
