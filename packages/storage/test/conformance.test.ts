import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Backend, MemoryTables, memoryBackend, sqliteBackend, systemTime } from '@mcpstore/storage'
import { type ConformanceSubject, conformanceCases } from '@mcpstore/storage/conformance'
import { describe, test } from 'vitest'

async function subject(
  make: (folder: string) => (time: typeof systemTime) => Backend,
): Promise<ConformanceSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  let now = 0
  const connect = make(folder)
  return {
    connect: () => connect({ ...systemTime, now: () => now }),
    setNow: (ms) => {
      now = ms
    },
    dispose: () => rm(folder, { recursive: true }),
  }
}

const backends = {
  memory: () => {
    const tables = new MemoryTables()
    return (time: typeof systemTime) => memoryBackend({ tables, time })
  },
  sqlite: (folder: string) => (time: typeof systemTime) =>
    sqliteBackend({ file: join(folder, 'dataspace.db'), time, pollMs: 5 }),
}

describe.each(Object.entries(backends))('the %s backend', (_, make) => {
  test.each(conformanceCases)('$name', async ({ run }) => {
    const place = await subject(make)
    try {
      await run(place)
    } finally {
      await place.dispose()
    }
  })
})
