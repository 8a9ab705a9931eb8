import { cannot } from '../../interleaved.mjs'
import { mcpc } from '../../peers/command-lines.mjs'
import { publishedServers, registerPublished } from '../../servers.mjs'
import { shows } from '../../shows.mjs'
import { timesAsFast } from '../../targets.mjs'

export const question = '`mcpstore grep` of a word in the tools of 3 services'
export const comparedWith = {
  node: { name: '`node -e 0`' },
  mcporter: { name: 'mcporter', peer: true },
  mcpc: { name: '`mcpc grep`, 3 sessions open', target: timesAsFast(2), peer: true },
}

const word = 'graph'

export function run(sandbox) {
  registerPublished(sandbox)
  const sessions = mcpc(sandbox, publishedServers(sandbox.folder('files')))
  shows(['read_graph', 'create_entities'], sandbox.mcpstore('grep', word), sessions?.run('grep', word))
  return sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore('grep', word),
      node: sandbox.measureNode('-e', '0'),
      mcporter: cannot('it has no search'),
      mcpc: sessions?.measure('grep', word),
    },
    { rounds: 31 },
  )
}
