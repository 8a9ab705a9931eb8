import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { redisServer } from './redis/server.mjs'

const manifest = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

/** What the figures depend on: the machine, and the versions of everything that is measured. */
export function surroundings({ peers }) {
  return {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memory: totalmem(),
      system: `${type()} ${release()} ${process.arch}`,
    },
    versions: {
      node: process.version.slice(1),
      'redis-server': redisVersion(),
      mcpstore: manifest('../apps/cli/package.json').version,
      ...installed('./package.json', 'node_modules/'),
      ...(peers && installed('./peers/package.json', 'peers/node_modules/')),
    },
  }
}

/** How many processes waited for a processor in the last minute, on average. */
export function load() {
  return Number(loadavg()[0].toFixed(2))
}

/** The versions of what a package of ours has installed from elsewhere. */
function installed(path, folder) {
  const { dependencies } = manifest(path)
  const names = Object.keys(dependencies).filter((name) => !dependencies[name].startsWith('workspace:'))
  return Object.fromEntries(names.map((name) => [name, manifest(`./${folder}${name}/package.json`).version]))
}

function redisVersion() {
  const { stdout } = spawnSync(redisServer, ['--version'], { encoding: 'utf8' })
  return /v=([\d.]+)/.exec(stdout ?? '')?.[1] ?? null
}
