import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { LookupAll } from '../src/connections/http/frontier.ts'
import { isInner } from '../src/connections/http/inner-addresses.ts'
import { createConnector } from '../src/connections/index.ts'
import { failureOf, later, remoteConfig, startModern, startRemote } from './connections-fixtures.ts'
import { seen, sharedPlace, trap } from './strangers.ts'

const asStranger = { timeoutMs: 10_000, isStranger: true }

/** Answers each look-up with the next of these, the last one again and again; tells how often it was asked. */
function answering(...answers: string[][]): { lookup: LookupAll; asked: () => number } {
  let asked = 0
  const lookup: LookupAll = (_host, _options, done) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)]!
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    queueMicrotask(() => done(null, found))
  }
  return { lookup, asked: () => asked }
}

describe('an address', () => {
  test.each([
    ['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
    ['169.254.169.254', '100.64.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192', '198.18.0.1'],
    ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ['::', '::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1'],
    ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a9fe:a9fe', '::ffff:0:10.0.0.1', '::127.0.0.1'],
    [
      '64:ff9b::127.0.0.1',
      '64:ff9b::a9fe:a9fe',
      '64:ff9b:1::1',
      '2002:7f00:1::',
      '2002:c0a8:1::1',
      '2001::1',
    ],
  ])('%s and its like are inner ones', (...addresses) => {
    expect(addresses.filter((address) => !isInner(address))).toEqual([])
  })

  test('of the world is none, in whatever way it is written', () => {
    const outer = [
      ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '128.0.0.0'],
      ...[
        '172.15.255.255',
        '172.32.0.0',
        '192.167.255.255',
        '192.169.0.0',
        '169.253.255.255',
        '223.255.255.255',
      ],
      ...['2606:4700::1111', '2001:4860:4860::8888', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2002:808:808::1'],
      ...['fbff::1', 'fe00::1', 'localhost', ''],
    ]
    expect(outer.filter(isInner)).toEqual([])
  })
})

describe('a service that nobody here approved', () => {
  test.each([
    'http://127.0.0.1:PORT/mcp',
    'http://localhost:PORT/mcp',
    'http://2130706433:PORT/mcp',
    'http://0x7f.1:PORT/mcp',
    'http://0177.0.0.1:PORT/mcp',
    'http://127.1:PORT/mcp',
    'http://127.0.0.1.:PORT/mcp',
    'http://0.0.0.0:PORT/mcp',
    'http://[::ffff:127.0.0.1]:PORT/mcp',
    'http://[::ffff:7f00:1]:PORT/mcp',
    'http://[::1]:PORT/mcp',
    'http://[::]:PORT/mcp',
    'https://127.0.0.1:PORT/mcp',
    'http://user:word@127.0.0.1:PORT/mcp',
  ])('does not reach this machine as %s', async (url) => {
    const { port, connections } = await trap()
    const config = remoteConfig(url.replace('PORT', String(port)))
    for (const type of ['http', 'sse'] as const) {
      const failure = await failureOf(createConnector().connect('demo', { ...config, type }, asStranger))
      expect(failure).toMatchObject({
        code: 'forbidden_address',
        hint: expect.stringContaining('mcpstore trust demo (trustService)'),
      })
    }
    expect(connections()).toBe(0)
  })

  test('does not reach it over a name of the world that means this machine, in any era', async () => {
    const { port, connections } = await trap()
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1']) {
      for (const protocol of ['auto', '2026-07-28', 'legacy'] as const) {
        const { lookup, asked } = answering([address])
        const config = remoteConfig(`http://mcp.example.com:${port}/mcp`, { protocol })
        const failure = await failureOf(createConnector({ lookup }).connect('demo', config, asStranger))
        expect(failure).toMatchObject({
          code: 'forbidden_address',
          message: expect.stringContaining(address),
        })
        expect(asked()).toBe(1)
      }
    }
    expect(connections()).toBe(0)
  })

  test('reaches of the addresses of a name those that are allowed, and no other', async () => {
    const remote = await startRemote()
    const { port } = new URL(remote.url)
    const { connections } = await trapAt('127.0.0.2', Number(port))
    const allowPrivateAddresses = (address: string) => address === '127.0.0.1'
    const { lookup } = answering(['127.0.0.2', '127.0.0.1', '10.0.0.1'])
    const connector = createConnector({ lookup, allowPrivateAddresses })
    const connection = await connector.connect(
      'demo',
      remoteConfig(`http://mcp.example.com:${port}/mcp`),
      asStranger,
    )
    later(() => connection.close())
    expect(await connection.listTools({ timeoutMs: 5000 })).not.toEqual([])
    expect(connections()).toBe(0)
  })

  test('is not connected to what its name means later', async () => {
    // Closes each connection after its answer, so that every request looks the name up again.
    const { origin, requests } = await closingServer()
    const allowPrivateAddresses = (address: string) => address === '127.0.0.1'
    const { lookup, asked } = answering(['127.0.0.1'], ['127.0.0.2'])
    const { port, connections } = await trapAt('127.0.0.2', Number(new URL(origin).port))
    const connector = createConnector({ lookup, allowPrivateAddresses })
    const config = remoteConfig(`http://mcp.example.com:${port}/mcp`, { protocol: 'legacy' })
    const failure = await failureOf(connector.connect('demo', config, asStranger))
    expect(failure).toMatchObject({
      code: 'forbidden_address',
      message: expect.stringContaining('127.0.0.2'),
    })
    expect([requests(), connections()]).toEqual([1, 0])
    expect(asked()).toBeGreaterThan(1)
  })

  test('is sent on nowhere by a redirect, nor by where an event stream says that messages go', async () => {
    const { port, connections } = await trap()
    const inside = `http://127.0.0.1:${port}/mcp`
    const allowPrivateAddresses = (address: string) => address === '127.0.0.2'
    const { lookup } = answering(['127.0.0.2'])
    const connector = createConnector({ lookup, allowPrivateAddresses })
    for (const answer of [{ location: inside }, { endpoint: inside }]) {
      const outside = await sendingOn(answer)
      for (const type of ['http', 'sse'] as const) {
        const config = { ...remoteConfig(`http://mcp.example.com:${outside.port}/mcp`), type }
        await failureOf(connector.connect('demo', config, asStranger))
      }
      expect(outside.requests()).toBeGreaterThan(0)
    }
    expect(connections()).toBe(0)
  })

  test('keeps to it in a session that is begun anew', async () => {
    const remote = await startRemote()
    const { port } = new URL(remote.url)
    let isOpen = true
    const connector = createConnector({
      lookup: answering(['127.0.0.1']).lookup,
      allowPrivateAddresses: () => isOpen,
    })
    const connection = await connector.connect(
      'demo',
      remoteConfig(`http://mcp.example.com:${port}/mcp`),
      asStranger,
    )
    later(() => connection.close())
    await remote.forget()
    isOpen = false
    const failure = await failureOf(connection.listTools({ timeoutMs: 5000 }))
    expect(failure).toMatchObject({ code: 'forbidden_address' })
    const { log } = await remote.seen()
    expect(log.filter(({ rpc }) => rpc === 'initialize')).toHaveLength(1)
  })

  test('is reached where the host allows all, and a host that fails to say allows nothing', async () => {
    for (const remote of [await startRemote(), await startRemote({ mode: 'sse' }), await startModern()]) {
      const open = createConnector({ allowPrivateAddresses: true })
      const connection = await open.connect('demo', remoteConfig(remote.url), asStranger)
      later(() => connection.close())
      expect(await connection.listTools({ timeoutMs: 5000 })).not.toEqual([])
    }
    const { port, connections } = await trap()
    for (const host of ['127.0.0.1', 'localhost']) {
      const allowPrivateAddresses = () => {
        throw new Error('not today')
      }
      const config = remoteConfig(`http://${host}:${port}/mcp`)
      const failure = await failureOf(
        createConnector({ allowPrivateAddresses }).connect('demo', config, asStranger),
      )
      expect(failure.code).toBe('forbidden_address')
    }
    expect(connections()).toBe(0)
  })
})

test('a shared service on this machine is reached by who approved it, vouches for it or allows it, and nobody else', async () => {
  const place = sharedPlace()
  const remote = await startRemote()
  const { url } = remote
  await (await place.stranger()).plant('near', { type: 'http', url })
  const reader = await place.reader()
  const ctx = reader.forStore()
  await seen(reader, 'near')
  for (const reach of [
    () => ctx.waitService('near'),
    () => ctx.listTools('near'),
    () => ctx.useTool('near/echo', { text: 'x' }),
    () => ctx.listResources('near'),
  ]) {
    expect(await failureOf(reach())).toMatchObject({ code: 'forbidden_address' })
  }
  expect((await remote.seen()).log).toEqual([])

  for (const options of [
    { allowPrivateAddresses: true },
    { allowPrivateAddresses: (address: string) => address === '127.0.0.1' },
    { trust: 'dataspace' as const },
    { trust: () => true },
  ]) {
    const other = await place.reader(options)
    await seen(other, 'near')
    expect(await other.forStore().listTools('near', { fresh: true })).not.toEqual([])
  }
  await ctx.trustService('near')
  expect(await ctx.listTools('near', { fresh: true })).not.toEqual([])
  await ctx.revokeTrust('near')
  const before = (await remote.seen()).log.length
  expect(await failureOf(ctx.listTools('near', { fresh: true }))).toMatchObject({ code: 'forbidden_address' })
  expect((await remote.seen()).log).toHaveLength(before)
})

/** Answers every request and closes its connection. */
async function closingServer(): Promise<{ origin: string; requests: () => number }> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    request.resume().on('end', () => {
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 'x', version: '1' },
      }
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' })
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 0, result }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  later(() => server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests }
}

/** Listens on another address of this machine and counts who connects. */
async function trapAt(address: string, port: number): Promise<{ port: number; connections: () => number }> {
  let count = 0
  const server = createServer((_, response) => response.end())
  server.on('connection', () => count++)
  server.listen(port, address)
  await once(server, 'listening')
  later(() => server.close())
  return { port, connections: () => count }
}

/** Sends on whoever asks, in the way that is given. */
async function sendingOn({
  location,
  endpoint,
}: {
  location?: string
  endpoint?: string
}): Promise<{ port: number; requests: () => number }> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    if (location !== undefined) return void response.writeHead(307, { location }).end()
    if (request.method === 'POST') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: endpoint\ndata: ${endpoint}\n\n`)
  })
  server.listen(0, '127.0.0.2')
  await once(server, 'listening')
  later(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, requests: () => requests }
}
