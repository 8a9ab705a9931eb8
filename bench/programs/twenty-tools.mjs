import { createInterface } from 'node:readline'

// An MCP server on stdio without any SDK: twenty tools that answer `ok`.
const tools = Array.from({ length: 20 }, (_, index) => ({
  name: `tool_${index}`,
  description: `Tool ${index}: takes a text and how often it is wanted, and answers ok.`,
  inputSchema: {
    type: 'object',
    properties: {
      text: { type: 'string', description: 'What to say' },
      times: { type: 'integer', minimum: 1, description: 'How often to say it' },
    },
    required: ['text'],
  },
}))

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'twenty-tools', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'ok' }] }),
  ping: () => ({}),
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) return
  const result = answers[method](params)
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
})
