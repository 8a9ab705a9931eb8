import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, expectManners, mcpstore, type Outcome, program } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'

let box: Box

beforeAll(async () => {
  box = new Box()
  await addServices(box, { demo: fixtureServer(box, { contents: {} }) })
  await mcpstore(box, ['list-tools'])
})
afterAll(() => box[Symbol.asyncDispose]())

/** In the body of a loop over lines: what the command did, and which lines it left. */
async function inLoop(argv: readonly string[]): Promise<Outcome & { left: string }> {
  const script = 'printf "one\\ntwo\\n" | { "$@" >out 2>err; echo $? >exit; cat; }'
  const child = box.spawn('sh', ['-c', script, 'sh', process.execPath, program, ...argv])
  const [left] = await Promise.all([text(child.stdout!), once(child, 'close')])
  const [stdout, stderr, exit] = ['out', 'err', 'exit'].map((name) => readFileSync(box.path(name), 'utf8'))
  return { left, exit: Number(exit), stdout: stdout!, stderr: stderr! }
}

const rows: [exit: number, command: string][] = [
  [0, 'add x https://example.com/mcp'],
  [1, 'add'],
  [0, 'list'],
  [0, 'list-tools'],
  [0, 'grep echo'],
  [0, 'use-tool demo/echo text=hi'],
  [1, 'use-tool demo/echo'],
  [2, 'use-tool demo/broken'],
  [0, 'resources'],
  [2, 'read-resource demo demo://nothing'],
  [0, 'prompts'],
  [1, 'get-prompt demo/nothing'],
  [0, 'info demo'],
  [0, 'check demo'],
  [0, 'wait demo'],
  [0, 'restart demo'],
  [0, 'disable demo'],
  [0, 'enable demo'],
  [1, 'disable nobody'],
  [1, 'remove nobody'],
  [0, 'trust demo'],
  [0, 'trust demo --yes'],
  [1, 'login demo'],
  [0, 'logout x'],
  [0, 'diff demo'],
  [0, 'assign demo --agent ann'],
  [0, 'unassign demo --agent ann'],
  [0, 'agents'],
  [0, 'status'],
  [0, 'doctor'],
  [1, 'adopt'],
  [1, 'clear'],
  [1, 'clear --all-dataspaces'],
  [0, 'clear --yes --dataspace scratch'],
  [0, 'export services.json'],
  [0, 'import services.json --dataspace copy'],
  [0, 'logs'],
  [1, 'logs nobody'],
  [0, 'stats'],
  [0, 'nodes'],
  [0, 'dataspaces'],
  [0, 'redis acl'],
  [0, 'completion bash'],
  [0, 'help'],
  [1, 'no-such-command'],
]

it.each(rows)(
  'exit %i: %s --json asks nothing, leaves stdin alone, and prints what is documented',
  async (exit, command) => {
    const argv = [...command.split(' '), '--json']
    const outcome = await inLoop(argv)
    expect({ exit: outcome.exit, left: outcome.left }).toEqual({ exit, left: 'one\ntwo\n' })
    expectManners(box, argv, outcome)
    if (exit === 0) expect([outcome.stdout !== '', outcome.stderr]).toEqual([true, ''])
  },
)

it.each([
  'list',
  'list-tools demo --fresh',
  'resources',
  'check',
  'logs',
  'clear',
  'trust demo',
  'add',
  'nodes',
  'diff demo',
])('%s leaves stdin alone as text, too', async (command) => {
  expect(await inLoop(command.split(' '))).toMatchObject({ left: 'one\ntwo\n' })
})

it('the table has every command that ends', async () => {
  const { stdout } = await mcpstore(box, ['completion', 'bash', '--', ''])
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0]!)
  const tried = new Set(rows.map(([, command]) => command.split(' ')[0]))
  expect(names.filter((name) => !tried.has(name))).toEqual(['watch'])
})
