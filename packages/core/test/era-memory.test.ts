import { writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { remoteConfig, startModern, startRemote, until } from './connections-fixtures.ts'
import { failureOf, open, scratch, server } from './stores.ts'
import { sharedPlace } from './strangers.ts'

/** How often a server was asked with this method. */
const asked = async (remote: { seen(): Promise<{ log: { rpc?: string }[] }> }, method: string) =>
  (await remote.seen()).log.filter(({ rpc }) => rpc === method).length

/** What a store keeps of the state of a service. */
const stateOf = async (place: ReturnType<typeof sharedPlace>) =>
  (await place.stranger()).dataspace.get('services:demo:state' as never)?.value as
    | { protocol?: { version: string } }
    | undefined

test('what a server speaks is asked once for all that share a dataspace', async () => {
  const remote = await startRemote()
  const place = sharedPlace()
  const one = (await place.reader({ allowPrivateAddresses: true })).forStore()
  await one.addService({ demo: remoteConfig(remote.url) })
  await one.waitService('demo')
  expect(await asked(remote, 'server/discover')).toBe(1)
  await until(async () => (await stateOf(place))?.protocol?.version === '2025-11-25')
  const other = await place.reader({ allowPrivateAddresses: true })
  await other.forStore().waitService('demo')
  expect(await asked(remote, 'initialize')).toBe(2)
  expect(await asked(remote, 'server/discover')).toBe(1)
})

test('it is asked again where the config changed, or what its placeholders stand for', async () => {
  const remote = await startModern({ modernFor: 'new' })
  const local = `${scratch()}/a.db`
  const reach = async (env: Record<string, string>) => {
    const store = await open({ local, env })
    const headers = { Authorization: 'Bearer ${TOKEN}' }
    await store.forStore().addService({ demo: { url: remote.url, headers } })
    await store.forStore().waitService('demo')
    const { facts } = await store.forStore().serviceInfo('demo')
    expect(facts.health).toBe('ok')
    await store.close()
    return [await asked(remote, 'server/discover'), await asked(remote, 'initialize')]
  }
  expect(await reach({ TOKEN: 'old' })).toEqual([1, 1])
  expect(await reach({ TOKEN: 'old' })).toEqual([1, 2])
  expect(await reach({ TOKEN: 'new' })).toEqual([2, 2])
  const store = await open({ local, env: { TOKEN: 'old' } })
  await store.forStore().patchService('demo', { headers: { 'X-Team': 'blue' } })
  await store.forStore().waitService('demo')
  expect(await asked(remote, 'server/discover')).toBe(3)
})

test('it is believed for a day', async () => {
  const remote = await startRemote()
  const place = sharedPlace()
  const ctx = (await place.reader({ allowPrivateAddresses: true })).forStore()
  await ctx.addService({ demo: remoteConfig(remote.url) })
  await ctx.waitService('demo')
  await until(async () => (await stateOf(place))?.protocol !== undefined)
  const now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => now + 25 * 60 * 60_000)
  try {
    await (await place.reader({ allowPrivateAddresses: true })).forStore().waitService('demo')
    expect(await asked(remote, 'server/discover')).toBe(2)
  } finally {
    vi.restoreAllMocks()
  }
})

test('a server that speaks another era by now is reached all the same, and what is remembered is renewed', async () => {
  const remote = await startModern()
  await remote.become('legacy')
  const place = sharedPlace()
  const first = (await place.reader({ allowPrivateAddresses: true })).forStore()
  await first.addService({ demo: remoteConfig(remote.url) })
  await first.waitService('demo')
  await until(async () => (await stateOf(place))?.protocol?.version === '2025-11-25')
  await remote.become('modern')
  const second = (await place.reader({ allowPrivateAddresses: true })).forStore()
  expect((await second.useTool('demo/echo', { text: 'hi' })).content).toHaveLength(1)
  await until(async () => (await stateOf(place))?.protocol?.version === '2026-07-28')
  // The first has a session of the era before. What is turned away there never ran, and is asked for again.
  expect((await first.useTool('demo/echo', { text: 'hi' })).content).toHaveLength(1)
})

test('nobody asks about a local server, nor writes what it speaks, unless its config wants it', async () => {
  const place = sharedPlace()
  const ctx = (await place.reader({ trust: 'dataspace' })).forStore()
  await ctx.addService({ demo: server() })
  await ctx.waitService('demo')
  await until(async () => (await stateOf(place)) !== undefined)
  expect((await stateOf(place))?.protocol).toBeUndefined()
})

test('what a server speaks was not shared where its first listing had failed', async () => {
  const toolsFile = `${scratch()}/tools`
  const remote = await startRemote({ toolsFile })
  const place = sharedPlace()
  const ctx = (await place.reader({ allowPrivateAddresses: true })).forStore()
  await ctx.addService({ demo: remoteConfig(remote.url) })
  expect(await failureOf(ctx.listTools('demo'))).toMatchObject({ code: 'server_error' })
  expect(await stateOf(place)).toMatchObject({ health: 'failing' })
  writeFileSync(toolsFile, '[]')
  await ctx.listTools('demo', { fresh: true })
  // By the connection of before: nothing else would tell of it again.
  expect(await asked(remote, 'initialize')).toBe(1)
  await until(async () => (await stateOf(place))?.protocol?.version === '2025-11-25')
})
