import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import { documentOf, errorOf, type Foreign, mcpstore, type Outcome } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'
import { recordOf, Stranger } from '../support/stranger.ts'

const SECRET = 'the secret of this team'
const TOKEN = 'planted-token-of-the-reader'
/** Clears a screen, sets its title, colours, turns text around, and hides what stood in the line. */
const ansi = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egnp\u2028\r'
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

/** What nobody may connect who has not approved it, by name. */
function dangerous(url: string, ran: string): Record<string, object> {
  return {
    'placeholder-url': { type: 'http', url: `${url}?q=\${HOST_TOKEN}` },
    'placeholder-path': { type: 'sse', url: url.replace('/mcp', '/${HOST_TOKEN}') },
    'placeholder-header': { type: 'http', url, headers: { Authorization: 'Bearer ${HOST_TOKEN:-x}' } },
    'placeholder-words': { type: 'http', url, description: '${HOST_TOKEN}' },
    program: { type: 'stdio', command: 'touch', args: [ran] },
    'program-of-ansi': {
      type: 'stdio',
      command: ansi,
      args: [ansi, ran],
      cwd: `/${ansi}`,
      env: { [ansi]: ansi },
    },
    'program-of-words': { type: 'stdio', command: 'touch', args: Array(50_000).fill(ran) },
  }
}

/** What is harmless to connect, and has to be harmless to look at. */
function remote(url: string): Record<string, object> {
  const plain = { type: 'http', url }
  return {
    described: { ...plain, description: ansi },
    long: { ...plain, description: 'd'.repeat(1_000_000) },
    __proto: plain,
    ['__proto__']: plain,
    constructor: plain,
    toString: plain,
  }
}

/** What is no config at all. */
function unusable(url: string): Record<string, string> {
  const inside = (more: string) => `{"type":"http","url":${JSON.stringify(url)},${more}}`
  return {
    text: 'no JSON',
    null: 'null',
    number: '5',
    list: '[]',
    types: '{"type":"stdio","command":5,"args":{},"env":[]}',
    proto: inside('"__proto__":{"headers":{"A":"${HOST_TOKEN}"}}'),
    built: inside('"constructor":{"prototype":{"polluted":1}}'),
    file: inside('"envFile":"/etc/passwd"'),
    header: inside(`"headers":{${JSON.stringify(ansi)}:"x"}`),
    split: inside('"headers":{"A":"b\\r\\nEvil: 1"}'),
    deep: '['.repeat(200_000),
    nested: inside(`"description":${'['.repeat(50_000)}${']'.repeat(50_000)}`),
    wide: inside(`"headers":{"A":"${'x'.repeat(2_000_000)}"}`),
    [`name${ansi}`]: inside('"description":"x"'),
    ['n'.repeat(5000)]: inside('"description":"x"'),
  }
}

/** A reader, with a service of his own that works, and a stranger who can write to Redis. */
class Scene implements AsyncDisposable {
  readonly box = new Box()
  readonly elsewhere = new Box()
  readonly redis: RedisServer
  readonly stranger: Stranger
  readonly env: Record<string, string>

  constructor(redis: RedisServer) {
    this.redis = redis
    this.stranger = new Stranger(redis)
    this.env = {
      MCPSTORE_REDIS_URL: redis.url,
      MCPSTORE_SECRET: SECRET,
      // That no address is allowed shall not be what keeps anybody out.
      MCPSTORE_ALLOW_PRIVATE_ADDRESSES: '1',
      HOST_TOKEN: TOKEN,
    }
    this.box.secrets.push(TOKEN, SECRET)
  }

  /** The options of a store of the reader. */
  get store(): object {
    const { url } = this.redis
    return {
      ...{ redis: { url, dataspace: 'default' }, local: undefined, secret: SECRET },
      ...{ allowPrivateAddresses: true, env: { HOST_TOKEN: TOKEN } },
    }
  }

  /** Runs the program as the reader: nothing is printed that a terminal would obey, and nothing fails unforeseen. */
  async run(...argv: string[]): Promise<Outcome> {
    const outcome = await mcpstore(this.box, argv, { env: this.env })
    expect(outcome.stdout + outcome.stderr, argv.join(' ')).not.toMatch(unsafe)
    if (argv.includes('--json') && outcome.stderr !== '') expect(errorOf(outcome).code).not.toBe('internal')
    return outcome
  }

  /** Some at a time; each ends with this exit code. */
  async runAll(exit: number, commands: string[][]): Promise<void> {
    for (let at = 0; at < commands.length; at += 2) {
      const outcomes = await Promise.all(commands.slice(at, at + 2).map((argv) => this.run(...argv)))
      for (const [of, outcome] of outcomes.entries()) {
        expect(outcome.exit, commands[at + of]!.join(' ') + outcome.stderr.slice(0, 500)).toBe(exit)
      }
    }
  }

  async add(name: string, config: object): Promise<void> {
    const stdin = JSON.stringify({ mcpServers: { [name]: config } })
    expect(await mcpstore(this.box, ['add', '-'], { stdin, env: this.env })).toMatchObject({ exit: 0 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const box of [this.box, this.elsewhere]) await box[Symbol.asyncDispose]()
    await this.redis.stop()
  }
}

describe.skipIf(!hasRedisServer)('who writes to Redis past mcpstore', () => {
  it('gets nothing started, sent, expanded or printed raw, and harms no other service', async () => {
    await using scene = new Scene(await startRedis())
    const { box, elsewhere, stranger } = scene
    await scene.add('well', fixtureServer(box))
    const own = recordOf('well')
    const url = await startHttpServer(elsewhere)
    const ran = elsewhere.path('ran')
    const inert = dangerous(url, ran)
    const broken = unusable(url)
    for (const [name, config] of Object.entries({ ...inert, ...remote(url), ...broken })) {
      await stranger.plant(recordOf(name), config, own)
    }

    const looks = ['list', 'list-tools', 'status', 'doctor', 'check'].map((command) => [command])
    const infos = [...Object.keys(inert), 'described', '__proto__'].map((name) => ['info', name])
    const failures = ['text', 'proto', 'header', 'deep', 'wide'].map((name) => ['info', name])
    await scene.runAll(
      0,
      [...looks, ...infos].flatMap((argv) => [argv, [...argv, '--json']]),
    )
    await scene.runAll(
      0,
      [...looks, ['nodes']].map((argv) => [...argv, '--debug']),
    )
    await scene.runAll(
      1,
      failures.map((argv) => [...argv, '--json']),
    )
    const uses = ['program', 'placeholder-header'].map((name) => ['use-tool', `${name}/echo`, 'text=x'])
    await scene.runAll(3, [...uses, ['wait', 'program-of-ansi'], ['restart', 'placeholder-url']])
    const host = await startHost(box, scene.store)
    for (const name of Object.keys(inert)) {
      for (const [method, ...args] of [
        ['useTool', `${name}/echo`, { text: 'x' }],
        ['waitService', name],
        ['restartService', name],
      ] as const)
        expect(await host.ask(method, ...args), name).toMatchObject({ error: { code: 'untrusted' } })
    }
    await host.do('close')

    const status = documentOf(await scene.run('status', '--json'))
    const named = status.quarantined.map(({ key }: Foreign) => key)
    expect(named).toEqual(
      expect.arrayContaining(
        Object.keys(broken)
          .filter((name) => name.length < 20)
          .map((name) => recordOf(name)),
      ),
    )
    expect(named).toHaveLength(Object.keys(broken).length)
    const listed = documentOf(await scene.run('list', '--json')).services.map(({ name }: Foreign) => name)
    expect(listed.sort()).toEqual(['well', ...Object.keys({ ...inert, ...remote(url) })].sort())

    expect(existsSync(ran)).toBe(false)
    const { log } = (await (await fetch(new URL('/log', url))).json()) as Foreign
    expect(log.length).toBeGreaterThan(0)
    expect(JSON.stringify(log)).not.toContain(TOKEN)
    expect(await scene.run('use-tool', 'well/echo', 'text=five')).toMatchObject({ exit: 0, stdout: 'five\n' })
  }, 240_000)

  it('takes the name of another service, and what it was is not run any more, nor what it became', async () => {
    await using scene = new Scene(await startRedis())
    const { box, elsewhere, stranger } = scene
    const own = recordOf('well')
    await scene.add('well', fixtureServer(box))
    await scene.add('other', fixtureServer(box))
    const ran = elsewhere.path('ran')
    await stranger.plant(own, JSON.stringify({ type: 'stdio', command: 'touch', args: [ran] }))
    const refused = await scene.run('use-tool', 'well/echo', 'text=five', '--json')
    expect([refused.exit, errorOf(refused).code]).toEqual([3, 'untrusted'])
    expect(existsSync(ran)).toBe(false)
    expect(box.starts()).toEqual([])
    expect(await scene.run('use-tool', 'other/echo', 'text=five')).toMatchObject({ stdout: 'five\n' })
    await scene.add('well', fixtureServer(box))
    expect(await scene.run('use-tool', 'well/echo', 'text=five')).toMatchObject({ stdout: 'five\n' })
  }, 120_000)

  it('brings an older signed record back: who has seen the newer one refuses it, and so he does a changed byte', async () => {
    await using scene = new Scene(await startRedis())
    const { box, elsewhere, stranger } = scene
    const [own, moved] = [recordOf('well'), recordOf('moved')]
    const described = (description: string) => ({ ...fixtureServer(box), description })
    await scene.add('well', described('old'))
    const old = await stranger.read(own)
    const host = await startHost(elsewhere, scene.store)
    const facts = async (name = 'well') => {
      const { config, facts } = await host.do('serviceInfo', name)
      return { description: config.description, signature: facts.signature, trusted: facts.trusted }
    }
    const sees = (description: string, signature: string, trusted: boolean) =>
      until(
        `it sees ${description}`,
        async () => JSON.stringify(await facts()) === JSON.stringify({ description, signature, trusted }),
      )
    await scene.add('well', described('new'))
    await sees('new', 'valid', true)
    expect((await host.do('useTool', 'well/echo', { text: 'x' })).content).toEqual([
      { type: 'text', text: 'x' },
    ])
    await host.do('disconnectService', 'well')
    const starts = box.starts().length

    await stranger.plant(own, old)
    await sees('old', 'older', false)
    expect(await host.ask('useTool', 'well/echo', { text: 'x' })).toMatchObject({
      error: { code: 'untrusted' },
    })
    await stranger.plant(own, old.replace('"old"', '"odd"'))
    await sees('odd', 'broken', false)
    await stranger.plant(moved, old, own)
    await until('the copy is there', async () => (await facts('moved').catch(() => undefined)) !== undefined)
    expect(await facts('moved')).toEqual({ description: 'old', signature: 'broken', trusted: false })
    for (const name of ['well', 'moved'])
      expect(await host.ask('useTool', `${name}/echo`, { text: 'x' })).toMatchObject({
        error: { code: 'untrusted' },
      })
    expect(box.starts()).toHaveLength(starts)
    await host.do('close')
  }, 120_000)
})
