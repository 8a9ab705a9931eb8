import { PassThrough, Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { reportFailure } from '../src/failures/failure.ts'
import { ask, type ProcessLike, processHost } from '../src/process/process-host.ts'

function fakeProcess(
  changes: Partial<ProcessLike> = {},
): ProcessLike & { stdout: PassThrough; stderr: PassThrough } {
  const process = {
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    ...changes,
  }
  return { ...process, cwd: () => '/work' } as never
}

const { signal } = new AbortController()

it('a reader that goes away is no failure, and what is written afterwards is dropped', async () => {
  const process = fakeProcess()
  const { host, flush } = processHost(process, signal)
  host.out.write('first line\n')
  process.stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await new Promise((resolve) => process.stdout.once('close', resolve))
  host.out.write('second line\n')
  expect(await flush()).toBeUndefined()
})

it('a reader that went away is told to who writes on and on', async () => {
  const process = fakeProcess()
  const { host } = processHost(process, signal)
  expect(host.unread.aborted).toBe(false)
  process.stderr.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await new Promise((resolve) => process.stderr.once('close', resolve))
  expect(host.unread.aborted, 'the other one is read on').toBe(false)
  process.stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await new Promise((resolve) => process.stdout.once('close', resolve))
  expect(host.unread.aborted).toBe(true)
})

it('output that could not be written for another reason is told', async () => {
  const process = fakeProcess()
  const { flush } = processHost(process, signal)
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  process.stdout.destroy(full)
  await new Promise((resolve) => process.stdout.once('close', resolve))
  expect(await flush()).toBe(full)
})

it('the error of --json is known to have been told, and nothing else is taken for it', () => {
  const { host, hasErrorDocument } = processHost(fakeProcess(), signal)
  host.err.write('{"level":"warn"}\n')
  host.out.write('{"error":{"code":"timeout"}}\n')
  expect(hasErrorDocument()).toBe(false)
  reportFailure(host.err, new Error('no'), { json: false, debug: false, argv: [] })
  expect(hasErrorDocument()).toBe(false)
  reportFailure(host.err, new Error('no'), { json: true, debug: false, argv: [] })
  host.err.write('more\n')
  expect(hasErrorDocument()).toBe(true)
})

it('flush waits until a slow reader has taken everything', async () => {
  const process = fakeProcess({ stdout: new PassThrough({ highWaterMark: 1 }) as never })
  const { host, flush } = processHost(process, signal)
  host.out.write('x'.repeat(100_000))
  let flushed = false
  const done = flush().then(() => {
    flushed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(flushed).toBe(false)
  process.stdout.resume()
  await done
})

it('stdin is read as UTF-8, across the borders of chunks', async () => {
  const bytes = Buffer.from('{"city":"北京"}')
  const process = fakeProcess({ stdin: Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]) as never })
  expect(await processHost(process, signal).host.readStdin()).toBe('{"city":"北京"}')
})

it('colours and widths are for terminals only, and NO_COLOR is honoured', () => {
  const terminal = (env: NodeJS.ProcessEnv) => {
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 100 })
    const { out } = processHost(fakeProcess({ stdout: stdout as never, env }), signal).host
    return { columns: out.columns, color: out.color }
  }
  expect(terminal({})).toEqual({ columns: 100, color: true })
  expect(terminal({ NO_COLOR: '1' })).toEqual({ columns: 100, color: false })
  expect(terminal({ TERM: 'dumb' })).toEqual({ columns: 100, color: false })
  const { out, err } = processHost(fakeProcess(), signal).host
  expect([out.color, err.color, out.columns]).toEqual([false, false, Number.POSITIVE_INFINITY])
})

it('COLUMNS is for tables anywhere, and for errors on a terminal only', () => {
  const env = { COLUMNS: '40' }
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 100 })
  const inPipes = processHost(fakeProcess({ env }), signal).host
  const onTerminal = processHost(fakeProcess({ env, stderr: stderr as never }), signal).host
  expect([inPipes.out.columns, inPipes.err.columns]).toEqual([40, Number.POSITIVE_INFINITY])
  expect([onTerminal.out.columns, onTerminal.err.columns]).toEqual([40, 40])
})

it.each([
  ['y\n', true],
  ['Yes \nno\n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  ['', false],
])('a question that is answered with %j is %s', async (answer, expected) => {
  const process = fakeProcess({ stdin: Readable.from([answer]) as never })
  expect(await ask('Sure?', process, signal)).toBe(expected)
  expect(process.stderr.read().toString()).toBe(answer === '' ? 'Sure? [y/N] \n' : 'Sure? [y/N] ')
})

it('a stdin without an end is refused before it fills the memory', async () => {
  let given = 0
  const endless = new Readable({
    read() {
      given += 65_536
      this.push(Buffer.alloc(65_536, 'y\n'))
    },
  })
  const { host } = processHost(fakeProcess({ stdin: endless as never }), signal)
  await expect(host.readStdin()).rejects.toMatchObject({
    code: 'usage',
    message: 'there is more than 16 MiB on stdin',
  })
  expect(given).toBeLessThan(20 * 1024 * 1024)
})
