import { Dataspace, type Json, MemoryTables, memoryBackend, recordKey, type Scope } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import type { ServiceConfig, StoreOptions } from '../src/index.ts'
import { failureOf, later, linesOf, scratch, stdioConfig, until } from './connections-fixtures.ts'
import { type Reader, readerOf, type SharedPlace, seen, sharedPlace, strangerIn } from './strangers.ts'

const secret = 'a secret that this team shares'
const entryOf = ({ type: _, ...entry }: ReturnType<typeof stdioConfig>) => ({ ...entry, cwd: '/' })

/** What is stored of a service, whole. */
function entryIn({ dataspace }: { dataspace: Dataspace }, name: string, scope: Scope = 'store') {
  return dataspace.get(recordKey({ scope, service: name, kind: 'config' }))!
}

type Stored = ServiceConfig & { signature?: { key: string; at: string; mac: string } }
const storedOf = (...of: Parameters<typeof entryIn>) => entryIn(...of).value as unknown as Stored

async function facts(reader: Reader, name = 'demo') {
  const { trusted, trustedBy, signature, inert } = (await reader.forStore().serviceInfo(name)).facts
  return { trusted, trustedBy, signature, inert }
}

/** Waits until the reader sees what a writer described so. */
const described = (reader: Reader, description: string, name = 'demo') =>
  seen(reader, name, ({ config }) => config.description === description)

async function writerAndReader(place: SharedPlace, options: StoreOptions = { secret }) {
  return [await place.reader({ secret }), await place.reader(options), await place.stranger()] as const
}

test('what is added with the secret is trusted by whoever has it, and by nobody else', async () => {
  const starts = `${scratch()}/starts`
  const place = sharedPlace()
  const [writer, reader] = await writerAndReader(place)
  const [outsider, other] = [await place.reader(), await place.reader({ secret: `another ${secret}` })]
  await writer.forStore().addService({ demo: entryOf(stdioConfig({ startFile: starts })) })
  for (const one of [reader, outsider, other]) await seen(one, 'demo')
  expect(await facts(reader)).toEqual({
    trusted: true,
    trustedBy: 'signature',
    signature: 'valid',
    inert: null,
  })
  const { key } = storedOf(await place.stranger(), 'demo').signature!
  expect(await facts(outsider)).toEqual({
    trusted: false,
    trustedBy: null,
    signature: 'foreign',
    inert: expect.stringContaining(`signed with key ${key}, and this process has no secret`),
  })
  expect((await facts(other)).inert).toContain(`signed with key ${key}, which is not of the secret here`)
  for (const one of [outsider, other]) {
    expect(await failureOf(one.forStore().waitService('demo'))).toMatchObject({ code: 'untrusted' })
  }
  expect(linesOf(starts)).toEqual([])
  expect((await reader.forStore().waitService('demo')).status).toBe('ok')
  expect(linesOf(starts)).toHaveLength(1)
})

test('what is not signed is inert for whoever has the secret, until it is approved', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ secret }), await place.stranger()]
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/' })
  await seen(reader, 'demo')
  expect(await facts(reader)).toEqual({
    trusted: false,
    trustedBy: null,
    signature: null,
    inert: expect.stringContaining('it is not signed'),
  })
  await reader.forStore().trustService('demo')
  expect((await facts(reader)).trustedBy).toBe('approval')
})

test('whoever has no secret reads and shows what is signed', async () => {
  const place = sharedPlace()
  const [writer, outsider] = await writerAndReader(place, {})
  await writer.forStore().addService({ far: { url: 'https://far.example/mcp', description: 'far away' } })
  await described(outsider, 'far away', 'far')
  const { config, status } = await outsider.forStore().serviceInfo('far')
  expect(config).toEqual({ type: 'http', url: 'https://far.example/mcp', description: 'far away' })
  expect(status).toBe('new')
  expect(outsider.status().quarantined).toEqual([])
})

test('an older signed config is refused by whoever has seen a newer one', async () => {
  const place = sharedPlace()
  const [writer, reader, stranger] = await writerAndReader(place)
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), description: 'old' } })
  await described(reader, 'old')
  const old = entryIn(stranger, 'demo').value
  await writer.forStore().patchService('demo', { description: 'new' })
  await described(reader, 'new')
  expect((await facts(reader)).signature).toBe('valid')
  await stranger.plant('demo', old)
  await described(reader, 'old')
  expect(await facts(reader)).toEqual({
    trusted: false,
    trustedBy: null,
    signature: 'older',
    inert: expect.stringContaining('what was signed later was here before'),
  })
})

test('also by who has only looked on, and by who found the newer one when it began', async () => {
  const place = sharedPlace()
  const [writer, onlooker, stranger] = await writerAndReader(place)
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), description: 'old' } })
  const old = entryIn(stranger, 'demo').value
  await writer.forStore().patchService('demo', { description: 'new' })
  const latecomer = await place.reader({ secret })
  await described(onlooker, 'new')
  await stranger.plant('demo', old)
  for (const one of [onlooker, latecomer]) {
    await described(one, 'old')
    expect((await facts(one)).signature).toBe('older')
  }
})

test('a config that was removed does not come back by its old signature', async () => {
  const place = sharedPlace()
  const [writer, reader, stranger] = await writerAndReader(place)
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), description: 'old' } })
  await described(reader, 'old')
  const old = entryIn(stranger, 'demo').value
  await writer.forStore().deleteService('demo')
  await until(async () => (await reader.forStore().listServices()).length === 0)
  await stranger.plant('demo', old)
  await described(reader, 'old')
  expect((await facts(reader)).signature).toBe('older')
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), description: 'again' } })
  await described(reader, 'again')
  expect((await facts(reader)).signature).toBe('valid')
})

test('nor does one that ended as the dataspace was cleared', async () => {
  const place = sharedPlace()
  const [writer, reader, stranger] = await writerAndReader(place)
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), description: 'old' } })
  await described(reader, 'old')
  const old = entryIn(stranger, 'demo').value
  await writer.clear()
  await until(async () => (await reader.forStore().listServices()).length === 0)
  await stranger.plant('demo', old)
  for (const one of [writer, reader]) {
    await described(one, 'old')
    expect((await facts(one)).signature).toBe('older')
  }
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), description: 'again' } })
  await described(reader, 'again')
  expect((await facts(reader)).signature).toBe('valid')
})

test('a signature holds for one name, scope and dataspace, and for every byte', async () => {
  const place = sharedPlace()
  const [writer, reader, stranger] = await writerAndReader(place)
  await writer.forStore().addService({ demo: entryOf(stdioConfig()) })
  await seen(reader, 'demo')
  const good = storedOf(stranger, 'demo') as Extract<Stored, { type: 'stdio' }> & Stored
  const { signature } = good
  const flip = (text: string, at: number) =>
    `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`
  const bent: Record<string, unknown> = {
    args: { ...good, args: [...good.args!, 'x'] },
    command: { ...good, command: `${good.command} ` },
    description: { ...good, description: 'x' },
    mac: { ...good, signature: { ...signature, mac: flip(signature!.mac, 5) } },
    moment: { ...good, signature: { ...signature, at: signature!.at.replace(/^./, '1') } },
  }
  for (const [name, value] of Object.entries(bent)) {
    await stranger.plant('demo', value)
    await stranger.plant('after', { type: 'http', url: `http://x/${name}` })
    await seen(reader, 'after', ({ config }) => 'url' in config && config.url.endsWith(name))
    expect([name, (await facts(reader)).signature]).toEqual([name, 'broken'])
  }
  await stranger.plant('other', good)
  await seen(reader, 'other')
  expect((await facts(reader, 'other')).signature).toBe('broken')
  const agent = reader.forAgent('a')
  await stranger.dataspace.put(
    recordKey({ scope: { agent: 'a' }, service: 'demo', kind: 'config' }),
    good as unknown as Json,
  )
  await expect
    .poll(async () => (await agent.listServices())[0]?.facts.signature, { timeout: 5000 })
    .toBe('broken')
  // The same text as it was, under another stamp, as storage itself may stamp it.
  await stranger.plant('demo', good)
  await described(reader, undefined as never)
  expect((await facts(reader)).signature).toBe('valid')

  const tables = new MemoryTables()
  const backend = { ...memoryBackend({ tables }), kind: 'redis' as const }
  const elsewhere = await new Dataspace({ backend, namespace: 'shared', dataspace: 'w2' }).open()
  later(() => elsewhere.close())
  await strangerIn(elsewhere).plant('demo', good)
  expect((await facts(readerOf(elsewhere, { secret }))).signature).toBe('foreign')
})

test('changing a signed config signs it anew; without the secret it ends, and that is said', async () => {
  const place = sharedPlace()
  const [writer, outsider, stranger] = await writerAndReader(place, { home: scratch() })
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), description: '1' } })
  const before = storedOf(stranger, 'demo').signature!
  await writer.forStore().patchService('demo', { description: '2' })
  const { signature: after } = storedOf(stranger, 'demo')
  expect(after).toMatchObject({ key: before.key })
  expect(after!.at > before.at).toBe(true)
  await writer.forStore().updateService('demo', { ...entryOf(stdioConfig()), description: '3' })
  expect(storedOf(stranger, 'demo').signature!.at > after!.at).toBe(true)

  await described(outsider, '3')
  const { warnings } = await outsider.forStore().patchService('demo', { description: '4' })
  expect(warnings).toEqual(['service "demo" was signed and is not any more: this process has no secret'])
  expect(outsider.lines).toContain(warnings![0])
  expect(storedOf(stranger, 'demo')).not.toHaveProperty('signature')
  await described(writer, '4')
  // The writer had approved what it wrote, which this is not.
  expect((await facts(writer)).trusted).toBe(false)
})

test('a config of a stranger is not signed by changing it, nor is one that only this host vouches for', async () => {
  const place = sharedPlace()
  const [reader, stranger] = [await place.reader({ secret }), await place.stranger()]
  const host = await place.reader({ secret, trust: 'dataspace' })
  await stranger.plant('demo', { ...stdioConfig(), cwd: '/' })
  for (const [at, one] of [reader, host].entries()) {
    await seen(one, 'demo')
    await one.forStore().patchService('demo', { description: `patch ${at}` })
    expect(storedOf(stranger, 'demo')).not.toHaveProperty('signature')
    await one.forStore().updateService('demo', { ...entryOf(stdioConfig()), description: `update ${at}` })
    expect(storedOf(stranger, 'demo')).not.toHaveProperty('signature')
    await described(host, `update ${at}`)
  }
  await described(reader, 'update 1')
  await reader.forStore().trustService('demo')
  await reader.forStore().patchService('demo', { description: 'approved' })
  expect(storedOf(stranger, 'demo')).toHaveProperty('signature')
})

test('adding what is there again is no write, with the secret or without it', async () => {
  const place = sharedPlace()
  const [writer, reader, stranger] = await writerAndReader(place)
  const outsider = await place.reader()
  const entry = { ...entryOf(stdioConfig()), env: { API_TOKEN: 'words-in-env', PLAIN: '${HOME}' } }
  const open = { url: 'https://far.example/mcp' }
  await writer.forStore().addService({ demo: entry, far: open })
  for (const one of [reader, outsider]) await seen(one, 'far')
  const stamps = () => ['demo', 'far'].map((name) => entryIn(stranger, name).stamp)
  const before = stamps()
  const { env, ...rest } = entry
  const reordered = { env: { PLAIN: env.PLAIN, API_TOKEN: env.API_TOKEN }, ...rest }
  for (const one of [writer, reader]) {
    const { results } = await one.forStore().addService({ demo: reordered, far: open })
    expect(results.map(({ status }) => status)).toEqual(['unchanged', 'unchanged'])
    const patch = { env: { API_TOKEN: 'words-in-env' } }
    expect(await one.forStore().patchService('demo', patch)).toMatchObject({ status: 'unchanged' })
    expect(await one.forStore().updateService('demo', entry)).toMatchObject({ status: 'unchanged' })
  }
  expect((await outsider.forStore().addService({ far: open })).results[0]).toMatchObject({
    status: 'unchanged',
  })
  expect(stamps()).toEqual(before)
})

test('after a rotation what the old secret signed is trusted, and what is written is signed with the new one', async () => {
  const place = sharedPlace()
  const [old, , stranger] = await writerAndReader(place)
  await old.forStore().addService({ demo: { ...entryOf(stdioConfig()), env: { API_TOKEN: 'words-in-env' } } })
  const first = storedOf(stranger, 'demo') as Stored & { env: Record<string, string> }
  const rotated = await place.reader({ secret: { current: `a new ${secret}`, previous: [secret] } })
  await seen(rotated, 'demo')
  expect(await facts(rotated)).toMatchObject({ trustedBy: 'signature', signature: 'valid' })
  await rotated.forStore().patchService('demo', { description: 'rotated' })
  const second = storedOf(stranger, 'demo') as typeof first
  expect(second.signature!.key).not.toBe(first.signature!.key)
  expect(second.env['API_TOKEN']).toContain(`sealed:1.${second.signature!.key}.`)
  await described(old, 'rotated')
  expect((await facts(old)).signature).toBe('foreign')

  // Adding the very same is a write once: it takes what is left of the old secret away.
  const entry = { ...entryOf(stdioConfig()), env: { API_TOKEN: 'words-in-env' } }
  await old.forStore().addService({ demo: entry })
  await seen(rotated, 'demo', ({ config }) => config.description === undefined)
  const again = async () => (await rotated.forStore().addService({ demo: entry })).results[0]!.status
  expect([await again(), await again()]).toEqual(['updated', 'unchanged'])
  expect(storedOf(stranger, 'demo').signature!.key).toBe(second.signature!.key)
})

test('a key is derived once, and only where one is needed', async () => {
  const place = sharedPlace()
  const writer = await place.reader({ secret })
  const derived = ({ lines }: Reader) => lines.filter((line) => line.includes('derived the key')).length
  await Promise.all([
    writer.forStore().addService({ demo: entryOf(stdioConfig()) }),
    writer.forStore().addService({ far: { url: 'https://far.example/mcp' } }),
  ])
  await writer.forStore().waitService('demo')
  expect(derived(writer)).toBe(1)

  const stranger = await place.stranger()
  await stranger.plant('plain', { type: 'http', url: 'https://plain.example/mcp' })
  await stranger.plant('demo', undefined)
  await stranger.plant('far', undefined)
  const reader = await place.reader({ secret })
  await seen(reader, 'plain')
  await reader.forStore().listServices()
  await reader.forStore().showConfig()
  await reader.forStore().deleteService('plain')
  // What is removed needs no look at its signature: it is older than the removal, whoever signed it.
  await writer.forStore().addService({ signed: { url: 'https://far.example/mcp' } })
  const remover = await place.reader({ secret })
  await remover.forStore().deleteService('signed')
  await remover.close()
  expect(derived(remover)).toBe(0)
})
