import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

// One tool call with the MCP SDK's second line and nothing else: node bare-client.mjs '{"command":…,"args":…,"env":…}' TOOL '{…}'
const [server, name, args] = process.argv.slice(2)
const client = new Client({ name: 'bare-client', version: '1' })
await client.connect(new StdioClientTransport(JSON.parse(server)))
const { content } = await client.callTool({ name, arguments: JSON.parse(args) })
console.log(content.map(({ text }) => text).join('\n'))
await client.close()
