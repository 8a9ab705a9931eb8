import { lstatSync } from 'node:fs'
import type { ToolList } from '@mcpstore/core'
import { expect, test, vi } from 'vitest'
import { ListServer } from '../../../tests/support/list-server.ts'
import { scratch } from './stores.ts'
import { sharedPlace } from './strangers.ts'

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  return { ...fs, lstatSync: vi.fn(fs.lstatSync) }
})

const names = Array.from({ length: 12 }, (_, at) => `s${at}`)

/** Some services whose lists are known to all processes of one user, and two of these processes. */
async function scene(options: { home?: boolean } = {}) {
  const server = await new ListServer().start()
  const place = sharedPlace()
  const home = options.home === false ? {} : { home: scratch() }
  const reader = () => place.reader({ ...home, allowPrivateAddresses: true })
  const [ours, theirs] = [await reader(), await reader()]
  const entries = names.map((name) => [name, { url: server.service(name).url }] as const)
  await theirs.forStore().addService({ mcpServers: Object.fromEntries(entries) })
  await theirs.forStore().listTools()
  await expect.poll(async () => (await ours.forStore().listServices()).length).toBe(names.length)
  await ours.forStore().listTools()
  const dispose = () => server[Symbol.asyncDispose]()
  return { server, place, ours, theirs, [Symbol.asyncDispose]: dispose }
}

const namesOf = (tools: ToolList) => tools.map(({ name }) => name)
const all = names.map((name) => `${name}/tool-of-${name}`).sort()

test('however many lists are known and good, each file of the user is looked at as often as for one', async () => {
  await using place = await scene()
  const context = place.ours.forStore()
  const looks = async (list: () => Promise<unknown>) => {
    vi.mocked(lstatSync).mockClear()
    await list()
    return vi.mocked(lstatSync).mock.calls.length
  }
  await context.listTools()
  const one = await looks(() => context.listTools('s1'))
  expect(one).toBeGreaterThan(0)
  expect(await looks(() => context.listTools())).toBe(one)
})

test('a listing that nothing has changed is made of the same tools, and is its caller’s own', async () => {
  await using place = await scene()
  const context = place.ours.forStore()
  const first = await context.listTools()
  const before = [...first]
  const tools = first as unknown as { length: number; services: unknown[] }
  expect(() => Object.assign(first[0]!, { description: 'mine' })).toThrow(TypeError)
  tools.length = 1
  tools.services.length = 0
  const second = await context.listTools()
  expect(namesOf(second).sort()).toEqual(all)
  expect(second.every((tool, at) => tool === before[at])).toBe(true)
  expect(second.services).toHaveLength(names.length)
})

test('what is told of changed tools is its caller’s own, too', async () => {
  await using place = await scene()
  const context = place.ours.forStore()
  place.server.service('s3', { answer: () => ['another'] })
  await context.listTools('s3', { fresh: true })
  const changes = { added: ['another'], removed: ['tool-of-s3'], changed: [] }
  const told = async () => (await context.listTools('s3')).services[0]!.changes
  const first = await told()
  expect(first).toEqual(changes)
  first!.added.push('mine')
  expect(await told()).toEqual(changes)
})

type Scene = Awaited<ReturnType<typeof scene>>

const without = (name: string) => all.filter((one) => !one.startsWith(`${name}/`))

/** What another process of the same user does, and how the next listing here reads by then. */
const elsewhere: [string, (place: Scene) => Promise<unknown>, (tools: ToolList) => void][] = [
  [
    'fetches another list',
    async ({ server, theirs }) => {
      server.service('s7', { answer: () => ['another'] })
      await theirs.forStore().listTools('s7', { fresh: true })
    },
    (tools) => {
      expect(namesOf(tools).sort()).toEqual([...without('s7'), 's7/another'].sort())
      const changes = { added: ['another'], removed: ['tool-of-s7'], changed: [] }
      expect(tools.services.filter((part) => part.changes)).toMatchObject([{ name: 's7', changes }])
    },
  ],
  [
    'gives a service another config',
    ({ server, theirs }) => theirs.forStore().updateService('s7', { url: server.service('elsewhere').url }),
    (tools) => expect(namesOf(tools).sort()).toEqual([...without('s7'), 's7/tool-of-elsewhere'].sort()),
  ],
  [
    'disables a service',
    ({ theirs }) => theirs.forStore().patchService('s7', { disabled: true }),
    (tools) => expect(namesOf(tools).sort()).toEqual(without('s7')),
  ],
  [
    'removes a service',
    ({ theirs }) => theirs.forStore().deleteService('s7'),
    (tools) => expect(namesOf(tools).sort()).toEqual(without('s7')),
  ],
  ['removes all', ({ theirs }) => theirs.clear(), (tools) => expect(namesOf(tools)).toEqual([])],
]

test.each(elsewhere)('another process %s', async (_, change, reads) => {
  await using place = await scene()
  const context = place.ours.forStore()
  await change(place)
  await vi.waitFor(async () => reads(await context.listTools()))
})

test('another process takes back its trust', async () => {
  await using place = await scene()
  const { ours, theirs, server } = place
  const context = ours.forStore()
  const { url } = server.service('s7')
  const isListed = async () => (await context.listTools()).services.find(({ name }) => name === 'gated')
  await theirs.forStore().addService({ name: 'gated', url, headers: { 'X-Who': '${HOME}' } })
  await theirs.forStore().listTools('gated')
  await expect.poll(isListed).toMatchObject({ source: 'cache' })
  expect(await isListed()).not.toHaveProperty('error')
  await theirs.forStore().revokeTrust('gated')
  expect(await isListed()).toMatchObject({ source: 'cache', error: { code: 'untrusted' } })
  await theirs.forStore().trustService('gated')
  expect(await isListed()).not.toHaveProperty('error')
})

test.each([true, false])(
  'a listing waits for a host that has not decided yet, and asks it once (%s)',
  async (answer) => {
    const place = sharedPlace()
    const stranger = await place.stranger()
    const asked: string[] = []
    let decide = (_: boolean) => {}
    const decided = new Promise<boolean>((resolve) => {
      decide = resolve
    })
    const trust = ({ name }: { name: string }) => {
      asked.push(name)
      return decided
    }
    const reader = await place.reader({ trust, refreshBehind: false })
    await stranger.plant('gated', { type: 'http', url: 'https://example.com/${WHO}' })
    await stranger.plantList('gated', ['read'])
    const listed = reader.forStore().listTools()
    await expect.poll(() => asked).toEqual(['gated'])
    decide(answer)
    const first = await listed
    const second = await reader.forStore().listTools()
    for (const { services } of [first, second]) {
      expect(services).toMatchObject([{ name: 'gated', source: 'cache' }])
      expect(services[0]!.error?.code).toBe(answer ? undefined : 'untrusted')
    }
    expect(asked).toEqual(['gated'])
  },
)

test.each([true, false])('changed tools are accepted, with a home (%s)', async (home) => {
  await using place = await scene({ home })
  const { ours, theirs, server } = place
  const changes = async () => (await ours.forStore().listTools()).services.filter((part) => part.changes)
  server.service('s7', { answer: () => ['another'] })
  await ours.forStore().listTools('s7', { fresh: true })
  expect(await changes()).toMatchObject([{ name: 's7' }])
  expect(await changes()).toMatchObject([{ name: 's7' }])
  await (home ? theirs : ours).forStore().acceptTools('s7')
  await expect.poll(changes).toEqual([])
})

test('what an agent may use is another by now', async () => {
  await using place = await scene()
  const { ours, theirs } = place
  const agent = ours.forAgent('worker')
  const listed = async () => namesOf(await agent.listTools())
  await theirs.forAgent('worker').assignService('s1')
  await expect.poll(listed).toEqual(['s1/tool-of-s1'])
  await theirs.forAgent('worker').assignService('s1', { deny: ['tool-*'] })
  await expect.poll(listed).toEqual([])
  await theirs.forAgent('worker').assignService('s1', { allow: ['*'] })
  await expect.poll(listed).toEqual(['s1/tool-of-s1'])
  await theirs.forAgent('worker').unassignService('s1')
  await expect.poll(listed).toEqual([])
  expect(await ours.forStore().listTools('s1')).toHaveLength(1)
})
