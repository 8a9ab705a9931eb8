import { createServer } from 'node:http'
import { answerTo } from './twenty-answers.mjs'

// The same server over Streamable HTTP, without any SDK: node twenty-tools-http.mjs json | stream, which says in what
// form it answers. Prints its URL, listens on 127.0.0.1, and ends when its stdin does.
const isStream = process.argv[2] === 'stream'

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const answer = answerTo(body)
    if (answer === undefined) return void response.writeHead(202).end()
    response.setHeader('mcp-session-id', 'one')
    response.setHeader('content-type', isStream ? 'text/event-stream' : 'application/json')
    response.end(isStream ? `event: message\ndata: ${answer}\n\n` : answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/mcp\n`)
})
process.stdin.resume().on('end', () => process.exit(0))
