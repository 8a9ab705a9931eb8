import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, mcpstore, startMcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'

function makePipe(box: Box): string {
  execFileSync('mkfifo', [box.path('pipe')])
  return box.path('pipe')
}

/** Opens the pipe for writing, which succeeds as soon as somebody has it open for reading. */
async function writerOf(pipe: string): Promise<number> {
  let fd: number | undefined
  await until('the pipe is being read', () => {
    try {
      fd = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch {}
    return fd !== undefined
  })
  return fd!
}

it('add reads a named pipe to its end', async () => {
  await using box = new Box()
  const { outcome } = startMcpstore(box, ['add', makePipe(box), '--json'])
  const fd = await writerOf(box.path('pipe'))
  writeSync(fd, '{"mcpServers":{"weather":')
  writeSync(fd, '{"command":"x"}}}')
  closeSync(fd)
  expect(documentOf(await outcome).results).toMatchObject([{ name: 'weather', status: 'added' }])
  const { config } = documentOf(await mcpstore(box, ['info', 'weather', '--json']))
  expect(config.cwd, 'as if it had come by stdin').toBe(box.folder)
})

it('one interruption ends an add that waits at a named pipe', async () => {
  await using box = new Box()
  const { child, outcome } = startMcpstore(box, ['add', makePipe(box)])
  const fd = await writerOf(box.path('pipe'))
  child.kill('SIGINT')
  expect(await outcome).toEqual({ exit: 130, stdout: '', stderr: 'error: interrupted\n' })
  closeSync(fd)
})
