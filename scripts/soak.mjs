import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findRedisServer } from './redis-server.mjs'

// The fault tests with many more rounds, and more mutants, than `npm test` has time for. `npm run soak -- path` runs those that match.
const root = fileURLToPath(new URL('..', import.meta.url))
const redis = findRedisServer({ install: process.env.CI === 'true' })
if (redis.missing) {
  console.error(redis.missing)
  process.exit(1)
}
const storage = 'packages/storage/test'
const core = 'packages/core/test'
const long = [
  'tests/faults',
  'tests/mutants',
  `${core}/connections-wire.test.ts`,
  `${storage}/tier-schedules.test.ts`,
  `${storage}/scripts-model.test.ts`,
]
const asked = process.argv.slice(2)
const { status } = spawnSync('node_modules/.bin/vitest', ['run', ...(asked.length > 0 ? asked : long)], {
  cwd: root,
  env: { ...process.env, REDIS_SERVER: redis.command, MCPSTORE_SOAK: '1' },
  stdio: 'inherit',
})
process.exit(status ?? 1)
