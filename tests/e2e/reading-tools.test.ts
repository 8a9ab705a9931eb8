import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, errorOf, type Foreign, mcpstore, program } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer, publishedServer } from '../support/servers.ts'
import { shownOnTerminal } from '../support/terminal.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const driving = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
const sgr = /\u001b\[\d+m/g
const evil = '\u001b]0;owned\u0007\u009b2J\u202e\r'

/** Tools that a line for a shell, or a terminal, may stumble over. */
const oddTools = [
  { name: "it's $(touch owned) `x`", inputSchema: schemaOf({ "a'b": { const: '$HOME "q" \\ !!' } }) },
  {
    name: `e${evil}`,
    description: `d${evil}\n`,
    inputSchema: schemaOf({ [`k${evil}`]: { const: `v${evil}` } }),
  },
  { name: 'at', inputSchema: schemaOf({ file: { const: '@/etc/passwd' }, '-x': { type: 'boolean' } }) },
  { name: 'lines', inputSchema: schemaOf({ text: { const: "two\nlines\twith 'quotes'" } }) },
  {
    name: 'texts',
    inputSchema: schemaOf({ five: { const: '5' }, none: { type: ['string', 'null'], default: null } }),
  },
  {
    name: '天气 (now)',
    annotations: { destructiveHint: true },
    inputSchema: schemaOf({ 城市: { enum: ['北京'] } }),
  },
]

function schemaOf(properties: object): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

let box: Box

beforeAll(async () => {
  box = new Box()
  box.write('files/note.txt', 'x')
  const toolsFile = box.write('tools.json', oddTools)
  await addServices(box, {
    everything: publishedServer(box, 'everything'),
    filesystem: publishedServer(box, 'filesystem', { args: [box.path('files')] }),
    memory: publishedServer(box, 'memory', { env: { MEMORY_FILE_PATH: box.path('memory.jsonl') } }),
    odd: fixtureServer(box, { toolsFile }),
  })
  expect(await mcpstore(box, ['list-tools', '--json'])).toMatchObject({ exit: 0, stderr: '' })
  await addServices(box, { later: fixtureServer(box) })
})
afterAll(() => box[Symbol.asyncDispose]())

it('the line that info shows for a tool can be pasted into bash, for every tool there is', async () => {
  const { tools } = documentOf(await mcpstore(box, ['list-tools', '--offline', '--json']))
  expect(tools.length).toBeGreaterThan(35)
  const lines = await Promise.all(
    tools.map(async ({ name }: Foreign) => {
      const { stdout } = await mcpstore(box, ['info', name, '--offline'])
      return stdout.trimEnd().split('\n').at(-1)
    }),
  )
  const calls = lines.map((line) => `${line} --dry-run --json || echo failed`)
  const script = `mcpstore() { "$NODE" "$PROGRAM" "$@"; }\n${calls.join('\n')}`
  const env = box.environment({ NODE: process.execPath, PROGRAM: program, LC_ALL: 'C.UTF-8' })
  const bash = box.spawn('bash', ['-c', script], { env })
  const [stdout, stderr] = await Promise.all([text(bash.stdout!), text(bash.stderr!), once(bash, 'close')])
  expect(stderr).toBe('')
  const requests = JSON.parse(`[${stdout.replaceAll(/^\}\n\{$/gm, '},{')}]`)
  expect(requests.map(({ tool }: Foreign) => tool)).toEqual(tools.map(({ name }: Foreign) => name))
  const odd = requests.filter(({ tool }: Foreign) => tool.startsWith('odd/'))
  expect(odd.map(({ request }: Foreign) => request.params)).toEqual([
    { name: oddTools[0]!.name, arguments: { "a'b": '$HOME "q" \\ !!' } },
    { name: oddTools[1]!.name, arguments: { [`k${evil}`]: `v${evil}` } },
    { name: 'at', arguments: { file: '@/etc/passwd', '-x': true } },
    { name: 'lines', arguments: { text: "two\nlines\twith 'quotes'" } },
    { name: 'texts', arguments: { five: '5', none: null } },
    { name: '天气 (now)', arguments: { 城市: '北京' } },
  ])
}, 120_000)

describe('grep', () => {
  it('searches all that is known, starts nothing, and says what is not known', async () => {
    const started = box.starts().length
    const { exit, stdout, stderr } = await mcpstore(box, ['grep', 'read', 'file'])
    expect(exit).toBe(0)
    const [first] = stdout.split('\n')
    expect(first).toMatch(
      /^filesystem\/read_file\(path: string, .*\) {2}\[read-only\] {2}cached \d+[sm] ago$/,
    )
    expect(stderr).toContain('the tools of later are not known here')
    expect(await mcpstore(box, ['grep', 'no-such-word-xyzzy'])).toMatchObject({ exit: 4, stdout: '' })
    expect(box.starts()).toHaveLength(started)
  })

  it('gives the same each time, as JSON too', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => mcpstore(box, ['search', 'entities', '--json'])))
    const names = (outcome: Foreign) => documentOf(outcome).tools.map(({ name }: Foreign) => name)
    expect(names(one)).toEqual(names(two))
    expect(names(one)[0]).toBe('memory/create_entities')
    expect(documentOf(one!)).toMatchObject({ total: names(one).length, near: [] })
  })

  it('is list-tools --search, of one service', async () => {
    const { stdout } = await mcpstore(box, ['list-tools', 'memory', '--search', 'nodse', '--json'])
    const { tools, near } = JSON.parse(stdout)
    expect(new Set(tools.map(({ service }: Foreign) => service))).toEqual(new Set(['memory']))
    expect(near).toEqual([{ word: 'nodse', instead: ['nodes'] }])
  })
})

it.runIf(hasRedisServer)(
  'what another process fetched into Redis is searched there, and nothing is started',
  async () => {
    await using other = new Box()
    await using server = await startRedis()
    const env = { MCPSTORE_REDIS_URL: server.url }
    const mcpServers = { fixture: fixtureServer(other) }
    const added = await mcpstore(other, ['add', '-'], { env, stdin: JSON.stringify({ mcpServers }) })
    expect(added.exit).toBe(0)
    expect(await mcpstore(other, ['list-tools'], { env })).toMatchObject({ exit: 0 })
    await using elsewhere = new Box()
    const found = documentOf(await mcpstore(elsewhere, ['grep', 'echo', '--json'], { env }))
    expect(found).toMatchObject({
      total: 1,
      tools: [{ name: 'fixture/echo' }],
      services: [{ source: 'cache' }],
    })
    expect([other.starts().length, elsewhere.starts().length]).toEqual([1, 0])
  },
)

it('--offline asks nobody, and ends with 4 where the truth is not known', async () => {
  const started = box.starts().length
  const all = await mcpstore(box, ['list-tools', '--offline'])
  expect(all.exit).toBe(0)
  expect(all.stdout).toContain('later  no tool list yet\n')
  expect(all.stderr).toContain('the tools of service "later" are not known here, and it was not asked')
  const one = await mcpstore(box, ['list-tools', 'later', '--offline', '--json'])
  expect([one.exit, one.stdout, errorOf(one).code]).toEqual([4, '', 'not_listed'])
  const tool = await mcpstore(box, ['info', 'later/echo', '--offline', '--json'])
  expect([tool.exit, errorOf(tool).code]).toEqual([4, 'not_listed'])
  const unknown = await mcpstore(box, ['info', 'memory/nothing', '--offline', '--json'])
  expect([unknown.exit, errorOf(unknown).code]).toEqual([1, 'unknown_tool'])
  expect(box.starts()).toHaveLength(started)
})

it('--max-age asks only for what is older', async () => {
  const started = box.starts().length
  const young = documentOf(await mcpstore(box, ['list-tools', 'odd', '--max-age', '1h', '--json']))
  expect(young.services).toMatchObject([{ source: 'cache' }])
  expect(box.starts()).toHaveLength(started)
  const old = documentOf(await mcpstore(box, ['list-tools', 'odd', '--max-age', '1ms', '--json']))
  expect(old.services).toMatchObject([{ source: 'live' }])
  expect(box.starts()).toHaveLength(started + 1)
})

const commands = [
  ['list-tools', 'odd'],
  ['list-tools', 'odd', '--schema'],
  ['grep', 'odd', '--schema'],
  ['info', `odd/e${evil}`],
]

it.each(commands)('%s %j: nothing that a server wrote drives the terminal', async (...argv) => {
  const { exit, stdout, stderr } = await mcpstore(box, argv)
  expect(exit).toBe(0)
  expect(stdout).toContain('\\x1b]0;owned\\x07')
  expect(stdout + stderr).not.toMatch(driving)
})

// util-linux has the options of `script` that are used here.
describe.runIf(process.platform === 'linux')('on a terminal', () => {
  it('what is listed fits the width, and says how much it leaves out', async () => {
    const shown = await shownOnTerminal(box, ['list-tools', 'filesystem', '--offline'], { columns: 64 })
    const lines = shown.split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(64)
    expect(shown).toMatch(/^ {2}filesystem\/read_text_file\(path: string, …2 more\) {2}\[read-only\]$/m)
  })

  it.each(commands)('%s %j: only colours are sent, and these by mcpstore', async (...argv) => {
    const shown = await shownOnTerminal(box, argv, { columns: 200, color: true })
    expect(shown).toContain('\u001b[')
    expect(shown.replaceAll(sgr, '')).not.toMatch(driving)
  })
})
