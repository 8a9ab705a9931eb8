import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'
import { onTerminal } from '../support/terminal.ts'
import { Watching } from '../support/watching.ts'

const fileOf = (box: Box, name: string): string => join(box.home, 'logs/local/default/default', `${name}.log`)

async function linesOf(box: Box, ...argv: string[]): Promise<Foreign[]> {
  return documentOf(await mcpstore(box, ['logs', ...argv, '--json'])).lines
}

const textsOf = (lines: readonly Foreign[]): string[] => lines.map(({ text }) => text)

it('what a server printed and reported is kept, with when, by which process, and how it ended', async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box, { banner: 1 }), silent: fixtureServer(box) })
  await mcpstore(box, ['use-tool', 'demo/log', 'data=a\nb', 'level=error'])
  await mcpstore(box, ['use-tool', 'silent/echo', 'text=hi'])
  const failed = await mcpstore(box, ['use-tool', 'demo/die', '--json'])
  expect(errorOf(failed)).toMatchObject({
    code: 'outcome_unknown',
    hint: 'It may have run. Find out before you call it again, and see what it said: mcpstore logs demo',
  })
  const [first, second] = box.starts().filter((_, at) => at !== 1)
  const lines = await linesOf(box)
  expect(lines.map(({ service, stream, level, text }) => [service, level ?? stream, text])).toEqual([
    ['demo', 'process', `started as process ${first}`],
    ['demo', 'stdout', 'Welcome to the server!'],
    ['demo', 'error', 'fixture: a'],
    ['demo', 'error', 'b'],
    ['demo', 'process', 'ended, as it was asked to'],
    ['demo', 'process', `started as process ${second}`],
    ['demo', 'stdout', 'Welcome to the server!'],
    ['demo', 'stderr', 'fatal: out of cheese'],
    ['demo', 'process', 'exited with code 7'],
  ])
  expect(new Set(lines.map(({ pid }) => pid)).size, 'two commands').toBe(2)
  const shown = await mcpstore(box, ['logs', 'demo', '--lines', '2'])
  expect(shown).toMatchObject({ exit: 0, stderr: '' })
  expect(shown.stdout).toMatch(
    /^\S+Z {2}\d+ {2}stderr {5}fatal: out of cheese\n\S+Z {2}\d+ {2}process {4}exited with code 7\n$/,
  )
  expect((await mcpstore(box, ['logs', '--lines', '1'])).stdout).toMatch(/Z {2}demo {2}\d+ {2}process/)
  expect(box.starts(), 'logs starts nothing').toHaveLength(3)
  expect(statSync(fileOf(box, 'demo')).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(fileOf(box, 'demo'))).mode & 0o777).toBe(0o700)
  expect(existsSync(fileOf(box, 'silent')), 'who said nothing leaves nothing').toBe(false)
})

it('a service that cannot be started says where to look', async () => {
  await using box = new Box()
  const dieAtStart = { code: 3, stderr: 'no database' }
  await addServices(box, {
    dead: fixtureServer(box, { dieAtStart }),
    slow: fixtureServer(box, { muteInitialize: true }),
  })
  expect(errorOf(await mcpstore(box, ['wait', 'dead', '--timeout', '5', '--json'])).hint).toBe(
    'Run its command by hand to see what it needs, or see what it said: mcpstore logs dead',
  )
  expect(errorOf(await mcpstore(box, ['check', 'slow', '--timeout', '1', '--json'])).hint).toBe(
    'Allow it more time, or see what it said: mcpstore logs slow',
  )
  expect(textsOf(await linesOf(box, 'dead')).slice(1, 3)).toEqual(['no database', 'exited with code 3'])
})

it('nothing of it drives a terminal, and no secret of the config is in it', async () => {
  await using box = new Box()
  const secret = 'planted-t0ken-of-a-server'
  box.secrets.push(secret)
  const dieAtStart = { stderr: `\u001b[2Jtoken ${secret}\u009b1m` }
  const config = fixtureServer(box, { dieAtStart })
  await addServices(box, { demo: { ...config, env: { API_TOKEN: secret } } })
  await mcpstore(box, ['check', 'demo'])
  const { stdout } = await mcpstore(box, ['logs', 'demo'])
  expect(stdout).toContain('stderr     \\x1b[2Jtoken ***\\x9b1m\n')
  const kept = readFileSync(fileOf(box, 'demo'), 'utf8')
  expect(kept).not.toContain(secret)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(kept).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

it('what a remote service reports is kept, too; lines are merged by time, and --since leaves out older ones', async () => {
  await using box = new Box()
  const remote = { url: await startHttpServer(box, { mode: 'stream', logging: true }) }
  await addServices(box, { demo: fixtureServer(box), remote })
  await mcpstore(box, ['use-tool', 'demo/log', 'data=first'])
  await mcpstore(box, ['use-tool', 'remote/log', 'data=second'])
  await mcpstore(box, ['use-tool', 'demo/log', 'data=third'])
  const messages = (lines: Foreign[]) => textsOf(lines.filter(({ stream }) => stream === 'message'))
  const all = ['fixture: first', 'fixture: second', 'fixture: third']
  expect(messages(await linesOf(box))).toEqual(all)
  expect(messages(await linesOf(box, 'remote', 'demo', '--since', '1h'))).toEqual(all)
  expect(messages(await linesOf(box, 'remote'))).toEqual(['fixture: second'])
  expect(await linesOf(box, '--since', '1ms')).toEqual([])
  const nothing = async (...words: string[]) => {
    const { exit, stdout, stderr } = await mcpstore(box, ['logs', ...words])
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    return stderr
  }
  expect(await nothing('--since', '1ms')).toBe('Nothing is kept that is as new as that.\n')
  expect(await nothing('--lines', '0')).toBe('')
  await mcpstore(box, ['clear', '--yes'])
  expect(await nothing()).toBe('Nothing is kept: no service said anything when it was run from here.\n')
})

it("an agent's own service has a log of its own", async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box) })
  const own = JSON.stringify({ demo: fixtureServer(box) })
  await mcpstore(box, ['add', own, '--agent', 'bob'])
  await mcpstore(box, ['use-tool', 'demo/log', 'data=mine', '--agent', 'bob'])
  expect(textsOf(await linesOf(box, 'demo'))).toEqual([])
  expect(textsOf(await linesOf(box, 'demo', '--agent', 'bob'))).toContain('fixture: mine')
  const [line] = await linesOf(box)
  expect(line.scope).toEqual({ agent: 'bob' })
})

it('--follow goes on with what others start, past a file that is put aside, until Ctrl-C', async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box), loud: fixtureServer(box) })
  await mcpstore(box, ['use-tool', 'demo/log', 'data=before'])
  const following = new Watching(box, ['-f', '-n', '50', '--json'], {}, 'logs')
  await following.line(/fixture: before/)
  await mcpstore(box, ['use-tool', 'demo/log', 'data=after'])
  await following.line(/fixture: after/)
  const data = Array.from({ length: 1500 }, () => 'x'.repeat(60)).join('\n')
  for (const at of Array(6).keys()) {
    await mcpstore(box, ['use-tool', 'loud/log', '--args', '-'], { stdin: JSON.stringify({ data }) })
    await mcpstore(box, ['use-tool', 'loud/log', `data=end ${at}`])
    await following.line(new RegExp(`end ${at}"`))
  }
  expect(existsSync(`${fileOf(box, 'loud')}.1`)).toBe(true)
  expect(
    following.events.filter(({ text }) => /x{60}/.test(text)),
    'each line once',
  ).toHaveLength(6 * 1500)
  expect(await following.interrupt()).toEqual({ exit: 130, stderr: '' })
}, 60_000)

it.runIf(process.platform === 'linux')(
  '--follow on a terminal ends with Ctrl-C, and kinds have colours',
  async () => {
    await using box = new Box()
    await addServices(box, { demo: fixtureServer(box) })
    await mcpstore(box, ['use-tool', 'demo/log', 'data=hot', 'level=error'])
    const env = { NO_COLOR: '' }
    const argv = ['logs', 'demo', '--follow']
    const { exit, shown } = await onTerminal(box, argv, [['asked to', '\u0003']], { env })
    expect(exit).toBe(130)
    expect(shown).toContain('\u001b[31merror    \u001b[0m  fixture: hot\n')
  },
)

it('several processes keep theirs in one file, each line whole', async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box) })
  await mcpstore(box, ['wait', 'demo'])
  const names = ['a', 'b', 'c', 'd']
  const calls = names.map((name) => {
    const data = Array.from({ length: 500 }, (_, at) => `${name} ${at}`).join('\n')
    return mcpstore(box, ['use-tool', 'demo/log', `data=${data}`])
  })
  for (const { exit } of await Promise.all(calls)) expect(exit).toBe(0)
  const lines = await linesOf(box, '--lines', '9999')
  for (const name of names) {
    const theirs = textsOf(lines).filter((text) => new RegExp(`^(fixture: )?${name} \\d+$`).test(text))
    expect(theirs.map((text) => Number(text.split(' ').at(-1)))).toEqual(
      Array.from({ length: 500 }, (_, at) => at),
    )
  }
})

it('a log stays small, whatever is said', async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box, { stderrBytes: 50_000 }) })
  const data = Array.from({ length: 5000 }, () => 'x'.repeat(30)).join('\n')
  for (const _ of Array(6))
    await mcpstore(box, ['use-tool', 'demo/log', '--args', '-'], { stdin: JSON.stringify({ data }) })
  const folder = dirname(fileOf(box, 'demo'))
  const files = readdirSync(folder).sort()
  expect(files).toEqual(['demo.log', 'demo.log.1'])
  for (const file of files) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(1024 * 1024)
  const long = (await linesOf(box, '--lines', '99999')).filter(({ text }) => text.startsWith('eee'))
  expect(long[0].text).toMatch(/^e{8192} \[cut: 41808 characters more\]$/)
})

it('what cannot be kept is told once, and no call fails for it', async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box, { banner: 3 }) })
  mkdirSync(fileOf(box, 'demo'), { recursive: true })
  const { exit, stdout, stderr } = await mcpstore(box, ['use-tool', 'demo/echo', 'text=hi'])
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'hi\n' })
  expect(stderr).toMatch(
    /^warning: what services say cannot be kept: EISDIR[^\n]*\nhint: {4}Make room there, or keep none of it: MCPSTORE_SERVICE_LOGS=0\.\n$/,
  )
  expect(await mcpstore(box, ['use-tool', 'demo/echo', 'text=hi', '--json'])).toMatchObject({
    exit: 0,
    stderr: '',
  })
})

it('what may not be written is not said to need room', async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box) })
  await mcpstore(box, ['use-tool', 'demo/log', 'data=x'])
  chmodSync(fileOf(box, 'demo'), 0o400)
  const call = ['use-tool', 'demo/log', 'data=y']
  const { exit, stderr } = await mcpstore(box, call, { unprivileged: true })
  expect(exit).toBe(0)
  expect(stderr).toMatch(
    /^warning: what services say cannot be kept: EACCES[^\n]*demo\.log'\nhint: {4}It may not be written by you: see whose it is \(ls -l\), take it back, or keep none/,
  )
})

it('a log that cannot be read hides no other, and is named; alone it is an error', async () => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box), theirs: fixtureServer(box) })
  for (const name of ['theirs', 'demo']) await mcpstore(box, ['use-tool', `${name}/log`, 'data=x'])
  chmodSync(fileOf(box, 'theirs'), 0o000)
  const run = (...words: string[]) => mcpstore(box, ['logs', ...words], { unprivileged: true })
  const { exit, stdout, stderr } = await run()
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringContaining('demo  ') })
  expect(stderr).toMatch(
    /^warning: \S*theirs\.log cannot be read: EACCES[^\n]*\nhint: {4}Make it a file of yours/,
  )
  for (const words of [['theirs'], ['--json']]) {
    expect(await run(...words)).toMatchObject({ exit: 5, stdout: '' })
  }
})

it('it goes with its service, with the dataspace, and is not kept at all where nobody wants it', async () => {
  await using box = new Box()
  const env = { MCPSTORE_SERVICE_LOGS: '0' }
  await addServices(box, { demo: fixtureServer(box), other: fixtureServer(box) })
  await mcpstore(box, ['use-tool', 'demo/log', 'data=x'], { env })
  expect(existsSync(join(box.home, 'logs'))).toBe(false)
  for (const name of ['demo', 'other']) await mcpstore(box, ['use-tool', `${name}/log`, 'data=x'])
  await mcpstore(box, ['remove', 'demo'])
  expect(readdirSync(dirname(fileOf(box, 'demo')))).toEqual(['other.log'])
  await mcpstore(box, ['clear', '--yes'])
  expect(existsSync(dirname(fileOf(box, 'demo')))).toBe(false)
})

it.each([
  [['logs', 'dmeo'], 'unknown_service', 'Did you mean demo?'],
  [['logs', '--lines', 'ten'], 'usage', 'Write --lines 20.'],
  [['logs', '--since', 'ever'], 'usage', 'Write seconds (30), or a number with a unit: 500ms, 45s, 2m.'],
])('%j is a mistake', async (argv, code, hint) => {
  await using box = new Box()
  await addServices(box, { demo: fixtureServer(box) })
  const outcome = await mcpstore(box, [...argv, '--json'])
  expect({ exit: outcome.exit, ...errorOf(outcome) }).toMatchObject({
    exit: 1,
    code,
    hint: expect.stringContaining(hint),
  })
})
