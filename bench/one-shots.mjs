import { fileURLToPath } from 'node:url'
import { mcpc, mcporter } from './peers/command-lines.mjs'
import { serverAlone } from './server-alone.mjs'
import { publishedServers } from './servers.mjs'
import { shows } from './shows.mjs'
import { atMost } from './targets.mjs'

const bareClient = fileURLToPath(new URL('./programs/bare-client.mjs', import.meta.url))
const newBareClient = fileURLToPath(new URL('./peers/bare-client.mjs', import.meta.url))

/** What `mcpstore use-tool` is compared with, of a server that has to be started. */
export function comparedOneShots(tool) {
  return {
    sdk: { name: 'bare SDK client 1', target: atMost(1.15) },
    newSdk: { name: 'bare SDK client 2', peer: true },
    mcporter: { name: `\`mcporter call ${tool}\``, target: atMost(0.85), peer: true },
    daemon: { name: 'the same, its daemon has the server open', peer: true },
    mcpc: { name: '`mcpc tools-call`, its session has the server open', peer: true },
    alone: { name: 'the server alone: from its start to its first answer' },
  }
}

/**
 * `mcpstore use-tool` against programs that do the same: a program with the MCP SDK alone, which starts the server,
 * initializes, calls, closes; and its peers. Each is a whole process. `mcpstore` knows the server's tools already.
 */
export async function againstOthers(sandbox, service, tool, args) {
  const server = publishedServers(sandbox.folder('files'))[service]
  const given = JSON.stringify(args)
  const words = Object.entries(args)
  const ours = ['use-tool', `${service}/${tool}`, '--args', given]
  const bare = [JSON.stringify(server), tool, given]
  const call = ['call', `${service}.${tool}`, ...words.map(([name, value]) => `${name}=${value}`)]
  const inSession = [`@${service}`, 'tools-call', tool, ...words.map(([name, value]) => `${name}:=${value}`)]
  const cold = mcporter(sandbox, { [service]: server })
  const warm = mcporter(sandbox, { [service]: server }, { warm: true })
  const session = mcpc(sandbox, { [service]: server })
  sandbox.mcpstore('add', JSON.stringify({ mcpServers: { [service]: server } }))
  sandbox.mcpstore('list-tools', service)
  const printed = sandbox.mcpstore(...ours)
  const others = [
    sandbox.node(bareClient, ...bare),
    sandbox.peers ? sandbox.node(newBareClient, ...bare) : undefined,
    cold?.run(...call),
    warm?.run(...call),
    session?.run(...inSession),
  ]
  if (printed.trim() === '') throw new Error('nothing was printed')
  shows([printed.trim()], ...others)
  return sandbox.interleaved(
    {
      ours: sandbox.measureMcpstore(...ours),
      sdk: sandbox.measureNode(bareClient, ...bare),
      newSdk: sandbox.peers ? sandbox.measureNode(newBareClient, ...bare) : undefined,
      mcporter: cold?.measure(...call),
      daemon: warm?.measure(...call),
      mcpc: session?.measure(...inSession),
      alone: () => serverAlone(server),
    },
    { rounds: 15 },
  )
}
