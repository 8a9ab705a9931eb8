import { spawnSync } from 'node:child_process'
import { installPackages } from './debian-packages.mjs'

/**
 * Looks for the shells in which completion is tried; with `install` Debian's packages bring those that are missing.
 *
 * @param {{ install: boolean }} options
 * @returns {{ missing?: string }} `missing` says which are not there and how to get them.
 */
export function findShells({ install }) {
  const wanted = missingShells()
  if (wanted.length === 0) return {}
  const reason = install ? installPackages(wanted) : undefined
  const left = missingShells()
  if (left.length === 0) return {}
  return { missing: `no ${left.join(', no ')} on the PATH${reason ? ` (${reason})` : ''}; install it` }
}

function missingShells() {
  return ['bash', 'zsh', 'fish'].filter(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0,
  )
}
