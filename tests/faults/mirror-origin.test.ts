import { describe, expect, it } from 'vitest'
import { config, type MirrorScene, type MirrorWorker, mirrorScene } from '../support/mirror-scene.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer } from '../support/redis-server.ts'

/** A run that delivers one write, and leaves another one in the mirror. */
async function leaveOneWaiting(scene: MirrorScene): Promise<void> {
  const worker = await scene.start()
  await worker.ask('put', config('delivered'), 1)
  await scene.proxy.refuse()
  await scene.down(worker)
  expect(await worker.ask('put', config('waiting'), 2)).toMatchObject({ durable: 'local' })
  expect(await worker.ask('close')).toBe(1)
  await scene.proxy.pass()
}

const mirrorProblem = async (worker: MirrorWorker): Promise<string | null> =>
  (await worker.ask('status')).mirror!.problem

describe.skipIf(!hasRedisServer)('while no process ran', () => {
  it('a server that came back empty is restored from the mirror, under the id it had', async () => {
    await using scene = await mirrorScene()
    await leaveOneWaiting(scene)
    const ids = await scene.meta('ids')
    await scene.redis.restart()
    expect(await scene.meta('ids')).toBe('')
    const worker = await scene.start()
    await scene.delivered(worker)
    expect([await scene.config('delivered'), await scene.config('waiting')]).toEqual([1, 2])
    expect(await scene.meta('ids')).toBe(ids)
    expect(await mirrorProblem(worker)).toBeNull()
  })

  it.each([
    ['FLUSHDB', async (scene: MirrorScene) => void (await scene.redis.command('FLUSHDB'))],
    [
      'scan and del',
      async (scene: MirrorScene) => {
        const [, keys] = (await scene.redis.command('SCAN', '0', 'MATCH', 'default:ws:*', 'COUNT', 1000)) as [
          string,
          string[],
        ]
        expect(keys.length).toBeGreaterThan(2)
        await scene.redis.command('DEL', ...keys)
      },
    ],
  ])(
    'a dataspace that was wiped (%s) stays wiped, but what was never sent is delivered',
    async (_how, wipe) => {
      await using scene = await mirrorScene()
      await leaveOneWaiting(scene)
      await wipe(scene)
      const worker = await scene.start()
      await scene.delivered(worker)
      expect([await scene.config('delivered'), await scene.config('waiting')]).toEqual([undefined, 2])
      await until('the mirror says so too', () => scene.query('SELECT key FROM records').length === 1)
      expect(await scene.meta('cleared')).not.toBe('')
      await worker.kill()
      await scene.proxy.refuse()
      expect(await (await scene.start()).ask('values')).toEqual({ [config('waiting')]: 2 })
    },
  )

  it('a wipe of nothing that was ever delivered is not believed', async () => {
    await using scene = await mirrorScene()
    const worker = await scene.start()
    await scene.proxy.refuse()
    await scene.down(worker)
    await worker.ask('put', config('waiting'), 2)
    await worker.kill()
    await scene.redis.command('DEL', 'default:ws:meta', 'default:ws:index')
    await scene.proxy.pass()
    await scene.delivered(await scene.start())
    expect(await scene.config('waiting')).toBe(2)
    expect(await scene.meta('cleared')).toBe('')
  })

  it('another dataspace took its place: nothing is pushed to it until the mirror is adopted by hand', async () => {
    await using scene = await mirrorScene()
    await leaveOneWaiting(scene)
    const oldIds = await scene.meta('ids')
    await scene.redis.restart()
    const stranger = await scene.start({ mirror: scene.path('stranger.db') })
    await stranger.ask('put', config('stranger'), 3)
    const ids = await scene.meta('ids')
    expect(ids).not.toBe(oldIds)
    const before = scene.query('SELECT * FROM outbox')

    const worker = await scene.start()
    expect((await worker.ask('status')).state).toBe('up')
    expect(await mirrorProblem(worker)).toContain('is the mirror of another dataspace')
    expect((await worker.ask('lines')).filter((line) => line.includes('another dataspace'))).toHaveLength(1)
    expect(await worker.ask('values')).toEqual({ [config('stranger')]: 3 })
    await worker.ask('refresh')
    expect(await stranger.ask('values')).toEqual({ [config('stranger')]: 3 })
    expect(scene.query('SELECT * FROM outbox')).toEqual(before)
    expect(before).toHaveLength(1)

    await worker.ask('adopt')
    await scene.delivered(worker)
    expect([await scene.config('delivered'), await scene.config('waiting')]).toEqual([1, 2])
    expect((await scene.meta('ids')).split(',').sort()).toEqual([ids, oldIds].sort())
    await until('the stranger sees it', async () => Object.keys(await stranger.ask('values')).length === 3)
    expect(await mirrorProblem(worker)).toBeNull()
  })

  it('it was wiped and begun anew: adopted by hand, what it holds is delivered, and what waited too', async () => {
    await using scene = await mirrorScene()
    await leaveOneWaiting(scene)
    await scene.redis.command('FLUSHDB')
    const stranger = await scene.start({ mirror: scene.path('stranger.db') })
    await stranger.ask('put', config('stranger'), 3)
    const worker = await scene.start()
    expect(await mirrorProblem(worker)).toContain('is the mirror of another dataspace')
    expect(await scene.meta('cleared')).toBe('')
    await worker.ask('adopt')
    await scene.delivered(worker)
    expect([await scene.config('delivered'), await scene.config('waiting')]).toEqual([1, 2])
    expect(await scene.config('stranger')).toBe(3)
  })

  it('another one took its place and was wiped: adopted by hand, what waited is delivered', async () => {
    await using scene = await mirrorScene()
    await leaveOneWaiting(scene)
    await scene.redis.restart()
    const stranger = await scene.start({ mirror: scene.path('stranger.db') })
    await stranger.ask('put', config('wiped'), 3)
    await scene.redis.command('FLUSHDB')
    await stranger.ask('put', config('stranger'), 4)
    await scene.delivered(stranger)
    expect(await scene.meta('cleared')).not.toBe('')
    const worker = await scene.start()
    expect(await mirrorProblem(worker)).toContain('is the mirror of another dataspace')
    await worker.ask('adopt')
    await scene.delivered(worker)
    expect([await scene.config('waiting'), await scene.config('stranger')]).toEqual([2, 4])
  })

  it('the server was emptied and a fresh process came first: a long-lived one brings the id that old mirrors know', async () => {
    await using scene = await mirrorScene()
    await leaveOneWaiting(scene)
    const oldId = await scene.meta('ids')
    const way = await scene.anotherProxy()
    const longLived = await scene.start({ url: way.url, mirror: scene.path('long-lived.db') })
    await way.refuse()
    await scene.down(longLived)
    await scene.redis.restart()
    const fresh = await scene.start({ mirror: scene.path('fresh.db') })
    await fresh.ask('put', config('fresh'), 3)
    const newId = await scene.meta('ids')
    expect(newId).not.toBe(oldId)
    await way.pass()
    await scene.delivered(longLived)
    expect((await scene.meta('ids')).split(',').sort()).toEqual([newId, oldId].sort())
    const old = await scene.start()
    await scene.delivered(old)
    expect(await mirrorProblem(old)).toBeNull()
    expect(await scene.config('waiting')).toBe(2)
  })
})
