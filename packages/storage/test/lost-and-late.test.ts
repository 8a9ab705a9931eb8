import { Dataspace, type Json, statsField, statsKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { type FakeRemote, type Fate, fakeRemote } from './support/fake-network.ts'
import { FakeServer } from './support/fake-server.ts'
import { ManualTime, settle } from './support/manual-time.ts'

// What a simulation of the rules found, each as small as it gets; the server loses what it is told to lose.
const A = 'services:a:config'
const LONG_MS = 700_000

class Place {
  readonly server = new FakeServer()
  readonly time = new ManualTime()
  /** What becomes of requests of this kind. */
  fates: Record<string, Fate> = {}
  readonly asked: string[] = []
  readonly #times: ManualTime[] = [this.time]

  async join(
    time: ManualTime = this.time,
  ): Promise<{ store: Dataspace; remote: FakeRemote; time: ManualTime }> {
    const fate = (what: string) => {
      this.asked.push(what)
      // Who asks without end is let through at last, to be found out.
      return this.asked.length > 2000 ? 'fine' : (this.fates[what] ?? 'fine')
    }
    const network = { travel: () => Promise.resolve(), fate, losesHint: () => false }
    const remote = fakeRemote({ server: this.server, network, time, serverNow: () => this.time.now() })
    if (!this.#times.includes(time)) this.#times.push(time)
    const store = new Dataspace({ backend: remote, namespace: 'n', dataspace: 'd', time })
    await store.open()
    return { store, remote, time }
  }

  async pass(ms: number): Promise<void> {
    for (const time of this.#times) await time.pass(ms)
    await settle()
  }

  get stored(): Record<string, Json> {
    const live = [...this.server.held.tables.records.values()].filter(({ json }) => json !== null)
    return Object.fromEntries(live.map(({ key, json }) => [key, JSON.parse(json!)]))
  }
}

const shown = (store: Dataspace): Record<string, Json> =>
  Object.fromEntries(store.list('').map(({ key, value }) => [key, value]))

test('a server that came back empty, and was filled by a stranger first, knows the old id too', async () => {
  const place = new Place()
  const old = await place.join()
  await old.store.put(A, 1)
  const [id] = place.server.held.ids
  old.remote.setReachable(false)
  place.server.restartEmpty()
  await place.join()
  expect(place.server.held.ids).not.toContain(id)
  old.remote.setReachable(true)
  await place.pass(10_000)
  expect(place.server.held.ids).toContain(id)
  expect(place.server.held.ids).toHaveLength(2)
  expect(place.stored).toEqual({ [A]: 1 })
})

test('a value that was lost, and written over by somebody who never saw it, is reported by who still has it', async () => {
  const place = new Place()
  const [holder, other] = [await place.join(), await place.join()]
  other.remote.setReachable(false)
  await holder.store.put(A, 'lost')
  holder.remote.setReachable(false)
  place.server.restartEmpty()
  await place.pass(1000)
  other.remote.setReachable(true)
  await other.store.put(A, 'later')
  await place.pass(10_000)
  expect(place.stored).toEqual({ [A]: 'later' })
  // The report gets lost at first.
  place.fates = { report: 'lost' }
  holder.remote.setReachable(true)
  await place.pass(10_000)
  expect(place.asked).toContain('report')
  place.fates = {}
  await place.pass(10_000)
  expect(shown(holder.store)).toEqual({ [A]: 'later' })
  expect(await holder.store.conflicts()).toMatchObject([
    { loser: { json: '"lost"' }, winner: { json: '"later"' } },
  ])
})

test('a late write that was seen by a long chain of others is no conflict', async () => {
  const place = new Place()
  const members = [await place.join(), await place.join(), await place.join()]
  await members[0]!.store.put(A, 'first')
  const first = place.server.held.tables.records.get(A)!
  for (let n = 0; n < 30; n++) {
    await place.pass(10)
    await members[n % 3]!.store.put(A, n)
  }
  const [reply] = await members[1]!.remote.merge([{ record: first }])
  expect(reply?.verdict).toBe('duplicate')
  expect(await members[0]!.store.conflicts()).toEqual([])
})

test('whoever was away for a year brings nothing back that was removed', async () => {
  const place = new Place()
  const [away, here] = [await place.join(), await place.join()]
  await away.store.put(A, 1)
  away.remote.setReachable(false)
  await here.store.put(A, undefined)
  place.time.jump(365 * 86_400_000)
  place.server.rollBack(0)
  away.remote.setReachable(true)
  await place.pass(10_000)
  expect([place.stored, shown(away.store), shown(here.store)]).toEqual([{}, {}, {}])
})

test('a clear that is lost before anyone read of it is put back by who made it', async () => {
  const place = new Place()
  const [maker, other] = [await place.join(), await place.join()]
  await other.store.put(A, 1)
  other.remote.setReachable(false)
  const { position } = place.server
  await maker.store.clear()
  place.server.rollBack(place.server.position - position)
  await place.pass(10_000)
  other.remote.setReachable(true)
  await place.pass(10_000)
  expect([place.stored, shown(maker.store), shown(other.store)]).toEqual([{}, {}, {}])
})

test('counts that are lost while connections stand, and nothing else, are counted again', async () => {
  const place = new Place()
  const [counter, other] = [await place.join(), await place.join()]
  await counter.store.put(A, 1)
  const [key, field] = [statsKey('t'), statsField('a', 'calls')]
  const { position } = place.server
  counter.store.count(key, field, 5)
  await place.pass(1000)
  expect(place.server.held.tables.counters.size).toBe(1)
  place.server.rollBack(place.server.position - position, { silently: true })
  for (const n of [1, 2, 3, 4]) await other.store.put(`services:o${n}:config`, n)
  await place.pass(LONG_MS)
  expect(place.server.held.tables.counters.get(`${key} ${field}`)?.total).toBe(5)
  expect(other.store.counters(key)).toEqual({ [field]: 5 })
})

test('a removal that a wrong clock stamped below what it removes is seen by everybody', async () => {
  const place = new Place()
  const [writer, holder] = [await place.join(new ManualTime()), await place.join()]
  await writer.store.put(A, 1)
  await place.pass(1000)
  expect(shown(holder.store)).toEqual({ [A]: 1 })
  const record = place.server.held.tables.records.get(A)!
  place.server.evict(A)
  const stamp = `${'0'.repeat(16)}-${'0'.repeat(10)}`
  place.server.execute(({ tables }) => tables.save({ ...record, json: null, stamp, seen: [record.stamp] }))
  await place.pass(LONG_MS)
  expect([place.stored, shown(writer.store), shown(holder.store)]).toEqual([{}, {}, {}])
})

test('a write that had a stamp from the future stays later than what it replaced', async () => {
  const place = new Place()
  const writer = await place.join(new ManualTime())
  writer.time.jump(30_000)
  await writer.store.put(A, 'before')
  writer.time.jump(600_000)
  const { stamp } = place.server.held.tables.records.get(A)!
  await writer.store.put(A, 'after')
  await place.pass(10_000)
  const after = place.server.held.tables.records.get(A)!
  expect(after.json).toBe('"after"')
  expect(after.stamp > stamp).toBe(true)
})

test('a write that was stamped anew said the stamp that had been refused', async () => {
  const place = new Place()
  const writer = await place.join(new ManualTime())
  writer.time.jump(600_000)
  const { stamp } = await writer.store.put(A, 'in the future')
  expect(place.server.held.tables.records.get(A)!.stamp).toBe(stamp)
})

test('a server that ends every connection is not asked again and again without a rest', async () => {
  const place = new Place()
  const { store, remote } = await place.join()
  for (const what of ['pull', 'merge']) {
    place.fates = { [what]: 'lost' }
    place.asked.length = 0
    remote.cut()
    void store.put(A, what)
    await place.pass(60_000)
    const attempts = place.asked.filter((each) => each === 'look').length
    expect(attempts).toBeGreaterThan(5)
    expect(attempts).toBeLessThan(40)
    place.fates = {}
    await place.pass(60_000)
    expect(place.stored).toEqual({ [A]: what })
  }
})
