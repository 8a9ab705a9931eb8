import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createFetch } from '../src/connections/http/fetch.ts'
import { Wire } from '../src/connections/http/wire.ts'
import { connect, failureOf, later, remoteConfig } from './connections-fixtures.ts'

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

test('nothing is sent to another host than the service has, nor to another port or without TLS', async () => {
  let asked = 0
  const [here, there] = [await listening(() => {}), await listening(() => asked++)]
  const wire = new Wire()
  later(() => wire.close())
  const request = (home: string, url: string): Promise<unknown> =>
    createFetch({ wire, home: new URL(home), onGetError: () => {} })(url, { method: 'POST', body: '{}' })
  for (const [home, url] of [
    [here, there],
    ['https://127.0.0.1/mcp', 'http://127.0.0.1/mcp'],
    ['http://127.0.0.1:8080/mcp', 'https://127.0.0.1/mcp'],
  ] as const) {
    expect((await failureOf(request(home, url))).message).toBe(
      `it points to another host, ${new URL(url).origin}`,
    )
  }
  expect(asked).toBe(0)
})
