import { Dataspace, type Json, memoryBackend } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { storeError } from '../src/errors.ts'
import { noteHealth, noteProtocol, readHealth } from '../src/services/health-note.ts'
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
