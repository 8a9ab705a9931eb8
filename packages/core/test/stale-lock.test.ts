import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Box } from '../../../tests/support/box.ts'
import { stateOf, until } from '../../../tests/support/processes.ts'
import { startWorker, type Worker } from '../../../tests/support/worker.ts'
import type { requests } from './lock-worker.ts'

const program = new URL('./lock-worker.ts', import.meta.url)
const start = (...args: string[]) => startWorker<typeof requests>(program, { args })

/** A lock of which the holder was killed. */
async function leaveStale(file: string): Promise<void> {
  await using holder = await start()
  await holder.ask('enter', file)
  await holder.kill()
  expect(existsSync(`${file}.lock`)).toBe(true)
}

/** Stops it right before it ends the stale lock. Resolves then, with how to wait until it has the lock itself. */
async function stopAsItEnds(worker: Worker<typeof requests>, file: string): Promise<() => Promise<void>> {
  await worker.ask('stopBeforeRemoving', `${file}.lock`)
  const entered = worker.ask('enter', file)
  entered.catch(() => {})
  await until('it stands still', () => stateOf(worker.pid) === 'T')
  return () => entered
}

/** Resolves when it has tried for the lock again, in vain or not. */
async function triedAgain(worker: Worker<typeof requests>): Promise<void> {
  const { attempts } = await worker.ask('state')
  await until('it has tried again', async () => {
    const now = await worker.ask('state')
    return now.isInside || now.attempts >= attempts + 2
  })
}

it('who was stopped as he ended a stale lock ends none that another one has taken since', async () => {
  await using box = new Box()
  const file = box.path('tokens.json')
  await leaveStale(file)
  await using slow = await start()
  const entered = await stopAsItEnds(slow, file)
  await using quick = await start()
  await quick.ask('enter', file)
  await slow.resume()
  await triedAgain(slow)
  expect([await quick.ask('state'), await slow.ask('state')]).toMatchObject([
    { isInside: true },
    { isInside: false },
  ])
  await quick.ask('leave')
  await entered()
  await slow.ask('leave')
  expect(readdirSync(box.path('.')).filter((name) => name.startsWith('tokens'))).toEqual([])
})

it('who was killed as he ended a stale lock is not waited for, and leaves nothing', async () => {
  await using box = new Box()
  const file = box.path('tokens.json')
  await leaveStale(file)
  await using killed = await start()
  const entered = await stopAsItEnds(killed, file)
  await killed.kill()
  await expect(entered()).rejects.toThrow('SIGKILL')
  await using next = await start()
  await next.ask('pass', file)
  // At once: every 10 ms it tries again.
  expect((await next.ask('state')).attempts).toBeLessThan(20)
  expect(readdirSync(box.path('.')).filter((name) => name.startsWith('tokens'))).toEqual([])
})

it.runIf(existsSync('/proc/sys/kernel/random/boot_id')).each([
  ['gave a lock back', (file: string) => `${file}.lock.`, 1],
  ['put a file in place', (file: string, pid: number) => `${file}.${pid}-`, 2],
] as const)('what was left by one who was killed as he %s stayed for ever', async (_, pathOf, left) => {
  await using box = new Box()
  const file = box.path('trust.json')
  const filesOf = () => readdirSync(box.path('.')).filter((name) => name.startsWith('trust'))
  await using killed = await start()
  await killed.ask('stopBeforeRemoving', pathOf(file, killed.pid))
  killed.ask('approve', file).catch(() => {})
  await until('it stands still', () => stateOf(killed.pid) === 'T')
  expect(filesOf().filter((name) => name !== 'trust.json')).toHaveLength(left)
  await using next = await start()
  // As long as it may go on nobody takes that away.
  await next.ask('pass', box.path('trust-other.json'))
  expect(filesOf().filter((name) => name !== 'trust.json')).toHaveLength(left)
  await killed.kill()
  await next.ask('approve', file)
  expect(filesOf()).toEqual(['trust.json'])
})

it('in a folder that machines share, one whose process is not here keeps his lock as long as he shows', async () => {
  await using box = new Box()
  const file = box.path('tokens.json')
  await using holder = await start()
  await holder.ask('enter', file)
  // As on a copy of this machine, where the process of the holder has another id.
  await using gone = await start()
  await gone.kill()
  const mark = readFileSync(`${file}.lock`, 'utf8').replace(` ${holder.pid} `, ` ${gone.pid} `)
  writeFileSync(`${file}.lock`, mark)
  await using copy = await start('shared')
  const entered = copy.ask('enter', file)
  await triedAgain(copy)
  expect(await copy.ask('state')).toMatchObject({ isInside: false })
  rmSync(`${file}.lock`)
  await entered
})

it('of many who find a stale lock at once one at a time has it', async () => {
  await using box = new Box()
  const file = box.path('tokens.json')
  await leaveStale(file)
  copyFileSync(`${file}.lock`, box.path('stale'))
  const workers = await Promise.all([start(), start(), start(), start()])
  try {
    for (let round = 0; round < 30; round++) {
      copyFileSync(box.path('stale'), `${file}.lock`)
      await Promise.all(workers.map((worker) => worker.ask('pass', file)))
    }
  } finally {
    for (const worker of workers) await worker[Symbol.asyncDispose]()
  }
  expect(readdirSync(box.path('.')).filter((name) => name.startsWith('tokens'))).toEqual([])
})
