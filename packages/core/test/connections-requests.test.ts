import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { beforeAll, expect, test } from 'vitest'
import { loadSdk, type Sdk } from '../src/connections/sdk.ts'

let sdk: Sdk

beforeAll(async () => {
  sdk = await loadSdk()
})

const call = { method: 'tools/call', params: { name: 'one' } }

/** A peer, what it sends, and a way to answer. */
async function connected() {
  const sent: Record<string, unknown>[] = []
  const transport: Transport = {
    start: async () => {},
    close: async () => transport.onclose?.(),
    send: async (message) => void sent.push(message),
  }
  const peer = sdk.newPeer()
  await peer.connect(transport)
  const hear = (message: object) => transport.onmessage?.({ jsonrpc: '2.0', ...message } as JSONRPCMessage)
  return { peer, transport, sent, hear }
}

test('each request has the answer of its id, in whatever order they come', async () => {
  const { peer, sent, hear } = await connected()
  const asked = [peer.ask(call), peer.ask(call), peer.ask(call)]
  const ids = sent.map(({ id }) => id)
  expect(new Set(ids).size).toBe(3)
  for (const at of [2, 0, 1]) hear({ id: ids[at], result: { at } })
  expect(await Promise.all(asked)).toEqual([{ at: 0 }, { at: 1 }, { at: 2 }])
})

test('an answer comes through as it was sent, whatever it holds, also under an id that became a string', async () => {
  const { peer, sent, hear } = await connected()
  const result = {
    _meta: 'no object',
    content: [{ type: 'hologram' }],
    task: { taskId: 5 },
    more: { of: ['it'] },
  }
  const asked = peer.ask(call)
  hear({ id: String(sent[0]!['id']), result, besides: true })
  expect(await asked).toBe(result)
})

test('an error of the server has its code, its words and its data', async () => {
  const { peer, sent, hear } = await connected()
  const asked = peer.ask(call)
  hear({ id: sent[0]!['id'], error: { code: -32602, message: 'no such thing', data: { more: 1 } } })
  await expect(asked).rejects.toMatchObject({ code: -32602, data: { more: 1 }, message: /no such thing/ })
  await expect(asked).rejects.toBeInstanceOf(sdk.McpError)
})

test.each([
  ['no result', { result: null }, 'its result is null'],
  ['a text for a result', { result: 'done' }, 'its result is a string'],
  ['an error that is none', { error: null }, 'its result is undefined'],
  ['an error without a code', { error: { message: 'x' } }, 'MCP error -32603: x'],
  ['an error with a name for a code', { error: { code: 'E_NO', message: 'x' } }, 'MCP error -32603: x'],
  ['an error without words', { error: { code: 7 } }, 'MCP error 7: {"code":7}'],
  ['a text for an error', { error: 'went wrong' }, 'MCP error -32603: "went wrong"'],
])(
  'a request waited until its time was up for a server that had answered with %s',
  async (_what, message, told) => {
    const { peer, sent, hear } = await connected()
    const asked = peer.ask(call)
    const { id } = sent[0]!
    hear({ id, ...message })
    await expect(asked).rejects.toThrow(told)
    const next = peer.ask(call)
    hear({ id: sent[1]!['id'], result: { ok: true } })
    expect(await next).toEqual({ ok: true })
  },
)

test('a request that is given up is cancelled once, and its late answer is for nobody', async () => {
  const { peer, sent, hear } = await connected()
  const strange: string[] = []
  peer.onerror = ({ message }) => strange.push(message)
  const ending = new AbortController()
  const [asked, other] = [peer.ask(call, ending.signal), peer.ask(call)]
  const [id, otherId] = sent.map((message) => message['id'])
  ending.abort('enough')
  await expect(asked).rejects.toThrow('enough')
  const cancelled = {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: id, reason: 'enough' },
  }
  expect(sent.slice(2)).toEqual([cancelled])
  hear({ id, result: {} })
  hear({ id: otherId, result: { ok: true } })
  expect(await other).toEqual({ ok: true })
  expect(strange).toHaveLength(1)
})

test('a request that was answered is not cancelled any more', async () => {
  const { peer, sent, hear } = await connected()
  const ending = new AbortController()
  const asked = peer.ask(call, ending.signal)
  hear({ id: sent[0]!['id'], result: {} })
  await asked
  ending.abort()
  expect(sent).toHaveLength(1)
})

test('nothing is sent for who has given up before, or over a connection that has ended', async () => {
  const { peer, sent } = await connected()
  await expect(peer.ask(call, AbortSignal.abort('too late'))).rejects.toThrow('too late')
  await peer.close()
  await expect(peer.ask(call)).rejects.toThrow('Not connected')
  expect(sent).toEqual([])
})

test('when the connection ends, whoever listens knows before those who wait are told', async () => {
  const { peer } = await connected()
  const order: string[] = []
  peer.onclose = () => order.push('closed')
  const asked = [peer.ask(call), peer.ask(call)].map((one) =>
    one.catch(({ code }: { code: number }) => order.push(`${code}`)),
  )
  await peer.close()
  await Promise.all(asked)
  expect(order).toEqual(['closed', '-32000', '-32000'])
})

test('what the transport does not take fails with its words, and the next request is one of its own', async () => {
  const { peer, transport, sent, hear } = await connected()
  const { send } = transport
  transport.send = async () => {
    throw new Error('the pipe is full')
  }
  await expect(peer.ask(call)).rejects.toThrow('the pipe is full')
  transport.send = send
  const asked = peer.ask(call)
  hear({ id: sent[0]!['id'], result: { ok: true } })
  expect(await asked).toEqual({ ok: true })
})

test('what the server asks and tells is heard beside it', async () => {
  const { peer, sent, hear } = await connected()
  const told: string[] = []
  peer.fallbackRequestHandler = async ({ method }) => ({ answered: method })
  peer.fallbackNotificationHandler = async ({ method }) => void told.push(method)
  const asked = peer.ask(call)
  hear({ id: sent[0]!['id'], method: 'roots/list' })
  hear({ method: 'notifications/tools/list_changed' })
  hear({ id: sent[0]!['id'], result: { ok: true } })
  expect(await asked).toEqual({ ok: true })
  await expect
    .poll(() => sent.slice(1))
    .toEqual([expect.objectContaining({ result: { answered: 'roots/list' } })])
  expect(told).toEqual(['notifications/tools/list_changed'])
})

test('what waited for an answer is not kept after it until the whole heap is looked through', async () => {
  const { peer, sent, hear } = await connected()
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void
  const askSixteen = async (meanwhile = () => {}): Promise<void> => {
    sent.length = 0
    const asked = Array.from({ length: 16 }, () => {
      const waiting = Array.from({ length: 500 }, () => 0)
      return peer.ask(call).then(() => waiting.length)
    })
    meanwhile()
    for (const { id } of sent) hear({ id, result: {} })
    await Promise.all(asked)
  }
  await askSixteen()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let round = 0; round < 100; round++) {
    for (let more = 0; more < 5; more++) await askSixteen()
    await askSixteen(() => collect({ type: 'minor' }))
    for (let more = 0; more < 4; more++) await askSixteen()
    collect({ type: 'minor' })
  }
  // In all it was 64 MB that waited.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(3_000_000)
})
