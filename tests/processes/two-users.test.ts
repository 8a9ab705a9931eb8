import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { type LibraryHost, startHost } from '../support/host.ts'
import { documentOf, errorOf, type Foreign, mcpstore, type Outcome, program } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'

const asUser = (id: number) => [
  'setpriv',
  `--reuid=${id}`,
  `--regid=${id}`,
  '--clear-groups',
  '--inh-caps=-all',
]
const [ALICE, BOB] = [31_001, 31_002]
/** Root may become anybody, who must be able to read this program. */
const isRoot =
  process.getuid?.() === 0 &&
  spawnSync(asUser(ALICE)[0]!, [...asUser(ALICE).slice(1), process.execPath, program, '--version']).status ===
    0

/** A user of this machine: a folder and a home of their own, and what they run. */
class User extends Box {
  readonly id: number
  readonly #env: Record<string, string>

  constructor(id: number, env: Record<string, string> = {}) {
    super()
    this.id = id
    this.#env = env
    chownSync(this.folder, id, id)
  }

  run(...argv: string[]): Promise<Outcome> {
    return mcpstore(this, argv, { env: this.#env, prefix: asUser(this.id) })
  }

  host(options: object): Promise<LibraryHost> {
    return startHost(this, options, [], asUser(this.id))
  }

  /** Every file below the home with its owner, mode and content. */
  files(): [path: string, uid: number, mode: string, content: string][] {
    const names = (readdirSync(this.home, { recursive: true }) as string[]).sort()
    return ['', ...names].map((name) => {
      const path = join(this.home, name)
      const stat = statSync(path)
      return [name, stat.uid, (stat.mode & 0o777).toString(8), stat.isFile() ? readFileSync(path, 'hex') : '']
    })
  }
}

/** A folder that everybody may use, with a server in it that notes who starts it. */
function commonPlace() {
  const box = new Box()
  chmodSync(box.folder, 0o777)
  box.write('starts', '', 0o666)
  chmodSync(box.startFile, 0o666)
  const starts = () => readFileSync(box.startFile, 'utf8').split('\n').filter(Boolean).length
  const config = (settings: object = {}) => ({ ...fixtureServer(box, settings), cwd: box.folder })
  return { starts, config, [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() }
}

const services = async (user: User) => documentOf(await user.run('list', '--json')).services

it('what is kept is for its owner alone', async () => {
  await using box = new Box()
  expect(await mcpstore(box, ['add', 'mine', 'https://mine.example.com'])).toMatchObject({ exit: 0 })
  const names = readdirSync(box.home, { recursive: true }) as string[]
  const modes = names
    .map((name) => statSync(join(box.home, name)))
    .map((stat) => [stat.isFile(), stat.mode & 0o777])
  expect(modes.length).toBeGreaterThan(2)
  for (const [isFile, mode] of modes) expect(mode).toBe(isFile ? 0o600 : 0o700)
})

// A clone that only its owner may enter has no room for others; that is no test that was left out.
const twoUsers = isRoot ? describe : () => {}

twoUsers('two users of one machine', () => {
  it('have services of their own in their files, and neither reads nor changes those of the other', async () => {
    await using alice = new User(ALICE)
    await using bob = new User(BOB)
    expect(await alice.run('add', 'hers', 'https://hers.example.com')).toMatchObject({ exit: 0 })
    expect(await bob.run('add', 'his', 'https://his.example.com')).toMatchObject({ exit: 0 })
    expect((await services(alice)).map(({ name }: Foreign) => name)).toEqual(['hers'])
    expect((await services(bob)).map(({ name }: Foreign) => name)).toEqual(['his'])
    for (const user of [alice, bob]) {
      for (const [path, uid, mode, content] of user.files())
        expect([path, uid, mode]).toEqual([
          path,
          user.id,
          content === '' && !path.includes('.') ? '700' : '600',
        ])
    }
    const before = alice.files()
    const there = ['--home', alice.home, '--json']
    for (const argv of [
      ['list'],
      ['add', 'x', 'https://x.example.com'],
      ['clear', '--yes'],
      ['dataspaces'],
    ]) {
      const outcome = await bob.run(...argv, ...there)
      expect(outcome, argv.join(' ')).toMatchObject({ exit: 5, stdout: '' })
      expect(errorOf(outcome).message).toContain(alice.home)
    }
    expect(alice.files()).toEqual(before)
  })

  it.skipIf(!hasRedisServer)(
    'share a dataspace in Redis, and no approval: what one added the other starts only after saying so',
    async () => {
      await using redis = await startRedis()
      await using place = commonPlace()
      const env = { MCPSTORE_REDIS_URL: redis.url }
      await using alice = new User(ALICE, env)
      await using bob = new User(BOB, env)
      expect(await alice.run('add', JSON.stringify({ demo: place.config() }))).toMatchObject({ exit: 0 })
      const call = ['use-tool', 'demo/echo', 'text=hello']
      expect(await alice.run(...call)).toMatchObject({ exit: 0, stdout: 'hello\n' })
      expect(place.starts()).toBe(1)

      expect((await services(bob)).map(({ name, status }: Foreign) => [name, status])).toEqual([
        ['demo', 'untrusted'],
      ])
      const tools = documentOf(await bob.run('list-tools', '--json'))
      expect(tools.services).toMatchObject([{ name: 'demo', source: 'cache' }])
      const refused = await bob.run(...call, '--json')
      expect([refused.exit, errorOf(refused).code]).toEqual([3, 'untrusted'])
      expect(place.starts()).toBe(1)

      const hers = alice.files()
      expect(await bob.run('trust', 'demo', '--yes')).toMatchObject({ exit: 0 })
      expect(await bob.run(...call)).toMatchObject({ exit: 0, stdout: 'hello\n' })
      expect(place.starts()).toBe(2)
      expect(alice.files()).toEqual(hers)

      // Changed by one, it is inert for the other again, and goes on for whoever changed it.
      const changed = JSON.stringify({ demo: place.config({ pageSize: 3 }) })
      expect(await alice.run('add', changed)).toMatchObject({ exit: 0 })
      expect(await alice.run(...call)).toMatchObject({ exit: 0 })
      expect(place.starts()).toBe(3)
      expect((await bob.run(...call)).exit).toBe(3)
      expect(place.starts()).toBe(3)
      for (const user of [alice, bob]) {
        expect(existsSync(join(user.home, 'trust.json'))).toBe(true)
        for (const [path, uid] of user.files()) expect([path, uid]).toEqual([path, user.id])
      }
    },
    60_000,
  )

  it.skipIf(!hasRedisServer)(
    'see that the processes of the other are here, and when they are gone',
    async () => {
      await using redis = await startRedis()
      await using alice = new User(ALICE)
      await using bob = new User(BOB)
      const place = { local: false, redis: { url: redis.url, healthcheckIntervalMs: 1500 }, dataspace: 'd' }
      const [hers, his] = [await alice.host(place), await bob.host(place)]
      const row = async () => {
        const { list } = await his.do('nodes')
        return list.find(({ pid }: Foreign) => pid === hers.child.pid)
      }
      await until('he knows of hers', async () => (await row()) !== undefined)
      expect(await row()).toMatchObject({ self: false, alive: true })
      hers.child.kill('SIGKILL')
      await until('it is gone', async () => (await row()).alive === false)
    },
    60_000,
  )
})
