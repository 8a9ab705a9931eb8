import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { leashScript } from './leash.ts'

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
