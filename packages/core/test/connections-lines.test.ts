import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { LineReader } from '../src/connections/stdio/line-reader.ts'

interface Reading {
  reader: LineReader
  stream: PassThrough
  lines: string[]
}

function read(onLine: (line: string, reading: Reading) => void = () => {}): Reading {
  const stream = new PassThrough()
  const lines: string[] = []
  const reader = new LineReader(stream, 1000, {
    onLine: (line) => {
      lines.push(line)
      onLine(line, { reader, stream, lines })
    },
    onError: (error) => {
      throw error
    },
  })
  return { reader, stream, lines }
}

test('many lines at once are read in order, a hundred in a turn', async () => {
  let inTurn = 0
  let most = 0
  let counting = true
  const { reader, stream, lines } = read(() => {
    most = Math.max(most, ++inTurn)
  })
  const nextTurn = (): void => {
    inTurn = 0
    if (counting) setImmediate(nextTurn)
  }
  nextTurn()
  const sent = Array.from({ length: 5000 }, (_, n) => `line ${n}`)
  reader.start()
  stream.write(`${sent.slice(0, 4000).join('\n')}\n`)
  stream.end(`${sent.slice(4000).join('\n')}\n`)
  await new Promise((resolve) => stream.on('end', resolve))
  await reader.caughtUp()
  counting = false
  expect(lines).toEqual(sent)
  expect(most).toBe(100)
})

test('after stop() no line is told, not even of what had come already, and the writer is not stuck', async () => {
  const { reader, stream, lines } = read((line, { reader: own }) => {
    if (line === 'enough') own.stop()
  })
  reader.start()
  stream.write('one\nenough\ntoo late\n')
  stream.end('x\n'.repeat(100_000))
  await new Promise((resolve) => stream.on('end', resolve))
  reader.start()
  expect(lines).toEqual(['one', 'enough'])
})
