import assert from 'node:assert/strict'
import { recordKey, statsField, statsKey } from '../records/keyspace.ts'
import { type ConformanceCase, onBackends } from './case.ts'
import { after, at, CACHE, CONFIG, merge, record, stored } from './records.ts'

const agent = { agent: 'researcher' }
const own = (kind: 'config' | 'cache' | 'assignment') => recordKey({ scope: agent, service: 'weather', kind })
const BIRTH = recordKey({ scope: 'store', service: 'weather', kind: 'birth' })
const FIELD = statsField('weather', 'calls')

export const scopeCases: ConformanceCase[] = [
  onBackends('services of one name in two scopes have nothing in common', async (a) => {
    const ours = record({ stamp: at(1) })
    const theirs = record({ key: own('config'), json: '{"n":2}', stamp: at(2) })
    await merge(a, ours, theirs)
    await merge(a, record({ key: CACHE, stamp: at(3), basis: at(1) }))
    await merge(a, record({ key: own('cache'), stamp: at(4), basis: at(2) }))
    await a.count('x', '', [
      { key: statsKey('forecast'), field: FIELD, total: 3 },
      { key: statsKey('forecast', agent), field: FIELD, total: 5 },
    ])
    await merge(a, after(theirs, { json: null, stamp: at(5) }))
    const left = await stored(a)
    assert.equal(left[CONFIG]?.json, '{"n":1}')
    assert.equal(left[CACHE]?.stamp, at(3))
    assert.equal(left[own('cache')], undefined)
    const { counters } = await a.pull(0)
    assert.deepEqual(
      counters.map(({ key, total }) => [key, total]),
      [[statsKey('forecast'), 3]],
    )
  }),
  onBackends('nothing is counted for an agent whose service is not there', async (a) => {
    await merge(a, record({ stamp: at(1) }))
    await a.count('x', '', [{ key: statsKey('forecast', agent), field: FIELD, total: 5 }])
    assert.deepEqual((await a.pull(0)).counters, [])
  }),
  onBackends(
    'an assignment of a later life of its service stays, whenever an earlier one comes',
    async (a) => {
      const later = record({ key: own('assignment'), stamp: at(2), basis: at(1), json: '{"n":2}' })
      await merge(a, later, record({ key: own('assignment'), stamp: at(3), json: '{"n":3}' }))
      assert.equal((await stored(a))[own('assignment')]?.json, '{"n":2}')
    },
  ),
  onBackends('an assignment that was overtaken unseen is reported, a birth is not', async (a) => {
    await merge(a, record({ key: own('assignment'), stamp: at(1), json: '{"n":1}' }))
    await merge(a, record({ key: own('assignment'), stamp: at(2, 'b'), json: '{"n":2}' }))
    await merge(a, record({ key: BIRTH, stamp: at(3), json: '{"n":1}' }))
    await merge(a, record({ key: BIRTH, stamp: at(4, 'b'), json: '{"n":2}' }))
    assert.deepEqual(
      (await a.conflicts()).map(({ key }) => key),
      [own('assignment')],
    )
  }),
  onBackends('services of names that end like other keys keep their place', async (a) => {
    const keys = ['stats', 'config', 'cache', 'agents', 'tools'].flatMap((service) => [
      recordKey({ scope: agent, service, kind: 'assignment' }),
      recordKey({ scope: 'store', service, kind: 'birth' }),
    ])
    await merge(a, ...keys.map((key, n) => record({ key, stamp: at(n + 1) })))
    assert.deepEqual(Object.keys(await stored(a)).sort(), keys.sort())
  }),
]
