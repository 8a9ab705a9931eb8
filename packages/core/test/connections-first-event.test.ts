import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { firstEvent } from '../src/connections/http/first-event.ts'
import { failureOf } from './connections-fixtures.ts'

const answer = { jsonrpc: '2.0', id: 7, result: { content: [{ type: 'text', text: '北京\n' }] } }
const json = JSON.stringify(answer)

/** Split at every byte, too: what arrives together is chance. */
function arriving(text: string): Readable[] {
  const bytes = Buffer.from(text)
  return [Readable.from([bytes]), Readable.from([...bytes].map((byte) => Buffer.from([byte])))]
}

test.each([
  ['plain', `event: message\ndata: ${json}\n\n`],
  ['without its name', `data: ${json}\n\n`],
  ['with an id', `event: message\nid: abc_1\ndata: ${json}\n\n`],
  ['after a comment', `: hello\ndata:${json}\n\n`],
  ['with the ends of lines of Windows', `event: message\r\ndata: ${json}\r\n\r\n`],
  ['on several lines', `data: ${JSON.stringify(answer, null, 1).replaceAll('\n', '\ndata: ')}\n\n`],
  ['an error', `data: {"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"no"}}\n\n`],
])('an answer is taken out of its stream (%s)', async (how, text) => {
  for (const stream of arriving(text)) {
    const message =
      how === 'an error' ? expect.objectContaining({ error: { code: -1, message: 'no' } }) : answer
    expect(await firstEvent(stream, '7')).toEqual({ message })
  }
})

test.each([
  ['a notification comes first', `data: {"jsonrpc":"2.0","method":"x"}\n\ndata: ${json}\n\n`],
  ['it is the answer to another request', `data: ${json.replace('7', '8')}\n\n`],
  ['a request of the server has the id', 'data: {"jsonrpc":"2.0","id":7,"method":"ping"}\n\n'],
  ['it is to be resumed', 'id: 1\nretry: 10\ndata:\n\n'],
  ['it is no JSON', 'data: hello\n\n'],
  ['it has another name', `event: other\ndata: ${json}\n\n`],
  ['it breaks off', `data: ${json}`],
  ['it is empty', ''],
  ['it is long', `data: ${json.replace('北京', 'x'.repeat(100_000))}\n\n`],
])('a stream is left as it is when %s', async (_why, text) => {
  for (const stream of arriving(text)) {
    const first = await firstEvent(stream, '7')
    // What came in one piece with its end behind it may be taken whole, however long.
    if ('message' in first) expect(text.length).toBeGreaterThan(64 * 1024)
    else {
      const chunks: Uint8Array[] = []
      for await (const chunk of first.stream) chunks.push(chunk)
      expect(Buffer.concat(chunks).toString()).toBe(text)
    }
  }
})

test('a stream that fails fails after what came before', async () => {
  const broken = new Error('cut')
  async function* cut(): AsyncGenerator<Buffer> {
    yield Buffer.from('data: {')
    throw broken
  }
  const first = await firstEvent(cut(), '7')
  const chunks: Uint8Array[] = []
  const reading = async (): Promise<void> => {
    if ('stream' in first) for await (const chunk of first.stream) chunks.push(chunk)
  }
  expect(await failureOf(reading())).toBe(broken)
  expect(Buffer.concat(chunks).toString()).toBe('data: {')
})

test('a stream that does not end after its answer is closed', async () => {
  const stream = new Readable({ read() {} })
  const closed = new Promise((resolve) => stream.on('close', resolve))
  stream.push(`data: ${json}\n\n`)
  expect(await firstEvent(stream, '7')).toEqual({ message: answer })
  await closed
})
