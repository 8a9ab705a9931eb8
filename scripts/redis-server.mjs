import { spawnSync } from 'node:child_process'
import { installPackages } from './debian-packages.mjs'

const howToGetIt =
  'install Redis 6.2 or newer (apt-get install redis-server, brew install redis), or set REDIS_SERVER=/path/to/redis-server'

/**
 * The `redis-server` the tests start their private servers from: `REDIS_SERVER`, else the one on the PATH, else,
 * with `install`, Debian's package. A Redis that is already there is never touched.
 *
 * @param {{ install: boolean }} options
 * @returns {{ command: string } | { missing: string }} `missing` says why there is none and how to get one.
 */
export function findRedisServer({ install }) {
  const command = process.env.REDIS_SERVER || 'redis-server'
  if (runs(command)) return { command }
  if (process.env.REDIS_SERVER) return { missing: `REDIS_SERVER=${command} does not run; ${howToGetIt}` }
  const reason = install ? installPackages(['redis-server']) : undefined
  if (runs(command)) return { command }
  return { missing: `no redis-server on the PATH${reason ? ` (${reason})` : ''}; ${howToGetIt}` }
}

function runs(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}
