import { describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.ts'
import type { Foreign } from '../support/mcpstore.ts'
import { argument, commandLinesBelow, literal, never, PlantedScene } from '../support/planted.ts'
import { until } from '../support/processes.ts'
import { startProxiedRedis } from '../support/proxied-redis.ts'
import { hasRedisServer } from '../support/redis-server.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'

/** A command that dies with its environment and its arguments on stderr. */
const tattler = ['sh', '-c', 'env >&2; echo "$@" >&2; exit 3', 'sh']

/** What is planted where, and the addresses of what it is sent to. */
async function servicesOf({
  here,
}: PlantedScene): Promise<{ near: string; services: Record<string, object> }> {
  const env = {
    API_TOKEN: literal.env,
    FROM_HOST: '${HOST_TOKEN}',
    FROM_DEFAULT: `\${UNSET_HERE:-${literal.fallback}}`,
  }
  const headers = { 'X-Api-Key': literal.header, 'X-From-Host': 'Bearer ${HOST_TOKEN}' }
  const address = (url: string): string =>
    url.replace('//', `//user:${literal.userinfo}@`).concat(`?api_key=${literal.query}`)
  const { header, userinfo, query } = literal
  const words = [header, userinfo, query, never.placeholder]
  const body = `you sent ${[...words, btoa(`user:${userinfo}`), encodeURIComponent(header)].join(' ')}`
  const near = await startHttpServer(here)
  const { command, args } = fixtureServer(here)
  const flag = ['--api-key', argument]
  return {
    near,
    services: {
      well: { command, args: [...args, ...flag], env },
      near: { url: address(near), headers },
      tattler: { command: tattler[0], args: [...tattler.slice(1), ...flag], env },
      denying: { url: address(await startHttpServer(here, { status: 401, body })), headers },
      echoing: { url: address(await startHttpServer(here, { status: 500, body })), headers },
      refusing: { url: address(`http://127.0.0.1:${await freePort()}/mcp`), headers },
      raced: { url: 'https://raced.invalid/mcp', description: 'as both know it' },
    },
  }
}

const failing = ['tattler', 'denying', 'echoing', 'refusing']
const looking = [
  ...['list', 'status', 'doctor', 'nodes', 'list-tools', 'check well', 'info well', 'info near'],
  ...failing.map((name) => `info ${name}`),
]
const reaching = [
  'use-tool well/echo text:=5',
  'use-tool near/echo text:=5',
  ...failing.map((name) => `wait ${name} --timeout 2`),
]

/** Each command for people, and for programs with all that can be told. */
async function lookAround(scene: PlantedScene, commands: string[]): Promise<void> {
  const runs = commands.flatMap((command) =>
    [[], ['--json', '--debug']].map((form) => [...command.split(' '), ...form]),
  )
  for (let at = 0; at < runs.length; at += 2)
    await Promise.all(runs.slice(at, at + 2).map((argv) => scene.run(scene.here, argv)))
}

async function plantAll(scene: PlantedScene): Promise<void> {
  const { here, there, proxied } = scene
  const { near, services } = await servicesOf(scene)
  const watching = scene.watch(there)
  await watching.line(/./)
  const [first, far] = [await scene.host(here, 'first host'), await scene.host(there, 'far host')]
  const added = await scene.run(here, ['add', '-', '--debug'], JSON.stringify({ mcpServers: services }))
  expect(added.exit).toBe(0)
  await lookAround(scene, [...reaching, ...looking])

  // The plants are where they belong: with the servers.
  const { content } = await first.do('useTool', 'well/env', {})
  expect(JSON.parse(content[0].text).env).toMatchObject({
    API_TOKEN: literal.env,
    FROM_HOST: never.placeholder,
    FROM_DEFAULT: literal.fallback,
  })
  await first.do('useTool', 'near/echo', { text: 'x' })
  const { log } = (await (await fetch(new URL('/log', near))).json()) as Foreign
  const sent = log.find(({ rpc }: Foreign) => rpc === 'tools/call')
  expect(sent).toMatchObject({
    url: `/mcp?api_key=${literal.query}`,
    headers: {
      'x-api-key': literal.header,
      'x-from-host': `Bearer ${never.placeholder}`,
      authorization: `Basic ${btoa(`user:${literal.userinfo}`)}`,
    },
  })
  const lines = commandLinesBelow(first.child.pid!)
  const ours = [...lines.values()].filter((line) => !line.includes('loud-host'))
  expect(ours.filter((line) => line.includes('mcpstore-guard'))).toHaveLength(1)
  expect(ours.filter((line) => line.includes(argument))).toHaveLength(1)
  for (const planted of [...Object.values(literal), ...Object.values(never)]) {
    for (const line of ours) expect(line).not.toContain(planted)
  }
  for (const name of failing) {
    for (const host of [first, far]) {
      const { error } = await host.ask('useTool', `${name}/x`, {})
      expect(error?.message).toContain(name)
    }
  }

  const update = { well: { ...services['well'], env: { API_TOKEN: literal.updated } } }
  expect(await scene.run(here, ['add', '-', '--debug'], JSON.stringify(update))).toMatchObject({ exit: 0 })
  await first.do('patchService', 'near', { headers: { 'X-Api-Key': literal.patched } })
  await far.do('useTool', 'near/echo', { text: 'x' }).catch(() => {})

  // What two write while neither hears of the other.
  await until('the far host knows it', async () =>
    (await far.do('listServices')).list.some(({ name }: Foreign) => name === 'raced'),
  )
  await proxied.proxy.refuse()
  const raced = (own: string) => ({ url: 'https://raced.invalid/mcp', headers: { 'X-Api-Key': own } })
  const offline = { offline: { command: 'true', env: { API_TOKEN: literal.offline } } }
  expect(await first.do('updateService', 'raced', raced(literal.mine))).toMatchObject({ durable: 'local' })
  expect(await far.do('updateService', 'raced', raced(literal.yours))).toMatchObject({ durable: 'local' })
  await scene.run(here, ['add', '-'], JSON.stringify(offline))
  await lookAround(scene, ['list', 'status', 'doctor', 'info offline'])
  await proxied.proxy.pass()
  await until('one of them tells of the conflict', () =>
    [...scene.printed].some(([by, said]) => by.endsWith('host') && said.includes('conflict {')),
  )
  await until('the loser is kept', async () =>
    Boolean(await proxied.redis.command('EXISTS', 'default:default:conflicts')),
  )
  await until('what was written meanwhile is there', async () => {
    const { stdout } = await scene.run(there, ['info', 'offline', '--json'])
    return stdout !== ''
  })

  const file = here.path('export.json')
  await scene.run(here, ['export', file, '--debug'])
  await scene.run(here, ['import', file, '--dataspace', 'other', '--debug'])
  await scene.run(here, ['list', '--dataspace', 'other', '--debug'])
  await scene.run(here, ['remove', 'tattler', '--debug'])
  await lookAround(scene, ['list', 'info raced', 'doctor'])
  for (const host of [first, far]) await host.do('close')
  await watching.interrupt()
}

describe.skipIf(!hasRedisServer)('what was planted', () => {
  const plant = async (secret?: string): Promise<PlantedScene> => {
    const proxied = await startProxiedRedis({ config: [`requirepass ${never.redis}`] })
    const scene = new PlantedScene(proxied, secret)
    await plantAll(scene)
    return scene
  }

  it('stands with a secret of the dataspace nowhere but in the memory of those who use it', async () => {
    await using scene = await plant(never.dataspace)
    for (const planted of [...Object.values(literal), ...Object.values(never)]) {
      expect(await scene.placesOf(planted), planted).toEqual({ keys: [], files: [], printed: [] })
    }
    await expectStored(scene, [argument])
    expect((await scene.placesOf('${sealed:')).keys).toContain('default:default:services:well:config')
  }, 300_000)

  it('stands without one where configs are stored and in what is exported, and nowhere else', async () => {
    await using scene = await plant()
    for (const planted of Object.values(never)) {
      expect(await scene.placesOf(planted), planted).toEqual({ keys: [], files: [], printed: [] })
    }
    await expectStored(scene, [...Object.values(literal), argument])
  }, 300_000)
})

/** Of what two wrote at once one is lost: the conflicts of the dataspace keep it, and no mirror for long. */
const raced = [literal.mine, literal.yours]

/** Each stands in the dataspace and its mirrors, in the export, and nowhere else. */
async function expectStored(scene: PlantedScene, texts: string[]): Promise<void> {
  const inFiles: string[] = []
  for (const planted of texts) {
    const { keys, files, printed } = await scene.placesOf(planted)
    expect({ planted, printed }).toEqual({ planted, printed: [] })
    expect(keys, planted).not.toEqual([])
    for (const key of keys) expect(key, planted).toMatch(/:(?:config|conflicts)$/)
    if (files.length > 0) inFiles.push(planted)
    for (const file of files)
      expect(file, planted).toMatch(/\/(?:export\.json|redis\/\w+\/default\/\w+\.db)$/)
  }
  for (const planted of texts) if (!raced.includes(planted)) expect(inFiles).toContain(planted)
  if (texts.includes(literal.mine)) expect(inFiles.filter((one) => raced.includes(one))).not.toEqual([])
}
