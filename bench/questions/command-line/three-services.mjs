import { cannot } from '../../interleaved.mjs'
import { memoryOf } from '../../leftovers.mjs'
import { mcpc, mcporter } from '../../peers/command-lines.mjs'
import { publishedServers, registerPublished } from '../../servers.mjs'
import { shows } from '../../shows.mjs'
import { sidesOf } from '../../statistics.mjs'
import { atMost, timesAsFast } from '../../targets.mjs'

const all = ['grep', '--tools', '-E', '.']

/** What is asked, in the order of the answers; together, as it takes long to have everything warm. */
export const questions = [
  {
    question: '`mcpstore list` of 3 services, lists cached',
    comparedWith: {
      mcporter: { name: '`mcporter list`', target: timesAsFast(8), peer: true },
      daemon: { name: '`mcporter list`, its daemon warm', target: timesAsFast(2), peer: true },
      mcpc: { name: '`mcpc`, 3 sessions open', target: timesAsFast(2), peer: true },
    },
  },
  {
    question: '`mcpstore list-tools` of 3 services from the cache',
    comparedWith: {
      fresh: { name: '`mcpstore list-tools --fresh`', target: atMost(1 / 4) },
      mcporter: { name: '`mcporter list --json`', target: timesAsFast(8), peer: true },
      daemon: { name: '`mcporter list --json`, its daemon warm', target: timesAsFast(2), peer: true },
      mcpc: { name: `\`mcpc ${all.join(' ')}\`, 3 sessions open`, target: timesAsFast(2), peer: true },
    },
  },
  {
    question: '`mcpstore grep` of a word in the tools of 3 services',
    comparedWith: {
      mcporter: { name: 'mcporter', peer: true },
      mcpc: { name: '`mcpc grep`, 3 sessions open', target: timesAsFast(2), peer: true },
    },
  },
  {
    question: 'memory (RSS) in use between these commands, servers included',
    unit: 'MB',
    comparedWith: {
      daemon: { name: "mcporter's daemon", peer: true },
      mcpc: { name: "mcpc's 3 sessions", peer: true },
    },
  },
]

export async function run(sandbox) {
  registerPublished(sandbox)
  const servers = publishedServers(sandbox.folder('files'))
  const inUse = () => Math.round(memoryOf(sandbox.folder('')) / 2 ** 20)
  const ours = inUse()
  const cold = mcporter(sandbox, servers)
  const warm = mcporter(sandbox, servers, { warm: true })
  const withDaemon = inUse()
  const sessions = mcpc(sandbox, servers)
  const kept = { ours, ...(warm && { daemon: withDaemon - ours, mcpc: inUse() - withDaemon }) }
  const memory =
    process.platform === 'linux'
      ? sidesOf([kept])
      : { ours: cannot('the memory of others is read from /proc') }

  const names = Object.keys(servers)
  shows(names, sandbox.mcpstore('list'), cold?.run('list'), warm?.run('list'), sessions?.run())
  const list = await sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('list'),
      mcporter: cold?.measure('list'),
      daemon: warm?.measure('list'),
      mcpc: sessions?.measure(),
    },
    { rounds: 15 },
  )

  const tools = sandbox.mcpstoreJson('list-tools').tools.map(({ tool }) => tool)
  shows(tools, cold?.run('list', '--json'), warm?.run('list', '--json'), sessions?.run(...all))
  shows(tools, sandbox.mcpstore('list-tools'), sandbox.mcpstore('list-tools', '--fresh'))
  const listTools = await sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('list-tools'),
      fresh: sandbox.measureMcpstore('list-tools', '--fresh'),
      mcporter: cold?.measure('list', '--json'),
      daemon: warm?.measure('list', '--json'),
      mcpc: sessions?.measure(...all),
    },
    { rounds: 15 },
  )

  shows(['read_graph', 'create_entities'], sandbox.mcpstore('grep', 'graph'), sessions?.run('grep', 'graph'))
  const grep = await sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('grep', 'graph'),
      mcporter: cannot('mcporter has no search'),
      mcpc: sessions?.measure('grep', 'graph'),
    },
    { rounds: 15 },
  )
  return [list, listTools, grep, memory]
}
