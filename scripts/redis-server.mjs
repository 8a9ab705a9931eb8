import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

const policyFile = '/usr/sbin/policy-rc.d'
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
  if (!install) return { missing: `no redis-server on the PATH; ${howToGetIt}` }
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    return { missing: `no redis-server, and it is installed only for root on Debian; ${howToGetIt}` }
  }
  const failure = installOnDebian() ?? 'still not on the PATH'
  if (runs(command)) return { command }
  return { missing: `no redis-server, and apt-get did not bring one (${failure}); ${howToGetIt}` }
}

function runs(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}

/** Installs the package without letting it start its service; returns what went wrong, if anything. */
function installOnDebian() {
  const ours = !existsSync(policyFile)
  if (ours) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' })
  try {
    return aptGet('update') ?? aptGet('install', '-y', '--no-install-recommends', 'redis-server')
  } finally {
    if (ours) rmSync(policyFile)
  }
}

function aptGet(...args) {
  const run = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-q', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
  })
  if (run.status === 0) return undefined
  return run.error?.message ?? `${args[0]}: ${run.stderr.trim().split('\n').at(-1)}`
}
