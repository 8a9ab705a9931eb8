// What an MCP server of twenty tools answers that costs next to nothing itself, over whatever it is asked.
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

/** The answer to a message, as text; `undefined` for a notification. */
export function answerTo(message) {
  const { id, method, params } = JSON.parse(message)
  if (id === undefined) return undefined
  const answer = Object.hasOwn(answers, method)
    ? { result: answers[method](params) }
    : { error: { code: -32601, message: 'Method not found' } }
  return JSON.stringify({ jsonrpc: '2.0', id, ...answer })
}
