import { mcpc, mcporter } from '../../peers/command-lines.mjs'
import { publishedServers, registerPublished } from '../../servers.mjs'
import { shows } from '../../shows.mjs'
import { atMost, timesAsFast } from '../../targets.mjs'

export const question = '`mcpstore list` of 3 services, lists cached'
export const comparedWith = {
  node: { name: '`node -e 0`', target: atMost(2.2) },
  mcporter: { name: '`mcporter list`', target: timesAsFast(8), peer: true },
  daemon: { name: '`mcporter list`, its daemon warm', target: timesAsFast(2), peer: true },
  mcpc: { name: '`mcpc`, 3 sessions open', target: timesAsFast(2), peer: true },
}

export function run(sandbox) {
  registerPublished(sandbox)
  const servers = publishedServers(sandbox.folder('files'))
  const names = Object.keys(servers)
  const [cold, warm] = [mcporter(sandbox, servers), mcporter(sandbox, servers, { warm: true })]
  const sessions = mcpc(sandbox, servers)
  shows(names, sandbox.mcpstore('list'), cold?.run('list'), warm?.run('list'), sessions?.run())
  return sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('list'),
      node: sandbox.measureNode('-e', '0'),
      mcporter: cold?.measure('list'),
      daemon: warm?.measure('list'),
      mcpc: sessions?.measure(),
    },
    { rounds: 31 },
  )
}
