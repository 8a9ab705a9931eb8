import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { decoded } from '../src/connections/http/decoded.ts'
import { Wire } from '../src/connections/http/wire.ts'
import {
  connect,
  failureOf,
  later,
  linesOf,
  remoteConfig,
  scratch,
  startRemote,
} from './connections-fixtures.ts'

const patient = { timeoutMs: 10_000 }
const soak = process.env['MCPSTORE_SOAK'] === '1'
const manyCalls = soak ? 20_000 : 400

/** A server of this process, as the root of a URL; closed after the test. */
async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  later(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function newWire(): Wire {
  const wire = new Wire()
  later(() => wire.close())
  return wire
}

/** Bytes, without what may be collected. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

async function bodyOf(answer: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test.each(['json', 'stream'])(
  `${manyCalls} calls one after the other use few connections and leave nothing behind (%s)`,
  {
    timeout: 600_000,
  },
  async (mode) => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): unknown => warnings.push(warning)
    process.on('warning', onWarning)
    later(() => process.off('warning', onWarning))
    const listeners = new WeakMap<EventTarget, number>()
    let most = 0
    const count = (target: EventTarget, change: number): void => {
      listeners.set(target, (listeners.get(target) ?? 0) + change)
      most = Math.max(most, listeners.get(target) ?? 0)
    }
    const { addEventListener, removeEventListener } = EventTarget.prototype
    Object.assign(EventTarget.prototype, {
      addEventListener(this: EventTarget, ...args: Parameters<typeof addEventListener>) {
        count(this, 1)
        return addEventListener.apply(this, args)
      },
      removeEventListener(this: EventTarget, ...args: Parameters<typeof removeEventListener>) {
        count(this, -1)
        return removeEventListener.apply(this, args)
      },
    })
    later(() => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener }))

    const remote = await startRemote({ mode })
    const connection = await connect(remoteConfig(remote.url, { protocol: 'legacy' }))
    const heap = [0, 0]
    for (let call = 0; call < manyCalls; call++) {
      await connection.callTool('echo', { text: 'x' }, patient)
      if (call === manyCalls / 2) heap[0] = heapInUse()
    }
    heap[1] = heapInUse()
    const resources = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    // One more asked for the stream on which a server may speak; and an answer may be read before its stream has ended.
    expect((await remote.seen()).connections).toBeLessThanOrEqual(3)
    expect(most).toBeLessThan(10)
    expect(warnings).toEqual([])
    expect(resources).toBeLessThan(10)
    // A call that left 100 bytes behind would be found by 10,000 of them.
    if (soak) expect(heap[1]! - heap[0]!).toBeLessThan(1_000_000)
  },
)

test('calls at a time use as many connections, and none is left after the end', async () => {
  const remote = await startRemote({ mode: 'stream' })
  const connection = await connect(remoteConfig(remote.url, { protocol: 'legacy' }))
  const round = (): Promise<unknown> =>
    Promise.all(Array.from({ length: 16 }, () => connection.callTool('echo', { text: 'x' }, patient)))
  for (let times = 0; times < 10; times++) await round()
  // Some more: of the handshake, and the stream on which the server may speak.
  expect((await remote.seen()).connections).toBeLessThanOrEqual(18)
  await connection.close()
  await expect.poll(async () => (await remote.seen()).streams).toBe(0)
})

test.each(['json', 'stream'])('calls that are given up keep no connection (%s)', async (mode) => {
  const remote = await startRemote({ mode })
  const connection = await connect(remoteConfig(remote.url))
  const calls = Array.from({ length: 8 }, () =>
    failureOf(connection.callTool('mute', {}, { timeoutMs: 150 })),
  )
  expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(calls.map(() => 'timeout'))
  await expect.poll(async () => (await remote.seen()).open).toBe(mode === 'stream' ? 1 : 0)
  await connection.callTool('echo', { text: 'x' }, patient)
})

test('a request whose answer is lost on a connection that was used before is not sent again', async () => {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push(await bodyOf(request))
    if (bodies.length === 2) request.socket.destroy()
    else response.end('ok')
  })
  const url = new URL(await listening(server))
  const wire = newWire()
  const send = (body: string): Promise<IncomingMessage> =>
    wire.send(url, { method: 'POST', headers: {}, body })
  await bodyOf(await send('first'))
  expect(await failureOf(send('second'))).toMatchObject({ code: 'ECONNRESET' })
  await bodyOf(await send('third'))
  expect(bodies).toEqual(['first', 'second', 'third'])
})

test('no call is made twice at a server that closes connections sooner than it says', async () => {
  const countFile = `${scratch()}/count`
  const remote = await startRemote({ idleMs: 30, countFile })
  let connection = await connect(remoteConfig(remote.url))
  const calls = soak ? 500 : 40
  const lost: string[] = []
  for (let call = 0; call < calls; call++) {
    // The server notes the name, and answers that it has no such tool.
    const { code } = await failureOf(connection.callTool(`call-${call}`, {}, patient))
    if (code !== 'server_error') {
      expect(code).toBe('outcome_unknown')
      lost.push(`call-${call}`)
      connection = await connect(remoteConfig(remote.url))
    }
    await sleep(20 + (call % 20))
  }
  const ran = linesOf(countFile)
  expect(new Set(ran).size).toBe(ran.length)
  expect(ran.length).toBeGreaterThanOrEqual(calls - lost.length)
  expect((await remote.seen()).connections).toBeGreaterThan(2)
})

test('the end of a connection is noticed after the process did not look for a while', async () => {
  const remote = await startRemote({ idleMs: 50 })
  const connection = await connect(remoteConfig(remote.url))
  await connection.callTool('echo', { text: 'x' }, patient)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  const { content } = await connection.callTool('echo', { text: 'still there' }, patient)
  expect(content).toEqual([{ type: 'text', text: 'still there' }])
})

test.each([
  ['timeout=1', 2],
  ['timeout=60', 1],
  [undefined, 1],
])('a connection of which the server says %s is used again, or not', async (keepAlive, connections) => {
  let count = 0
  const server = createTcpServer((socket) => {
    count++
    const header = keepAlive ? `Keep-Alive: ${keepAlive}\r\n` : ''
    socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\n${header}Content-Length: 2\r\n\r\nok`))
  })
  const url = new URL(await listening(server))
  const wire = newWire()
  const ask = async (): Promise<string> => bodyOf(await wire.send(url, { method: 'GET', headers: {} }))
  expect(await ask()).toBe('ok')
  await sleep(30)
  expect(await ask()).toBe('ok')
  expect(count).toBe(connections)
})

test('a connection at rest is closed before its server would, without another request', async () => {
  const server = createServer((_request, response) => response.setHeader('keep-alive', 'timeout=2').end('ok'))
  const url = new URL(await listening(server))
  const closed = new Promise((resolve) => server.on('connection', (socket) => socket.on('end', resolve)))
  const wire = newWire()
  await bodyOf(await wire.send(url, { method: 'GET', headers: {} }))
  expect(wire.size).toBe(1)
  // Its own time is five seconds.
  await closed
  await expect.poll(() => wire.size).toBe(0)
})

test('a connection that is kept holds no process, and is ended with the wire', async () => {
  const server = createServer((_request, response) => response.end('ok'))
  const url = new URL(await listening(server))
  const closed = new Promise((resolve) => server.on('connection', (socket) => socket.on('close', resolve)))
  const wire = newWire()
  await bodyOf(await wire.send(url, { method: 'GET', headers: {} }))
  expect(wire.size).toBe(1)
  wire.close()
  await closed
  expect(wire.size).toBe(0)
})

test.each(['json', 'stream', 'sse'])(
  'what a server packs without being asked is unpacked (%s)',
  async (mode) => {
    const remote = await startRemote({ mode, gzip: true })
    const connection = await connect(remoteConfig(remote.url))
    const { content } = await connection.callTool('echo', { text: '北京' }, patient)
    expect(content).toEqual([{ type: 'text', text: '北京' }])
    expect((await remote.seen()).log[0]?.headers['accept-encoding']).toBeUndefined()
  },
)

test('a small packet that unpacks to more than a message may have is refused', async () => {
  const remote = await startRemote({ gzip: true })
  const connection = await connect(remoteConfig(remote.url))
  const error = await failureOf(connection.callTool('big', { bytes: 68_000_000 }, patient))
  expect(error).toMatchObject({ code: 'outcome_unknown', message: expect.stringContaining('64 MiB') })
})

test.each(['gzip', 'x-gzip', 'deflate', 'br'])(
  'an answer of no bytes may be called packed (%s)',
  async (encoding) => {
    const server = createServer((_request, response) =>
      response.setHeader('content-encoding', encoding).end(),
    )
    const url = new URL(await listening(server))
    const answer = await newWire().send(url, { method: 'GET', headers: {} })
    expect(await bodyOf(await decoded(answer))).toBe('')
  },
)

test('an answer that is packed in a way nobody knows is refused', async () => {
  const server = createServer((_request, response) => response.setHeader('content-encoding', 'rar').end('x'))
  const error = await failureOf(connect(remoteConfig(await listening(server))))
  expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('packed as rar') })
})

test('a connection that does not come about is given up, and nothing was sent', async () => {
  const url = await listening(createTcpServer(() => {}))
  const wire = new Wire({ openingMs: 50 })
  later(() => wire.close())
  const sent = wire.send(new URL(url.replace('http:', 'https:')), { method: 'GET', headers: {} })
  expect(await failureOf(sent)).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' })
  await expect.poll(() => wire.size).toBe(0)
})

test('an answer that goes on in another protocol is none', async () => {
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n'
  const url = await listening(
    createTcpServer((socket) => void socket.once('data', () => socket.write(upgrade))),
  )
  const sent = newWire().send(new URL(url), { method: 'GET', headers: {} })
  expect(await failureOf(sent)).toMatchObject({ code: 'ECONNRESET' })
})

test('an answer that is no HTTP is said to be none', async () => {
  const url = await listening(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')))
  const error = await failureOf(connect(remoteConfig(url)))
  expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('no HTTP') })
})
