import { setupStore } from '@mcpstore/core'
import { expect, it, vi } from 'vitest'

const loaded = vi.hoisted(() => ({ times: 0 }))

vi.mock('@mcpstore/storage/redis', async (original) => {
  loaded.times++
  return original()
})

it('what speaks to Redis is loaded when Redis is configured, and not before', async () => {
  await (await setupStore({ logger: false })).close()
  expect(loaded.times).toBe(0)
  await (await setupStore({ logger: false, redis: 'redis://127.0.0.1:1', socketTimeoutMs: 100 })).close()
  expect(loaded.times).toBe(1)
})
