import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'

// One tool call with the MCP SDK and nothing else: node bare-client.mjs '{"command":…,"args":…,"env":…}' TOOL '{…}'
const [server, name, args] = process.argv.slice(2)
const client = new Client({ name: 'bare-client', version: '1' })
await client.connect(new StdioClientTransport(JSON.parse(server)))
const { content } = await client.callTool({ name, arguments: JSON.parse(args) })
console.log(content.map(({ text }) => text).join('\n'))
await client.close()
