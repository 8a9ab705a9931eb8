import { fileURLToPath } from 'node:url'
import { publishedServers } from './servers.mjs'

const bareClient = fileURLToPath(new URL('./programs/bare-client.mjs', import.meta.url))

/**
 * `mcpstore use-tool` against a program that does the same with the MCP SDK alone: start the server, initialize, call,
 * close. Both are whole processes, and both start the server anew; only `mcpstore` knows its tools already.
 */
export function againstBareClient(sandbox, service, tool, args) {
  const server = publishedServers(sandbox.folder('files'))[service]
  const given = JSON.stringify(args)
  const ours = ['use-tool', `${service}/${tool}`, '--args', given]
  const bare = [bareClient, JSON.stringify(server), tool, given]
  sandbox.mcpstore('add', JSON.stringify({ mcpServers: { [service]: server } }))
  sandbox.mcpstore('list-tools', service)
  const [printed, expected] = [sandbox.mcpstore(...ours), sandbox.node(...bare)]
  if (printed !== expected) throw new Error(`the two print different things:\n${printed}\n${expected}`)
  return sandbox.interleaved(
    { ours: sandbox.measureMcpstore(...ours), sdk: sandbox.measureNode(...bare) },
    { rounds: 15 },
  )
}
