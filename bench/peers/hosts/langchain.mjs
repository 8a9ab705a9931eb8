import { MultiServerMCPClient } from '@langchain/mcp-adapters'

/** One `MultiServerMCPClient` of all `servers`, whose tools are named after their service, as several have the same. */
export async function openHost(servers) {
  const transportOf = ({ url }) => (url ? 'http' : 'stdio')
  const entries = Object.entries(servers).map(([name, server]) => [
    name,
    { ...server, transport: transportOf(server) },
  ])
  const client = new MultiServerMCPClient({
    mcpServers: Object.fromEntries(entries),
    prefixToolNameWithServerName: true,
  })
  let tools = []
  return {
    async listTools() {
      tools = await client.getTools()
      return tools.map(({ name }) => name.replace('__', '/'))
    },
    caller(service, tool) {
      const found = tools.find(({ name }) => name === `${service}__${tool}`)
      return (args) => found.invoke(args)
    },
    close: () => client.close(),
  }
}
