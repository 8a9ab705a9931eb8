import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { connect, failureOf, remoteConfig } from './connections-fixtures.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  closers.push(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([400, 404, 405])(
  'a server that turns down SSE with %i may speak Streamable HTTP, it is said',
  async (status) => {
    const url = await listening((_request, response) => response.writeHead(status).end())
    const error = await failureOf(connect(remoteConfig(url, { type: 'sse' })))
    expect(error).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`HTTP ${status}`),
      hint: expect.stringMatching(/Streamable HTTP.*--transport/),
    })
  },
)

test('a server that redirects is not followed, and the address it names is told', async () => {
  const url = await listening((_request, response) => response.writeHead(302, { location: '/mcp' }).end())
  const error = await failureOf(connect(remoteConfig(`${url}/old`)))
  expect(error).toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(new RegExp(`redirects to ${url}/mcp \\(HTTP 302\\)$`)),
    hint: expect.stringContaining('"url"'),
  })
})
