import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { workspaceRoot } from '../support/modules.ts'
import { hasRedisServer } from '../support/redis-server.ts'

const example = join(workspaceRoot, 'examples/shared-dataspace/run.mjs')

async function run(box: Box, env: Record<string, string> = {}) {
  const child = box.spawn(process.execPath, [example], {
    env: box.environment({ TMPDIR: box.folder, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise((resolve) => child.once('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)])
  return { exit: await exited, stdout, stderr }
}

it.skipIf(!hasRedisServer)(
  'two hosts and a shell share a dataspace, and lose nothing when Redis does',
  {
    timeout: 60_000,
  },
  async () => {
    await using box = new Box()
    const server = process.env['REDIS_SERVER']
    const { exit, stdout, stderr } = await run(box, server ? { REDIS_SERVER: server } : {})
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    const steps = [...stdout.matchAll(/^(\d)\. /gm)].map(([, step]) => step)
    expect(steps).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(stdout).toContain('✔')
    expect(readdirSync(box.folder).filter((name) => name.startsWith('mcpstore-shared-'))).toEqual([])
  },
)

it('without a Redis server it says what to do', async () => {
  await using box = new Box()
  const { exit, stdout, stderr } = await run(box, { REDIS_SERVER: box.path('no-such-server') })
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  expect(stderr).toContain('apt install redis-server')
  expect(stderr).toContain('REDIS_SERVER=')
})
