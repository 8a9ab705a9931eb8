import { createMCPClient } from '@ai-sdk/mcp'
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio'

/** One client of the AI SDK for each of the `servers`, all at once. */
export async function openHost(servers) {
  const connected = Object.entries(servers).map(async ([service, { url, ...program }]) => {
    const transport = url ? { type: 'http', url } : new StdioTransport(program)
    return [service, await createMCPClient({ transport })]
  })
  const clients = await Promise.all(connected)
  const tools = new Map()
  return {
    async listTools() {
      const listed = clients.map(async ([service, client]) => {
        for (const [name, tool] of Object.entries(await client.tools())) tools.set(`${service}/${name}`, tool)
      })
      await Promise.all(listed)
      return [...tools.keys()]
    },
    caller(service, tool) {
      const found = tools.get(`${service}/${tool}`)
      const context = { toolCallId: 'bench', messages: [] }
      return async (args) => (await found.execute(args, context)).content[0].text
    },
    close: () => Promise.all(clients.map(([, client]) => client.close())),
  }
}
