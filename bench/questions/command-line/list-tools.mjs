import { mcpc, mcporter } from '../../peers/command-lines.mjs'
import { publishedServers, registerPublished } from '../../servers.mjs'
import { shows } from '../../shows.mjs'
import { atMost, timesAsFast } from '../../targets.mjs'

export const question = '`mcpstore list-tools` of 3 services from the cache'
export const comparedWith = {
  fresh: { name: '`mcpstore list-tools --fresh`', target: atMost(1 / 4) },
  mcporter: { name: '`mcporter list --json`', target: timesAsFast(8), peer: true },
  daemon: { name: '`mcporter list --json`, its daemon warm', target: timesAsFast(2), peer: true },
  mcpc: { name: '`mcpc grep --tools -E .`, 3 sessions open', target: timesAsFast(2), peer: true },
}

const every = ['grep', '--tools', '-E', '.']

export function run(sandbox) {
  registerPublished(sandbox)
  const servers = publishedServers(sandbox.folder('files'))
  const [cold, warm] = [mcporter(sandbox, servers), mcporter(sandbox, servers, { warm: true })]
  const sessions = mcpc(sandbox, servers)
  const names = sandbox.mcpstoreJson('list-tools').tools.map(({ tool }) => tool)
  const [ours, fresh] = [sandbox.mcpstore('list-tools'), sandbox.mcpstore('list-tools', '--fresh')]
  shows(names, ours, fresh, cold?.run('list', '--json'), warm?.run('list', '--json'), sessions?.run(...every))
  return sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('list-tools'),
      fresh: sandbox.measureMcpstore('list-tools', '--fresh'),
      mcporter: cold?.measure('list', '--json'),
      daemon: warm?.measure('list', '--json'),
      mcpc: sessions?.measure(...every),
    },
    { rounds: 15 },
  )
}
