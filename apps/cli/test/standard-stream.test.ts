import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { standardStream } from '../src/process/standard-stream.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcpstore-stream-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The stream for a descriptor, and the one Node would open in its place. */
function streamOn(fd: number) {
  const opened = new PassThrough()
  const open = vi.fn(() => opened as unknown as NodeJS.WriteStream)
  return { stream: standardStream(fd, open), open, opened }
}

function pipe(): string {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

it('a little text goes to a file without a stream, much of it through one, in order', async () => {
  const path = join(folder, 'out')
  const fd = openSync(path, 'w')
  const { stream, open, opened } = streamOn(fd)
  expect(stream.isTTY).toBe(false)
  await new Promise<void>((done) => stream.write('天气\n', done))
  expect(readFileSync(path, 'utf8')).toBe('天气\n')
  expect(open).not.toHaveBeenCalled()
  const much = 'x'.repeat(20_000)
  stream.write(much)
  stream.write('end')
  expect(opened.read().toString()).toBe(`${much}end`)
  expect(readFileSync(path, 'utf8')).toBe('天气\n')
  closeSync(fd)
})

it('many little texts are much text', () => {
  const fd = openSync(join(folder, 'out'), 'w')
  const { stream, opened } = streamOn(fd)
  for (let count = 0; count < 5; count++) stream.write('x'.repeat(4000))
  expect(opened.read().toString()).toBe('x'.repeat(4000))
  closeSync(fd)
})

it('what a full pipe does not take now is left to the stream', () => {
  const fd = openSync(pipe(), constants.O_RDWR | constants.O_NONBLOCK)
  const fill = () => {
    while (true) writeSync(fd, Buffer.alloc(4096))
  }
  expect(fill).toThrow('EAGAIN')
  const { stream, opened } = streamOn(fd)
  stream.write('later\n')
  expect(opened.read().toString()).toBe('later\n')
  closeSync(fd)
})

it('a reader that went away is told, and what is written afterwards is dropped', () => {
  const path = pipe()
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const fd = openSync(path, 'w')
  closeSync(reader)
  const { stream, open } = streamOn(fd)
  const errors: unknown[] = []
  stream.on('error', ({ code }) => errors.push(code))
  expect(stream.writable).toBe(true)
  stream.write('first\n')
  stream.write('second\n')
  expect(errors).toEqual(['EPIPE'])
  expect(stream.writable).toBe(false)
  expect(open).not.toHaveBeenCalled()
  closeSync(fd)
})

it('anything else has its stream, and who listens hears of its failure', () => {
  const fd = openSync('/dev/null', 'w')
  const { stream, opened } = streamOn(fd)
  const errors: Error[] = []
  stream.on('error', (error) => errors.push(error))
  stream.write('x')
  const failure = new Error('no space left on device')
  opened.emit('error', failure)
  expect(errors).toEqual([failure])
  closeSync(fd)
})
