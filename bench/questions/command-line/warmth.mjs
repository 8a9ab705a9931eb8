import { existsSync, readFileSync } from 'node:fs'
import { cannot } from '../../interleaved.mjs'
import { processesOf } from '../../leftovers.mjs'
import { mcpc, mcporter } from '../../peers/command-lines.mjs'
import { publishedServers, registerPublished } from '../../servers.mjs'
import { sidesOf } from '../../statistics.mjs'

export const question =
  'memory (RSS) in use between commands, servers included, so that 3 services are listed fast'
export const unit = 'MB'
export const comparedWith = {
  daemon: { name: "mcporter's daemon", peer: true },
  mcpc: { name: "mcpc's 3 sessions", peer: true },
}

export function run(sandbox) {
  if (!existsSync('/proc/self/status')) return { ours: cannot('it is read from /proc') }
  registerPublished(sandbox)
  const servers = publishedServers(sandbox.folder('files'))
  const ours = inUse(sandbox)
  if (!mcporter(sandbox, servers, { warm: true })) return sidesOf([{ ours }])
  const daemon = inUse(sandbox) - ours
  mcpc(sandbox, servers)
  return sidesOf([{ ours, daemon, mcpc: inUse(sandbox) - daemon - ours }])
}

/** The memory of all that runs in the sandbox, in MB. */
function inUse({ folder }) {
  const kilobytes = processesOf(folder('')).map((id) => {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0)
  })
  return Math.round(kilobytes.reduce((sum, each) => sum + each, 0) / 1024)
}
