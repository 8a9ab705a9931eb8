import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { addServices, mcpstore } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'
import { onTerminal } from '../support/terminal.ts'
import { Watching } from '../support/watching.ts'

let box: Box

beforeAll(async () => {
  box = new Box()
  const contents = { resources: [{ uri: 'demo://one', name: 'one', text: 'one' }] }
  const gone = { url: `http://127.0.0.1:${await freePort()}/mcp` }
  await addServices(box, { demo: fixtureServer(box, { contents }), off: { ...gone, disabled: true } })
  await mcpstore(box, ['use-tool', 'demo/log', 'data=heard'])
  await addServices(box, { ...{ alone: gone } })
  for (const dataspace of ['other', 'more'])
    await mcpstore(box, ['add', '{"x":{"url":"https://example.com"}}', '--dataspace', dataspace])
  await mcpstore(box, ['assign', 'demo', '--agent', 'bob'])
})
afterAll(() => box[Symbol.asyncDispose]())

/** What is left with `--quiet`: the result on stdout, the error on stderr, or nothing. */
type Left = 'result' | 'error' | 'both' | 'nothing'

const rows: [exit: number, left: Left, command: string][] = [
  [0, 'nothing', 'add new https://example.com/mcp'],
  [0, 'nothing', 'add {"unset":{"url":"https://example.com/${NOT_SET_HERE}"}}'],
  [1, 'error', 'add {"bad":{"comand":"x"}}'],
  [4, 'error', 'add dead http://127.0.0.1:1/mcp --check --timeout 2'],
  [0, 'result', 'list'],
  [0, 'nothing', 'list --dataspace empty'],
  [0, 'result', 'list-tools'],
  [4, 'both', 'list-tools --dataspace other --timeout 1 --offline'],
  [0, 'result', 'grep echo'],
  [1, 'error', 'grep nosuchwordanywhere demo --dataspace empty'],
  [0, 'result', 'use-tool demo/echo text=hi other=1'],
  [0, 'result', 'use-tool demo/echo text=hi --dry-run'],
  [2, 'error', 'use-tool demo/trouble'],
  [0, 'result', 'resources demo'],
  [0, 'nothing', 'prompts --dataspace empty'],
  [2, 'error', 'read-resource demo demo://nothing'],
  [1, 'error', 'get-prompt demo/nothing'],
  [0, 'result', 'info demo'],
  [0, 'result', 'check'],
  [4, 'both', 'check alone --timeout 2'],
  [0, 'nothing', 'wait demo'],
  [0, 'nothing', 'restart demo'],
  [0, 'nothing', 'disable new'],
  [0, 'nothing', 'enable new'],
  [0, 'nothing', 'remove new'],
  [1, 'error', 'remove nobody'],
  [0, 'nothing', 'trust demo --yes'],
  [1, 'error', 'login demo'],
  [0, 'nothing', 'logout alone'],
  [0, 'result', 'diff demo'],
  [0, 'nothing', 'assign demo --agent ann'],
  [0, 'nothing', 'unassign demo --agent ann'],
  [0, 'result', 'agents'],
  [0, 'result', 'status'],
  [0, 'result', 'doctor'],
  [1, 'error', 'adopt'],
  [0, 'nothing', 'clear --yes --dataspace more'],
  [0, 'nothing', 'export out.json'],
  [0, 'result', 'export'],
  [0, 'nothing', 'import out.json --dataspace copy'],
  [0, 'result', 'logs demo'],
  [0, 'nothing', 'logs off'],
  [0, 'result', 'stats'],
  [0, 'nothing', 'stats --dataspace empty'],
  [0, 'result', 'nodes'],
  [0, 'result', 'dataspaces'],
  [0, 'result', 'redis acl'],
  [0, 'result', 'completion bash'],
  [0, 'result', 'help'],
  [1, 'error', 'no-such-command'],
]

it.each(rows)('exit %i, %s: mcpstore %s --quiet', async (exit, left, command) => {
  const outcome = await mcpstore(box, [...command.split(' '), '--quiet'])
  const kinds = { result: [true, false], error: [false, true], both: [true, true], nothing: [false, false] }[
    left
  ]
  expect({ ...outcome, kinds: [outcome.stdout !== '', outcome.stderr !== ''] }).toMatchObject({ exit, kinds })
  // A message, and neither a hint nor a warning.
  if (kinds[1]) expect(outcome.stderr).toMatch(/^(error|failed): [^\n]+\n$/)
})

it('of what other clients have, add listed all files and services', async () => {
  const cwd = box.path('project')
  const write = (mcpServers: object) => box.write('project/.mcp.json', { mcpServers })
  write({ found: { url: 'https://example.com/found' } })
  const only = await mcpstore(box, ['add', '-q'], { cwd })
  expect(only).toMatchObject({ exit: 0, stdout: expect.stringContaining('found'), stderr: '' })
  for (const choice of [['--all'], ['--from', 'claude-code']]) {
    expect(await mcpstore(box, ['add', ...choice, '-q'], { cwd })).toEqual({
      exit: 0,
      stdout: '',
      stderr: '',
    })
  }
  write({ found: { url: 'https://example.com/found' }, bad: { comand: 'x' } })
  const some = await mcpstore(box, ['add', '--all', '-q'], { cwd })
  expect(some).toEqual({ exit: 1, stdout: '', stderr: expect.stringMatching(/^failed: .*"bad"[^\n]*\n$/) })
})

it('the table has every command', async () => {
  const tried = new Set(rows.map(([, , command]) => command.split(' ')[0]))
  const { stdout } = await mcpstore(box, ['completion', 'bash', '--', ''])
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0]!)
  expect(names).toContain('watch')
  expect(names.filter((name) => name !== 'watch' && !tried.has(name))).toEqual([])
})

it('watch --quiet says nothing before something happens', async () => {
  const watching = new Watching(box, ['-q'])
  for (let at = 0; watching.lines.length === 0; at++) {
    await mcpstore(box, ['add', `watched${at % 2}`, `https://example.com/${at}`, '-q'])
  }
  expect(watching.lines[0]).toMatch(/Z {2}service(Added|Updated)/)
  expect(await watching.interrupt()).toEqual({ exit: 130, stderr: '' })
})

it('with --json the document and the line of an error stay as they are', async () => {
  const argv = ['use-tool', 'demo/nothing', '--json']
  expect(await mcpstore(box, [...argv, '-q'])).toEqual(await mcpstore(box, argv))
  const removed = await mcpstore(box, ['remove', 'off', '--json', '-q'])
  expect(JSON.parse(removed.stdout)).toMatchObject({ removed: ['off'] })
})

it.runIf(process.platform === 'linux')(
  'on a terminal nothing of a wait is shown, and a question is',
  async () => {
    const late = await onTerminal(box, ['use-tool', 'demo/late', 'ms:=1000', '-q'], [])
    expect(late).toEqual({ exit: 0, shown: 'after 1000 ms\n' })
    const asked = await onTerminal(box, ['clear', '-q', '--dataspace', 'copy'], [['[y/N]', 'n\n']])
    expect(asked).toEqual({ exit: 1, shown: expect.stringMatching(/^Remove .*\[y\/N\] n\n$/) })
  },
)
