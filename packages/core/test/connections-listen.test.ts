import { getEventListeners } from 'node:events'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { expect, test } from 'vitest'
import { listen } from '../src/connections/modern/listen.ts'
import { loadSdk } from '../src/connections/sdk.ts'

test('a stream of news that is opened again and again leaves no listener behind', async () => {
  const sdk = await loadSdk()
  const peer = sdk.newPeer()
  const ending = new AbortController()
  const listeners: number[] = []
  let gaps = 0
  const transport: Transport = {
    start: async () => {},
    close: async () => transport.onclose?.(),
    send: async (message) => {
      if (!('id' in message) || !('method' in message)) return
      listeners.push(getEventListeners(ending.signal, 'abort').length)
      // The first stream ends at once; the second is there when the connection ends.
      if (listeners.length === 1) transport.onmessage?.({ jsonrpc: '2.0', id: message.id, result: {} })
      else void peer.close()
    },
  }
  peer.onclose = () => ending.abort()
  await peer.connect(transport)
  await listen({ sdk, peer, envelope: {}, onGap: () => gaps++, signal: ending.signal })
  expect(gaps).toBe(1)
  expect(listeners).toEqual([0, 0])
  expect(getEventListeners(ending.signal, 'abort')).toEqual([])
})
