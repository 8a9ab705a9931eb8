import { conformanceCases } from '@mcpstore/storage/conformance'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { describe, test } from 'vitest'
import { mockClient } from './support/mock-client.ts'

/** Beyond the mock: its Lua has integers of 32 bits, so no dates, and it has no ZLEXCOUNT, which keeps each loser once. */
const BEYOND =
  /future|conflicts are kept|two writers|late loser|tombstone outranks|page holds|later life|overtaken/

describe('the redis backend on a client that only plays Redis', () => {
  let places = 0
  test.each(conformanceCases.filter(({ name }) => !BEYOND.test(name)))('$name', async ({ run }) => {
    let now = 0
    const client = mockClient(`mock-${++places}`)
    const place = { namespace: 'conformance', dataspace: 'mock' }
    await run({
      connect: () => redisBackend({ target: redisTarget({ client }), ...place, serverNow: () => now }),
      setNow: (ms) => {
        now = ms
      },
      dispose: async () => {},
    })
  })
})
