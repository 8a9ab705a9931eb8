import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

const policyFile = '/usr/sbin/policy-rc.d'

/**
 * Installs packages for root on Debian or Ubuntu, without letting them start a service. Returns why they are not there, if so.
 *
 * @param {readonly string[]} names
 * @returns {string | undefined}
 */
export function installPackages(names) {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    return 'packages are installed only for root on Debian'
  }
  const ours = !existsSync(policyFile)
  if (ours) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' })
  try {
    return aptGet('update') ?? aptGet('install', '-y', '--no-install-recommends', ...names)
  } finally {
    if (ours) rmSync(policyFile)
  }
}

function aptGet(...args) {
  const run = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-q', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    timeout: 300_000,
  })
  if (run.status === 0) return undefined
  return `apt-get ${args[0]}: ${run.error?.message ?? run.stderr.trim().split('\n').at(-1)}`
}
