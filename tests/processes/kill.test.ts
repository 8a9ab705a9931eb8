import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { configsIn, integrityOf } from '../support/records.ts'

const writer = fileURLToPath(new URL('../support/programs/writer.mjs', import.meta.url))
const lockHolder = fileURLToPath(new URL('../support/programs/lock-holder.mjs', import.meta.url))
const ROUNDS = 20
const MOST_WRITES = 40

interface Killed {
  /** What the writer said the file has: each name with the highest number. */
  acknowledged: Map<string, number>
  signal: NodeJS.Signals | null
}

/** Lets a process write, kills it a random while after a random number of acknowledged writes, reads what it said. */
async function writeAndKill(box: Box, prefix: string, counter: string): Promise<Killed> {
  const child = box.spawn(process.execPath, [writer, box.home, prefix, counter])
  const gone = once(child, 'exit')
  const acknowledged = new Map<string, number>()
  const killAfter = randomInt(1, MOST_WRITES)
  let lines = 0
  for await (const line of createInterface(child.stdout!)) {
    const [name, number] = line.split(' ') as [string, string]
    acknowledged.set(name, Number(number))
    if (++lines === killAfter) setTimeout(() => child.kill('SIGKILL'), randomInt(0, 8))
  }
  const [, signal] = await gone
  return { acknowledged, signal }
}

/** A process that holds the lock of the file again and again. */
async function hinder(box: Box): Promise<ChildProcess> {
  const child = box.spawn(process.execPath, [lockHolder, box.database, 'by turns'])
  await once(child.stdout!, 'data')
  return child
}

it(`kill -9 in the middle of writes, ${ROUNDS} times: what was acknowledged is there, and the file opens`, async () => {
  await using box = new Box()
  const promised = new Map<string, string>()
  await mcpstore(box, ['add', 'before', 'https://example.com/before'])
  for (let round = 1; round <= ROUNDS; round++) {
    // In every other round writes have to wait, which one that is acknowledged too early does not survive.
    const inTheWay = round % 2 === 0 ? await hinder(box) : undefined
    const sides = ['left', 'right'].map(async (side) => {
      const prefix = `${side}-${round}`
      const { acknowledged, signal } = await writeAndKill(box, prefix, `${side}-counter`)
      expect({ prefix, signal }).toEqual({ prefix, signal: 'SIGKILL' })
      expect(acknowledged.size, 'writes were in flight').toBeGreaterThan(0)
      for (const [name, number] of acknowledged) promised.set(name, `https://example.com/${prefix}/${number}`)
    })
    await Promise.all(sides)
    inTheWay?.kill('SIGKILL')

    const listing = await mcpstore(box, ['list', '--json'])
    expect(listing).toMatchObject({ exit: 0, stderr: '' })
    const listed = new Set(documentOf(listing).services.map(({ name }: Foreign) => name))
    expect([...promised.keys()].filter((name) => !listed.has(name))).toEqual([])
    expect(integrityOf(box)).toBe('ok')
    expectPromised(promised, box)
  }
  const after = await mcpstore(box, ['add', 'after', 'https://example.com/after'])
  expect(after).toMatchObject({ exit: 0, stderr: '' })
}, 60_000)

/** Each service is as it was acknowledged, but for the counters, of which a later write may have got in. */
function expectPromised(promised: ReadonlyMap<string, string>, box: Box): void {
  const stored = new Map(
    configsIn(box).map(({ key, json }) => [key.split(':')[1]!, JSON.parse(json!).url as string]),
  )
  for (const [name, url] of promised) {
    if (!name.endsWith('-counter')) expect(stored.get(name)).toBe(url)
    else expect(placeOf(stored.get(name)!)).toBeGreaterThanOrEqual(placeOf(url))
  }
}

/** Where the write of a counter stands among all: first by its round, in each of which they begin anew. */
function placeOf(url: string): number {
  const [, round, number] = /-(\d+)\/(\d+)$/.exec(url)!
  return Number(round) * 1_000_000 + Number(number)
}

it('kill -9 while the file is being made, 10 times: the next command makes or opens it', async () => {
  for (let round = 1; round <= 10; round++) {
    await using box = new Box()
    const folder = dirname(box.database)
    mkdirSync(folder, { recursive: true })
    const watcher = watch(folder)
    const child = box.spawn(process.execPath, [writer, box.home, 'first', 'counter'])
    const gone = once(child, 'exit')
    await Promise.race([once(watcher, 'change'), gone])
    watcher.close()
    expect(child.exitCode, 'it has begun to make the file').toBe(null)
    await delay(randomInt(0, 8))
    child.kill('SIGKILL')
    await gone
    const added = await mcpstore(box, ['add', 'after', 'https://example.com/after', '--json'])
    expect(added).toMatchObject({ exit: 0, stderr: '' })
    expect(documentOf(added).durable).toBe('local')
  }
})
