import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, errorOf, type Foreign, mcpstore, type Outcome } from '../support/mcpstore.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'
import { recordOf, Stranger } from '../support/stranger.ts'
import { Watching } from '../support/watching.ts'

const TOKEN = 'planted-token-of-the-reader'
const env = { HOST_TOKEN: TOKEN }
const placeholder = '${HOST_TOKEN} ${HOST_TOKEN:-x}'
const ansi = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egnp\u2028\r'
const bad = `${ansi}${placeholder}`
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

/** Tools as nobody in his right mind defines them. */
const tools: Foreign[] = [
  {
    name: `tool${bad}`,
    title: bad,
    description: bad,
    inputSchema: {
      type: 'object',
      properties: { [bad]: { type: 'string', description: bad, default: bad } },
      required: [bad],
    },
    annotations: { title: bad },
  },
  {
    name: '__proto__',
    description: bad,
    inputSchema: JSON.parse('{"type":"object","__proto__":{"polluted":1}}'),
  },
  { name: 'constructor', inputSchema: { type: 'object', properties: { constructor: { type: 'string' } } } },
  { name: 'n'.repeat(20_000), inputSchema: { type: 'object' } },
  { name: 'long', description: 'd'.repeat(1_000_000), inputSchema: { type: 'object' } },
  { name: 'good', inputSchema: { type: 'object' } },
]

/** A fixture server whose settings stand in a file: in its arguments placeholders would be filled in. */
function serverThatSays(box: Box, name: string, settings: object): { command: string; args: string[] } {
  const { command, args } = fixtureServer(box, settings)
  const script = box.write(
    `${name}.mjs`,
    `process.argv[2] = ${JSON.stringify(args[1])}\nawait import(${JSON.stringify(args[0])})\n`,
  )
  return { command, args: [script] }
}

async function run(box: Box, argv: string[], more: Record<string, string> = {}): Promise<Outcome> {
  const outcome = await mcpstore(box, argv, { env: { ...env, ...more } })
  expect(outcome.stdout + outcome.stderr, argv.join(' ')).not.toMatch(unsafe)
  if (argv.includes('--json') && outcome.stderr !== '') expect(errorOf(outcome).code).not.toBe('internal')
  return outcome
}

async function add(
  box: Box,
  mcpServers: Record<string, object>,
  more: Record<string, string> = {},
): Promise<void> {
  const stdin = JSON.stringify({ mcpServers })
  expect(await mcpstore(box, ['add', '-'], { stdin, env: { ...env, ...more } })).toMatchObject({ exit: 0 })
}

/** All that shows tools, of a service with those above. */
async function lookAtTools(box: Box, service: string, more: Record<string, string> = {}): Promise<void> {
  for (const form of [[], ['--json'], ['--debug']]) {
    const looks = [
      ['list-tools', service],
      ['list'],
      ['info', service],
      ['diff', service],
      ['info', `${service}/long`],
      ['info', `${service}/__proto__`],
    ]
    await Promise.all(
      looks.map(async (argv) =>
        expect(await run(box, [...argv, ...form], more), argv.join(' ')).toMatchObject({ exit: 0 }),
      ),
    )
  }
  const listed = documentOf(await run(box, ['list-tools', service, '--json'], more)).tools as Foreign[]
  expect(listed.map(({ tool }) => tool)).toEqual(tools.map(({ name }) => name))
  expect(listed[0].description).toBe(bad)
  expect(listed[0].inputSchema).toEqual(tools[0].inputSchema)
}

describe('a server', () => {
  it('that says what a terminal would obey, and names variables of the reader, gets neither', async () => {
    await using box = new Box()
    box.secrets.push(TOKEN)
    const toolsFile = box.write('tools.json', JSON.stringify(tools))
    const serverInfo = { name: bad, version: bad, title: bad }
    const dieAtStart = { code: 3, stderr: bad }
    await add(box, {
      odd: serverThatSays(box, 'odd', { toolsFile, serverInfo }),
      dying: serverThatSays(box, 'dying', { dieAtStart }),
      refusing: serverThatSays(box, 'refusing', {
        initializeError: { code: -32000, message: bad, data: bad },
      }),
      echoing: fixtureServer(box),
      remote: { url: await startHttpServer(box, { status: 500, body: bad }) },
      elsewhere: {
        url: await startHttpServer(box, { mode: 'sse', endpoint: '/${HOST_TOKEN}' }),
        type: 'sse',
      },
    })
    await lookAtTools(box, 'odd')
    for (const form of [[], ['--json'], ['--debug']]) {
      for (const name of ['dying', 'refusing', 'remote', 'elsewhere']) {
        expect((await run(box, ['wait', name, '--timeout', '2', ...form])).exit, name).not.toBe(0)
        expect((await run(box, ['info', name, ...form])).exit, name).toBe(0)
      }
      expect(await run(box, ['list', ...form])).toMatchObject({ exit: 0 })
      const said = await run(box, ['use-tool', 'echoing/echo', `text=${bad}`, ...form])
      expect(said).toMatchObject({ exit: 0, stdout: expect.stringContaining('${HOST_TOKEN}') })
    }
    const called = await run(box, ['use-tool', 'odd/__proto__'])
    expect(called).toMatchObject({ exit: 0, stdout: '__proto__\n' })
    expect(({} as Foreign).polluted).toBeUndefined()
  }, 300_000)
})

describe.skipIf(!hasRedisServer)('a tool list, a state and a name', () => {
  it('that somebody wrote to Redis is shown as it is, and nothing in it is obeyed', async () => {
    await using redis = await startRedis()
    await using box = new Box()
    await using elsewhere = new Box()
    box.secrets.push(TOKEN)
    const shared = { MCPSTORE_REDIS_URL: redis.url, MCPSTORE_ALLOW_PRIVATE_ADDRESSES: '1' }
    const url = await startHttpServer(elsewhere)
    await add(box, { well: fixtureServer(box), near: { url }, dated: { url } }, shared)
    expect(await run(box, ['list-tools'], shared)).toMatchObject({ exit: 0 })
    expect(await run(box, ['assign', 'well', '--agent', 'a'], shared)).toMatchObject({ exit: 0 })

    const stranger = new Stranger(redis)
    const [cache, state] = [recordOf('near', 'cache'), recordOf('near', 'state')]
    const list = JSON.parse(await stranger.read(cache))
    const server = { ...list.server, name: bad, version: bad, title: bad, instructions: bad }
    await stranger.plant(cache, { ...list, tools, server })
    const error = { code: bad, message: bad, at: new Date().toISOString() }
    await stranger.plant(
      state,
      { ...JSON.parse(await stranger.read(state)), health: 'failing', error },
      state,
    )
    // Date.parse takes what stands in brackets for a comment.
    const moment = 'Nov 26 2026 (\u001b[2J)'
    const dated = [recordOf('dated', 'cache'), recordOf('dated', 'state')] as const
    const told = { health: 'failing', error: { ...error, at: moment }, since: moment }
    await stranger.plant(dated[0], { ...JSON.parse(await stranger.read(dated[0])), fetchedAt: moment })
    await stranger.plant(dated[1], told)
    const assigned = 'agents:a:services:well:assignment'
    const sound = JSON.parse(await stranger.read(assigned))
    await stranger.plant(assigned, { allow: [bad, '*'.repeat(5000), '('.repeat(5000)], deny: [bad] })
    for (const agent of ['%1B%5B2J', '__proto__']) {
      await stranger.plant(assigned.replace(':a:', `:${agent}:`), sound, assigned)
    }
    await stranger.set(
      'nodes',
      bad,
      `${Date.now()} ${JSON.stringify({ host: bad, pid: bad, version: bad, backend: bad })}`,
    )
    await stranger.set('nodes', 'plain', `${Date.now()} ${bad}`)
    await stranger.set('conflicts-of-others', bad, bad)
    await stranger.set('tools:echo:stats', `well:${bad}`, bad)
    await stranger.set('tools:echo:stats', 'well:calls', bad)

    const looks = [
      ...[
        'list-tools',
        'list',
        'info near',
        'info dated',
        'check well',
        'nodes',
        'agents',
        'status',
        'doctor',
      ],
      ...['list --agent a', 'list-tools --agent __proto__'],
    ]
    for (const command of looks) {
      const forms = [[], ['--json'], ['--debug']].map((form) => [...command.split(' '), ...form])
      for (const { exit } of await Promise.all(forms.map((argv) => run(box, argv, shared))))
        expect(exit, command).toBe(0)
    }
    expect((await run(box, ['info', 'dated'], shared)).stdout).not.toContain('Nov 26')
    // All of it was met.
    const document = async (...argv: string[]) => documentOf(await run(box, [...argv, '--json'], shared))
    const met = (await document('list-tools', 'near')).tools as Foreign[]
    expect(met.map(({ tool }) => tool)).toEqual(tools.map(({ name }) => name))
    expect(met[0].description).toBe(bad)
    expect((await document('info', 'near')).facts.lastError.message).toBe(bad)
    expect((await document('nodes')).nodes.map(({ id }: Foreign) => id)).toEqual(
      expect.arrayContaining(['plain']),
    )
    expect((await document('agents')).agents.map(({ id }: Foreign) => id)).toContain('__proto__')
    const called = await run(box, ['use-tool', 'well/echo', 'text=five'], shared)
    expect(called).toMatchObject({ exit: 0, stdout: 'five\n' })
    expect(await run(box, ['status', '--json'], shared)).toMatchObject({ exit: 0 })
    const { log } = (await (await fetch(new URL('/log', url))).json()) as Foreign
    expect(JSON.stringify(log)).not.toContain(TOKEN)
  }, 300_000)

  it('is told by watch as it is, and nothing in it is obeyed', async () => {
    await using redis = await startRedis()
    await using box = new Box()
    const shared = { MCPSTORE_REDIS_URL: redis.url }
    await add(box, { well: fixtureServer(box) }, shared)
    expect(await run(box, ['check', 'well'], shared)).toMatchObject({ exit: 0 })
    const watching = [[], ['--json']].map((form) => new Watching(box, form, shared))
    for (const one of watching) await one.line(/listening/)
    const stranger = new Stranger(redis)
    const [config, state] = [recordOf('well'), recordOf('well', 'state')]
    const error = { code: bad, message: bad, at: new Date().toISOString() }
    await stranger.plant(state, { ...JSON.parse(await stranger.read(state)), health: 'failing', error })
    for (const one of watching) await one.line(/statusChanged.*HOST_TOKEN/)
    await stranger.plant(recordOf(`n${ansi}`), { type: 'http', url: 'https://a.invalid' }, config)
    await stranger.plant(recordOf('text'), bad, config)
    await redis.command('PUBLISH', `${stranger.prefix}changes`, bad)
    for (const key of ['services:text:config', ':changes']) {
      for (const one of watching) await one.line(new RegExp(`malformed.*${key}`))
    }
    for (const one of watching) {
      expect(one.lines.join('\n')).not.toMatch(unsafe)
      expect(await one.interrupt()).toEqual({ exit: 130, stderr: '' })
    }
  }, 60_000)
})
