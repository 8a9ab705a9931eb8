import { Dataspace, type Json, MemoryTables, memoryBackend } from '@mcpstore/storage'
import { expect, test, vi } from 'vitest'
import { storeError } from '../src/errors.ts'
import {
  healthWitness,
  isKnownToWork,
  noteHealth,
  noteProtocol,
  readHealth,
} from '../src/services/health-note.ts'
import { Registry } from '../src/services/registry.ts'
import { later } from './connections-fixtures.ts'

test.each(['fallback', 'strict'] as const)(
  'a service that is reached again is ok, also where what it speaks is noted with it (%s)',
  async (policy) => {
    const dataspace = await new Dataspace({
      backend: memoryBackend(),
      namespace: 'n',
      dataspace: 'd',
      policy,
    }).open()
    later(() => dataspace.close())
    await dataspace.put('services:demo:config', { type: 'http', url: 'http://x/' } as unknown as Json)
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const service = Registry.over(dataspace, logger).get('demo')
    await noteHealth(dataspace, service, storeError('unreachable', 'it is down'))
    expect(readHealth(dataspace, service)?.health).toBe('failing')
    await Promise.all([
      noteHealth(dataspace, service, null),
      noteProtocol(dataspace, service, { version: '2025-11-25', fingerprint: 'f' }),
    ])
    expect(readHealth(dataspace, service)).toMatchObject({
      health: 'ok',
      error: null,
      protocol: { version: '2025-11-25' },
    })
  },
)

test('what was found by who is gone without a word is noted anew, and what somebody stands by is not', async () => {
  const tables = new MemoryTables()
  const running = new Set([1, 2])
  const open = async (pid: number) => {
    const machine = { host: 'x', space: '', pid, isRunning: (one: number) => running.has(one) }
    const place = { namespace: 'n', dataspace: 'd', machine }
    const dataspace = await new Dataspace({ backend: memoryBackend({ tables }), ...place }).open()
    later(() => dataspace.close())
    return dataspace
  }
  const [there, here] = [await open(1), await open(2)]
  await there.put('services:demo:config', { type: 'http', url: 'http://x/' } as unknown as Json)
  await here.refresh()
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const service = Registry.over(here, logger).get('demo')
  await noteHealth(there, service, null)
  await here.refresh()
  const by = () => healthWitness(here, service)!
  const node = by().node
  await expect.poll(() => tables.nodes.has(node), { timeout: 5000 }).toBe(true)
  await here.nodes()
  await noteHealth(here, service, null)
  expect(by()).toEqual({ node, gone: false })
  expect(isKnownToWork(here, service)).toBe(true)
  running.delete(1)
  await here.nodes()
  expect(by()).toEqual({ node, gone: true })
  expect(isKnownToWork(here, service)).toBe(false)
  await noteHealth(here, service, null)
  expect(by()).toMatchObject({ gone: false })
  expect(by().node).not.toBe(node)
})

test('a note is looked through once as long as nobody writes another one, and each one that is written is', async () => {
  const dataspace = await new Dataspace({ backend: memoryBackend(), namespace: 'n', dataspace: 'd' }).open()
  later(() => dataspace.close())
  await dataspace.put('services:demo:config', { type: 'http', url: 'http://x/' } as unknown as Json)
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const service = Registry.over(dataspace, logger).get('demo')
  await noteHealth(dataspace, service, null)
  const looks = vi.spyOn(Date, 'parse')
  later(() => looks.mockRestore())
  for (let count = 0; count < 5; count++) expect(readHealth(dataspace, service)?.health).toBe('ok')
  expect(looks.mock.calls.length).toBeLessThanOrEqual(1)
  const state = { health: 'ok', error: null, since: 'some day' }
  await dataspace.put('services:demo:state', state, { basis: service.stamp })
  for (const _ of [1, 2]) expect(readHealth(dataspace, service)).toBeUndefined()
  await noteHealth(dataspace, service, storeError('unreachable', 'it is down'))
  expect(readHealth(dataspace, service)?.health).toBe('failing')
})
