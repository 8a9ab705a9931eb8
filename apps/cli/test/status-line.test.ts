import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { processHost } from '../src/process/process-host.ts'
import { StatusLine } from '../src/process/status-line.ts'
import { fakeTool, findable, run } from './fakes.ts'

const ERASE = '\r\u001b[K'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function drawing(columns = 80): { line: StatusLine; shown: string[] } {
  const shown: string[] = []
  return { line: new StatusLine({ write: (text) => void shown.push(text), columns }), shown }
}

it('what is over before 300 ms have passed shows nothing at all', () => {
  const { line, shown } = drawing()
  line.begin('weather/forecast')
  vi.advanceTimersByTime(299)
  line.end()
  vi.advanceTimersByTime(10_000)
  expect(shown).toEqual([])
})

it('what takes longer is named with its time, which goes on, until it ends and the line is gone', () => {
  const { line, shown } = drawing()
  line.begin('weather/forecast')
  vi.advanceTimersByTime(300)
  expect(shown).toEqual([`${ERASE}⠋ weather/forecast  0 s`])
  vi.advanceTimersByTime(2_700)
  expect(shown.at(-1)).toMatch(/ weather\/forecast {2}3 s$/)
  const drawn = shown.length
  line.end()
  vi.advanceTimersByTime(10_000)
  expect(shown.slice(drawn)).toEqual([ERASE])
})

it.each([
  [{ progress: 2, total: 10, message: 'loading tiles' }, '2/10  loading tiles'],
  [{ progress: 2 }, '2'],
  [{ progress: 1 / 3, total: 1 }, '0.33/1'],
  [{ progress: 2, total: null, message: { odd: true } }, '2  {"odd":true}'],
  [
    { progress: 2, message: '\u001b[31mred\u0007\r\nsecond\u202eline' },
    '2  \\x1b[31mred\\x07 second\\u202eline',
  ],
])('of %j it says %j', (progress, words) => {
  const { line, shown } = drawing()
  line.begin('t')
  line.tell(progress)
  vi.advanceTimersByTime(300)
  expect(shown).toEqual([`${ERASE}⠋ t  0 s  ${words}`])
})

it.each([
  ['a'.repeat(10_000_000), '⠋ t  0 s  1  aaaaa…'],
  ['東京東京東京東京', '⠋ t  0 s  1  東京…'],
])('it is cut before the last cell of the terminal', (message, words) => {
  const { line, shown } = drawing(20)
  line.begin('t')
  line.tell({ progress: 1, message })
  vi.advanceTimersByTime(300)
  expect(shown).toEqual([ERASE + words])
})

it('thousands of reports are no thousands of drawings', () => {
  const { line, shown } = drawing()
  line.begin('t')
  for (let step = 1; step <= 10_000; step++) line.tell({ progress: step })
  vi.advanceTimersByTime(300)
  expect(shown).toEqual([`${ERASE}⠋ t  0 s  10000`])
})

const terminal = () => Object.assign(new PassThrough(), { isTTY: true, columns: 80 })

it('it makes room for other output on either stream, and comes again', async () => {
  const [stdout, stderr] = [terminal(), terminal()]
  const world = { stdin: process.stdin, stdout, stderr, env: { NO_COLOR: '1' }, cwd: () => '/' }
  const { host, flush } = processHost(world as never, new AbortController().signal)
  const line = await host.statusLine!()
  line.begin('t')
  vi.advanceTimersByTime(300)
  for (const output of [host.out, host.err]) {
    stderr.read()
    output.write('text\n')
    expect(String(stderr.read())).toBe(output === host.out ? ERASE : `${ERASE}text\n`)
    vi.advanceTimersByTime(100)
  }
  stderr.read()
  await flush()
  expect(String(stderr.read()), 'nothing is left of it at the end').toBe(ERASE)
})

it('there is none where stderr is no terminal, or one that cannot erase', () => {
  const hostOf = (stderr: PassThrough, env = {}) =>
    processHost(
      { stdin: process.stdin, stdout: terminal(), stderr, env, cwd: () => '/' } as never,
      new AbortController().signal,
    ).host
  expect(hostOf(terminal()).statusLine).toBeDefined()
  expect(hostOf(new PassThrough()).statusLine).toBeUndefined()
  expect(hostOf(terminal(), { TERM: 'dumb' }).statusLine).toBeUndefined()
})

it.each([
  ['wait w', 'waiting for w'],
  ['check', 'checking all services'],
  ['list-tools --fresh', 'asking all services for tools'],
  ['use-tool t', 's/t  0 s  1/2  half'],
])('%s says what it waits for; interrupted it says no more, and with --json never', async (words, said) => {
  for (const json of [false, true]) {
    const { line, shown } = drawing()
    const interrupt = new AbortController()
    const never = () => {
      queueMicrotask(() => {
        vi.advanceTimersByTime(300)
        interrupt.abort()
      })
      return new Promise<never>(() => {})
    }
    const services = {
      ...findable(fakeTool('s', 't')),
      waitService: never,
      checkServices: never,
      listTools: never,
      useTool: (_address: string, _args: unknown, options: { onProgress?: (told: object) => void } = {}) => {
        options.onProgress?.({ progress: 1, total: 2, message: 'half' })
        return never()
      },
    }
    const argv = [...words.split(' '), ...(json ? ['--json'] : [])]
    const host = { signal: interrupt.signal, statusLine: async () => line }
    const { exit } = await run(argv, { services: services as never, host })
    vi.advanceTimersByTime(10_000)
    expect({ exit, shown }).toEqual({
      exit: 130,
      shown: json ? [] : [expect.stringContaining(`${ERASE}⠋ ${said}`), ERASE],
    })
  }
})
