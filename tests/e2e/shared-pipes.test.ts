import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, program } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { fixtureServer } from '../support/servers.ts'

// Where the kernel says how a pipe is read. It is the same for all who were given one end of it.
const seesPipes = it.skipIf(process.platform !== 'linux')

/** Both ends of a pipe that waits, as those that a shell gives to its programs. */
function openPipe(box: Box): { fd: number; waits: () => boolean } & Disposable {
  execFileSync('mkfifo', [box.path('pipe')])
  const fd = openSync(box.path('pipe'), constants.O_RDWR)
  const waits = (): boolean => {
    const [, flags] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))!
    return (Number.parseInt(flags!, 8) & constants.O_NONBLOCK) === 0
  }
  return { fd, waits, [Symbol.dispose]: () => closeSync(fd) }
}

seesPipes.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'who reads on from stdin after %s finds a pipe that waits',
  async (signal) => {
    await using box = new Box()
    using pipe = openPipe(box)
    const child = box.spawn(process.execPath, [program, 'import', '-'], { stdio: [pipe.fd, 'pipe', 'pipe'] })
    await until('stdin is being read', () => !pipe.waits())
    child.kill(signal)
    expect(await once(child, 'close')).toEqual([null, signal])
    expect(pipe.waits()).toBe(true)
  },
)

seesPipes('who writes on to stdout after Ctrl-C finds a pipe that waits', async () => {
  await using box = new Box()
  using pipe = openPipe(box)
  await addServices(box, { demo: fixtureServer(box) })
  const argv = ['use-tool', 'demo/echo', `text=${'long '.repeat(25_000)}`]
  const child = box.spawn(process.execPath, [program, ...argv], { stdio: ['ignore', pipe.fd, 'pipe'] })
  await until('more is written than fits', () => !pipe.waits())
  // The first one lets it write to the end, which nobody reads.
  await until('it ends', () => {
    child.kill('SIGINT')
    return child.signalCode === 'SIGINT'
  })
  expect(pipe.waits()).toBe(true)
})
