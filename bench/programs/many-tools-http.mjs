import { createServer } from 'node:http'

// Any number of servers over Streamable HTTP, without any SDK: node many-tools-http.mjs TOOLS [NAMES]. Each path is one, of so
// many tools of about 650 bytes, which are others each time they are asked for; with NAMES `own` they stay the same, and no two have
// one of a name. Prints its URL, listens on 127.0.0.1, and ends when its stdin does.
const [, , count, names] = process.argv
const asked = new Map()

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'many-tools', version: '1.0.0' },
  }),
  'tools/list': (_, path) => {
    asked.set(path, (asked.get(path) ?? 0) + 1)
    return { tools: Array.from({ length: Number(count) }, (_, at) => tool(at, path)) }
  },
  ping: () => ({}),
}

function tool(at, path) {
  return {
    name: `search_records_${names === 'own' ? `${path.slice(1)}_` : ''}${at}`,
    description: `Tool ${at} of ${path}, version ${names === 'own' ? 1 : asked.get(path)}. Looks through all records for those that hold the text, newest first.`,
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'What the records have to hold, in any of their fields' },
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'How many at most' },
        since: { type: 'string', format: 'date-time', description: 'Leaves out what is older' },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: { title: `Search records ${at}`, readOnlyHint: true },
  }
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const { id, method, params } = JSON.parse(body)
    if (id === undefined) return void response.writeHead(202).end()
    const answer = Object.hasOwn(answers, method)
      ? { result: answers[method](params, request.url) }
      : { error: { code: -32601, message: 'Method not found' } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`)
})
process.stdin.resume().on('end', () => process.exit(0))
