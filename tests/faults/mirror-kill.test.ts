import { setTimeout as delay } from 'node:timers/promises'
import { statsField, statsKey } from '@mcpstore/storage'
import { describe, expect, it } from 'vitest'
import { config, type MirrorScene, type MirrorWorker, mirrorScene } from '../support/mirror-scene.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer } from '../support/redis-server.ts'

const soak = process.env['MCPSTORE_SOAK'] === '1'
const ROUNDS = soak ? 50 : 8
const STATS = statsKey('forecast')
const CALLS = statsField('keeper', 'calls')

/** What a process was asked for until it was killed. */
interface Round {
  /** Services whose writes were told to be kept. */
  kept: string[]
  /** How many of the asked-for were not answered. */
  open: number
  counted: { atLeast: number; atMost: number }
}

/** Writes as fast as it goes, five at a time, and counts before each write; kills the worker after `ms`. */
async function writeUntilKilled(worker: MirrorWorker, prefix: string, ms: number): Promise<Round> {
  const round: Round = { kept: [], open: 0, counted: { atLeast: 0, atMost: 0 } }
  let number = 0
  const write = async (): Promise<void> => {
    for (;;) {
      const service = `${prefix}-${++number}`
      round.open++
      round.counted.atMost++
      const [, { durable }] = await Promise.all([
        worker.ask('count', STATS, CALLS, 1),
        worker.ask('put', config(service), service),
      ])
      round.open--
      expect(durable).not.toBe('memory')
      round.kept.push(service)
      round.counted.atLeast++
    }
  }
  const lanes = Array.from({ length: 5 }, () => write())
  const ended = Promise.allSettled(lanes)
  await until('a write is kept', () => round.kept.length > 0)
  await delay(ms)
  await worker.kill()
  for (const lane of await ended) {
    expect(lane).toMatchObject({ reason: { message: expect.stringContaining('SIGKILL') } })
  }
  return round
}

async function expectDelivered(scene: MirrorScene, services: readonly string[]): Promise<void> {
  const values = await Promise.all(services.map((service) => scene.config(service)))
  expect(values).toEqual([...services])
}

const totalIn = async (scene: MirrorScene): Promise<number> =>
  Number(await scene.redis.command('HGET', `default:ws:${STATS}`, CALLS))

describe.skipIf(!hasRedisServer)('a process that is killed', () => {
  it('during an outage or a delivery loses nothing that was told to be local, whoever comes next', {
    timeout: ROUNDS * 15_000,
  }, async () => {
    await using scene = await mirrorScene()
    let worker = await scene.start()
    await worker.ask('put', config('keeper'), 'keeper')
    const kept: string[] = []
    const counted = { atLeast: 0, atMost: 0 }
    let [open, cutShort] = [0, 0]
    for (let number = 1; number <= ROUNDS; number++) {
      await scene.proxy.refuse()
      // Now one that has lost its server, now one that never had it.
      if (number % 2 === 0) {
        await worker.kill()
        worker = await scene.start()
      }
      await scene.down(worker)
      // Every third one is killed while what it wrote is being delivered.
      const healing = number % 3 === 0 ? delay(20).then(() => scene.proxy.pass()) : undefined
      const round = await writeUntilKilled(worker, `r${number}`, Math.random() * (healing ? 700 : 80))
      await healing
      if (scene.waiting().length > 0) cutShort++
      kept.push(...round.kept)
      open += round.open
      counted.atLeast += round.counted.atLeast
      counted.atMost += round.counted.atMost
      await scene.proxy.pass()
      worker = await scene.start()
      await scene.delivered(worker)
      await expectDelivered(scene, round.kept)
      await until('the outbox is empty', () => scene.waiting().length === 0)
    }
    await expectDelivered(scene, kept)
    await until('the counts are delivered', () => scene.query('SELECT * FROM totals').length === 0)
    const total = await totalIn(scene)
    expect(total).toBeGreaterThanOrEqual(counted.atLeast)
    expect(total).toBeLessThanOrEqual(counted.atMost)
    expect(open, 'kills in the middle of a write').toBeGreaterThan(0)
    expect(cutShort, 'kills before all was delivered').toBeGreaterThanOrEqual(ROUNDS / 2)
    expect(kept.length).toBeGreaterThan(ROUNDS * 5)
  })

  it('together with all others that share its mirror loses nothing, neither does the next one', async () => {
    await using scene = await mirrorScene()
    const first = await scene.start()
    await first.ask('put', config('keeper'), 'keeper')
    await scene.proxy.refuse()
    const workers = [first, await scene.start(), await scene.start()]
    await scene.down(first)
    const rounds = await Promise.all(
      workers.map((worker, at) => writeUntilKilled(worker, `w${at}`, 100 + Math.random() * 100)),
    )
    const kept = rounds.flatMap((round) => round.kept)
    const heir = await scene.start()
    const { keeper: _, ...values } = await heir.ask('values')
    expect(Object.values(values)).toEqual(expect.arrayContaining(kept))
    await heir.kill()
    expect(scene.waiting().length).toBeGreaterThanOrEqual(kept.length)
    await scene.proxy.pass()
    await scene.delivered(await scene.start())
    await expectDelivered(scene, kept)
    await until('the counts are delivered', () => scene.query('SELECT * FROM totals').length === 0)
    const total = await totalIn(scene)
    const sum = (which: 'atLeast' | 'atMost') => rounds.reduce((all, { counted }) => all + counted[which], 0)
    expect(total).toBeGreaterThanOrEqual(sum('atLeast'))
    expect(total).toBeLessThanOrEqual(sum('atMost'))
  })
})
