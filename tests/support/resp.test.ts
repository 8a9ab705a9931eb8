import { expect, it } from 'vitest'
import { encodeCommand, type Frame, RedisError, RespParser } from './resp.ts'

const stream = Buffer.concat([
  Buffer.from('+OK\r\n:-7\r\n$-1\r\n*-1\r\n*0\r\n-READONLY You can not\r\n$0\r\n\r\n'),
  encodeCommand(['SET', '北京', 'two\r\nlines', 5]),
  Buffer.from('*2\r\n*1\r\n:1\r\n-ERR in a transaction\r\n'),
])
const values = [
  'OK',
  -7,
  null,
  null,
  [],
  new RedisError('READONLY You can not'),
  '',
  ['SET', '北京', 'two\r\nlines', '5'],
  [[1], new RedisError('ERR in a transaction')],
]

it.each([1, 2, 3, 7, 1000])('values are read alike from chunks of %i bytes, and no byte is lost', (size) => {
  const parser = new RespParser()
  const frames: Frame[] = []
  for (let at = 0; at < stream.length; at += size) {
    frames.push(...parser.push(stream.subarray(at, at + size)))
  }
  expect(frames.map(({ value }) => value)).toEqual(values)
  expect(Buffer.concat(frames.map(({ bytes }) => bytes))).toEqual(stream)
})

it('an error tells its code', () => {
  const [frame] = new RespParser().push(Buffer.from('-NOAUTH Authentication required.\r\n'))
  expect(frame?.value).toMatchObject({ code: 'NOAUTH', message: 'NOAUTH Authentication required.' })
})

it('a large value in small chunks is put together once, not at each chunk', () => {
  const parser = new RespParser()
  const large = encodeCommand(['SET', 'k', 'x'.repeat(16 * 1024 * 1024)])
  const frames: Frame[] = []
  for (let at = 0; at < large.length; at += 4096) frames.push(...parser.push(large.subarray(at, at + 4096)))
  expect(frames.map(({ bytes }) => bytes.length)).toEqual([large.length])
})

it.each(['\x16\x03\x01\x02\x00', 'PING\r\n', '*x\r\n', '_\r\n'])('%j is refused', (text) => {
  expect(() => new RespParser().push(Buffer.from(text, 'latin1'))).toThrow(SyntaxError)
})
