import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'
import { shellExit } from '../support/processes.ts'

// A copy of the built program far from any node_modules: what runs there needs nothing of the library.
let box: string

beforeAll(async () => {
  box = await mkdtemp(join(tmpdir(), 'mcpstore-usage-'))
  await mkdir(join(box, 'home'))
  await cp(join(workspaceRoot, 'apps/cli/dist'), join(box, 'dist'), { recursive: true })
  await cp(join(workspaceRoot, 'apps/cli/package.json'), join(box, 'package.json'))
})
afterAll(() => rm(box, { recursive: true, force: true }))

function start(argv: readonly string[], node: readonly string[] = []): ChildProcess {
  const env = { PATH: process.env['PATH'], HOME: join(box, 'home') }
  return spawn(process.execPath, [...node, join(box, 'dist/main.js'), ...argv], { cwd: box, env })
}

function mcpstore(...argv: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const child = start(argv)
  child.stdin?.end()
  return ending(child)
}

async function ending(child: ChildProcess): Promise<{ exit: number; stdout: string; stderr: string }> {
  const [stdout, stderr, [exit]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ])
  return { exit, stdout, stderr }
}

describe('without the library', () => {
  it.each([['--help'], ['-h'], ['help', 'add'], ['use-tool', '--help'], ['--version']])(
    'mcpstore %s %s answers',
    async (...argv) => {
      const { exit, stdout, stderr } = await mcpstore(...argv)
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      expect(stdout).not.toBe('')
    },
  )

  it.each([
    [['lsit'], 'Did you mean "list"?'],
    [['list', '--jsno'], 'Did you mean "--json"?'],
    [['info'], 'Usage: mcpstore info SERVICE|TOOL'],
    [['list', '--dataspace', 'auto'], '--dataspace NAME'],
    [['list', '--timeout', 'soon'], '500ms'],
    [['add', 'no-such.json'], 'mcpstore add NAME URL'],
    [['use-tool', 'a/b', 'word'], 'name=text'],
    [['clear'], '--yes'],
  ])('mcpstore %j is a usage error with a hint', async (argv, hint) => {
    const plain = await mcpstore(...argv)
    expect(plain).toMatchObject({ exit: 1, stdout: '' })
    expect(plain.stderr).toMatch(/^error: .*\nhint: /)
    expect(plain.stderr).toContain(hint)
    expect(plain.stderr).not.toContain('    at ')
    const json = await mcpstore('--json', ...argv)
    expect(json).toMatchObject({ exit: 1, stdout: '' })
    expect(json.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(json.stderr).error).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining(hint),
    })
  })

  it('leaves nothing in the home folder', async () => {
    await mcpstore('--help')
    expect(await readdir(join(box, 'home'))).toEqual([])
  })
})

it('a reader that goes away at once is no failure', async () => {
  const child = start(['--help'])
  child.stdout!.destroy()
  const [stderr, [exit, signal]] = await Promise.all([text(child.stderr!), once(child, 'close')])
  expect({ exit, signal, stderr }).toEqual({ exit: 0, signal: null, stderr: '' })
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends a command that waits for stdin by itself: $? is %i', async (signal, code) => {
  const child = start(['add', '-'])
  const ended = once(child, 'close')
  const stderr = text(child.stderr!)
  await untilReading(child)
  child.kill(signal)
  const [exit, died] = await ended
  expect({ died, shell: shellExit(exit, died) }).toEqual({ died: signal, shell: code })
  expect(await stderr).toBe('error: interrupted\n')
})

/** A pipe is read as soon as more is taken from it than it holds by itself. */
async function untilReading(child: ChildProcess): Promise<void> {
  const piece = Buffer.alloc(1024 * 1024, ' ')
  if (!child.stdin!.write(piece)) await once(child.stdin!, 'drain')
}

it('a command that waits for what can never come fails and says so', async () => {
  const silent = '{ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }'
  const preload = `data:text/javascript,Object.defineProperty(process, 'stdin', { value: ${silent} })`
  const { exit, stdout, stderr } = await ending(start(['add', '-'], ['--import', preload]))
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  expect(stderr).toMatch(/^error: the command waited for something that cannot come any more\n/)
})
