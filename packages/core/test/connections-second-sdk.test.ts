import { expect, test, vi } from 'vitest'
import {
  connect,
  failureOf,
  modernConfig,
  remoteConfig,
  startModern,
  startRemote,
  stdioConfig,
} from './connections-fixtures.ts'

const loads = vi.hoisted(() => ({ count: 0 }))
vi.mock('@modelcontextprotocol/client', (original) => {
  loads.count++
  return original()
})

test('the SDK of 2026-07-28 is loaded when a remote server was met that speaks it, and not before', async () => {
  const older = await startRemote()
  await connect(stdioConfig())
  await connect(stdioConfig({}, { protocol: 'auto' }))
  await connect(modernConfig())
  await connect(remoteConfig(older.url))
  await failureOf(connect(remoteConfig(older.url, { protocol: '2026-07-28' })))
  await failureOf(connect(remoteConfig((await startModern({ token: 'abc' })).url)))
  expect(loads.count).toBe(0)
  await connect(remoteConfig((await startModern()).url))
  expect(loads.count).toBe(1)
})
