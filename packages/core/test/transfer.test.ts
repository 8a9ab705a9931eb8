import { statSync, writeFileSync } from 'node:fs'
import { recordKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import type { DataspaceExport, Store } from '../src/index.ts'
import { failureOf, open, scratch, server } from './stores.ts'
import { seen, sharedPlace } from './strangers.ts'

const SECRET = 'literal-secret-815'
const REMOTE = {
  url: 'https://example.com/mcp',
  headers: { Authorization: 'Bearer ${TOKEN:-none}', 'X-Key': SECRET },
}

/** A dataspace with something of everything. */
async function full(): Promise<Store> {
  const store = await open()
  const program = { ...server(), env: { KEY: SECRET, PATH_HERE: '${HOME}/x' }, cwd: '/tmp' }
  await store
    .forStore()
    .addService({ weather: REMOTE, files: program, __proto__x: { url: 'https://p.example' } })
  await store.forAgent('研究 1').addService({ notes: { url: 'https://notes.example.com/mcp' } })
  await store.forAgent('研究 1').assignService('weather', { allow: ['get_*'], deny: ['*_secret'] })
  await store.forAgent('other').assignService('files')
  return store
}

/** Everything that was put there: the same for two dataspaces with the same in them. */
async function contentOf(store: Store) {
  const { services, agents } = await store.exportDataspace()
  return { services, agents }
}

const statusesOf = (all: readonly { status: string }[]) => all.map(({ status }) => status)

test('an export that is added is said to be one', async () => {
  const document = JSON.stringify(await (await full()).exportDataspace())
  const adding = (await open()).forStore().addService(document)
  expect(await failureOf(adding)).toMatchObject({
    code: 'bad_config',
    message: 'the text is an export of a dataspace, which is imported, not added',
    hint: 'mcpstore import FILE (importDataspace) takes it, agents included.',
  })
})

test('what is exported is imported elsewhere, value for value, and once more unchanged', async () => {
  const source = await full()
  const text = JSON.stringify(await source.exportDataspace())
  expect(text).toContain(SECRET)
  expect(text).toContain('Bearer ${TOKEN:-none}')
  expect(text).toContain('${HOME}/x')
  expect(text).not.toContain('***')
  const target = await open({ local: `${scratch()}/other.db` })
  const report = await target.importDataspace(text)
  expect(statusesOf([...report.services, ...report.assignments])).toEqual(Array(6).fill('added'))
  expect(report.durable).toBe('local')
  expect(JSON.stringify(report)).not.toContain(SECRET)
  expect(await contentOf(target)).toEqual(await contentOf(source))
  const again = await target.importDataspace(JSON.parse(text))
  expect(statusesOf([...again.services, ...again.assignments])).toEqual(Array(6).fill('unchanged'))
})

test('what differs stays, or is replaced where that is wanted; what is there besides stays anyhow', async () => {
  const document = await (await full()).exportDataspace()
  for (const replace of [false, true]) {
    const target = await open()
    await target
      .forStore()
      .addService({ weather: { url: 'https://mine.example' }, own: { url: 'https://own.example' } })
    await target.forAgent('研究 1').assignService('weather')
    const before = await contentOf(target)
    const { services, assignments } = await target.importDataspace(document, { replace })
    const became = replace ? 'updated' : 'kept'
    expect(services.find(({ name }) => name === 'weather')).toMatchObject({ scope: 'store', status: became })
    expect(assignments.find(({ service }) => service === 'weather')).toEqual({
      agent: '研究 1',
      service: 'weather',
      status: became,
    })
    const after = await contentOf(target)
    expect(after.services['own']).toEqual(before.services['own'])
    const from = replace ? document : before
    expect(after.services['weather']).toEqual(from.services['weather'])
    expect(after.agents['研究 1']!.assignments).toEqual(from.agents['研究 1']!.assignments)
    expect(after.services['files']).toEqual(document.services['files'])
  }
})

test('the file is read by its path, comments and a byte order mark included', async () => {
  const file = `${scratch()}/export.json`
  writeFileSync(file, `\uFEFF// kept\n${JSON.stringify(await (await full()).exportDataspace())}`)
  const target = await open()
  expect((await target.importDataspace({ file })).services).toHaveLength(4)
  expect(statSync(file).isFile()).toBe(true)
  expect(await failureOf(target.importDataspace({ file: `${file}x` }))).toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('no such file'),
  })
})

const sound = async () =>
  JSON.parse(JSON.stringify(await (await full()).exportDataspace())) as DataspaceExport

type Spoiled = DataspaceExport & { services: Record<string, unknown>; agents: unknown }

const broken: [what: string, input: (document: Spoiled) => unknown, says: string][] = [
  ['no JSON', () => '{"format": ', 'line 1'],
  ['nothing', () => '', 'empty'],
  ['a list', () => '[]', 'a list'],
  ['services for add', () => ({ mcpServers: { weather: REMOTE } }), 'no export of a dataspace'],
  ['a later version', (document) => ({ ...document, version: 2 }), 'newer mcpstore'],
  ['a version that is none', (document) => ({ ...document, version: '1' }), 'version'],
  ['an unknown field', (document) => ({ ...document, secrets: {} }), 'unknown field "secrets"'],
  ['no services', ({ services: _, ...document }) => document, 'services is missing'],
  [
    'agents of another kind',
    (document) => ({ ...document, agents: [] }),
    'agents: it must be an object, not a list',
  ],
  [
    'one wrong config among sound ones',
    (document) => ({
      ...document,
      services: { ...document.services, wrong: { config: { type: 'http' } } },
    }),
    'services."wrong".config: url is missing',
  ],
  [
    'a config that holds a function of prototypes',
    (document) => JSON.stringify(document).replace('"type":"http"', '"type":"http","__proto__":{"a":1}'),
    'unknown field "__proto__"',
  ],
  [
    'a name nobody may have',
    (document) => ({ ...document, services: { 'a/b': document.services['weather'] } }),
    '"a/b"',
  ],
  [
    'globs that are none',
    (document) => ({
      ...document,
      agents: { a: { services: {}, assignments: { weather: { allow: 'x', deny: [] } } } },
    }),
    'allow: it must be at most',
  ],
  [
    'a name twice',
    (document) => JSON.stringify(document).replace('"files":', '"weather":'),
    'more than once',
  ],
]

test.each(broken)('of %s nothing is imported', async (_, spoil, says) => {
  const input = spoil((await sound()) as Spoiled) as DataspaceExport
  const target = await open()
  await target.forStore().addService({ own: { url: 'https://own.example' } })
  const before = JSON.stringify(await contentOf(target))
  expect(await failureOf(target.importDataspace(input, { replace: true }))).toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining(says),
  })
  expect(JSON.stringify(await contentOf(target))).toBe(before)
})

test('an assignment of a service that is nowhere is reported, and keeps nothing else out', async () => {
  const document = await sound()
  delete document.services['weather']
  const { services, assignments } = await (await open()).importDataspace(document)
  expect(statusesOf(services)).toEqual(['added', 'added', 'added'])
  expect(assignments.map(({ service, status, error }) => [service, status, error?.code])).toEqual([
    ['files', 'added', undefined],
    ['weather', 'failed', 'unknown_service'],
  ])
})

test('who imports vouches for it: what is imported is approved, for this user only', async () => {
  const place = sharedPlace()
  const document = await sound()
  const [importer, other] = [await place.reader({ home: scratch() }), await place.reader({ home: scratch() })]
  await importer.importDataspace(document)
  await seen(other, 'files')
  const trusted = async (reader: Store) => (await reader.forStore().serviceInfo('files')).facts
  expect(await trusted(importer)).toMatchObject({ trusted: true, inert: null })
  expect(await trusted(other)).toMatchObject({ trusted: false, inert: expect.any(String) })
})

test('what nobody had trusted is not trusted for having been exported and imported', async () => {
  const place = sharedPlace()
  const { plant } = await place.stranger()
  const planted = { type: 'stdio', command: 'evil', args: [SECRET] }
  await plant('planted', planted)
  const reader = await place.reader({ home: scratch() })
  await seen(reader, 'planted')
  await reader.forStore().addService({ own: server() })
  const document = await reader.exportDataspace()
  expect(document.services).toMatchObject({
    planted: { config: planted, untrusted: expect.stringContaining('start a program') },
    own: { config: { command: process.execPath } },
  })
  expect(document.services['own']).not.toHaveProperty('untrusted')

  // Back to where it came from: unchanged, and as inert as before.
  expect(statusesOf((await reader.importDataspace(document)).services)).toEqual(['unchanged', 'unchanged'])
  expect((await reader.forStore().serviceInfo('planted')).facts).toMatchObject({ trusted: false })
  // Into what others share: there, and inert.
  const elsewhere = await sharedPlace().reader({ home: scratch() })
  expect(statusesOf((await elsewhere.importDataspace(document)).services)).toEqual(['added', 'added'])
  expect((await elsewhere.forStore().serviceInfo('planted')).facts).toMatchObject({
    trusted: false,
    inert: expect.any(String),
  })
  expect((await elsewhere.forStore().serviceInfo('own')).facts).toMatchObject({ trusted: true })
  // Into what is trusted as a whole: only if somebody says so.
  const local = await open()
  const { services } = await local.importDataspace(document)
  expect(services.find(({ name }) => name === 'planted')).toMatchObject({
    status: 'failed',
    error: { code: 'untrusted', hint: expect.stringContaining('--untrusted') },
  })
  expect(await failureOf(local.forStore().serviceInfo('planted'))).toMatchObject({ code: 'unknown_service' })
  const insisted = await local.importDataspace(document, { includeUntrusted: true })
  expect(statusesOf(insisted.services).sort()).toEqual(['added', 'unchanged'])
})

test('a record that cannot be used is not in the export, and no import puts itself in its place unasked', async () => {
  const place = sharedPlace()
  const { dataspace, plant } = await place.stranger()
  await plant('weather', { type: 'http' })
  const reader = await place.reader()
  await dataspace.flush()
  await reader.forStore().addService({ other: { url: 'https://other.example' } })
  expect(Object.keys((await reader.exportDataspace()).services)).toEqual(['other'])
  expect(reader.status().quarantined).toHaveLength(1)
  const document = { ...(await sound()), agents: {} }
  const key = recordKey({ scope: 'store', service: 'weather', kind: 'config' })
  const kept = await reader.importDataspace(document)
  expect(kept.services.find(({ name }) => name === 'weather')).toEqual({
    name: 'weather',
    scope: 'store',
    status: 'kept',
  })
  expect(dataspace.get(key)?.value).toEqual({ type: 'http' })
  await reader.importDataspace(document, { replace: true })
  expect(reader.status().quarantined).toEqual([])
})

test('options that are wrong, and a store that is closed, are named', async () => {
  const store = await open()
  const document = await sound()
  expect(await failureOf(store.importDataspace(document, { force: true } as object))).toMatchObject({
    code: 'usage',
    message: 'unknown option force',
  })
  await store.close()
  for (const failed of [store.exportDataspace(), store.importDataspace(document)]) {
    expect(await failureOf(failed)).toMatchObject({ code: 'unavailable' })
  }
})

test('what is sealed stays sealed on its way, and is unchanged where it came from', async () => {
  const options = { secret: 'a secret of more than sixteen characters', local: `${scratch()}/sealed.db` }
  const source = await open(options)
  await source.forStore().addService({ weather: REMOTE })
  const document = await source.exportDataspace()
  const text = JSON.stringify(document)
  expect(text).not.toContain(SECRET)
  expect(text).toContain('${sealed:')
  expect(statusesOf((await source.importDataspace(document)).services)).toEqual(['unchanged'])
  const elsewhere = await open()
  expect(statusesOf((await elsewhere.importDataspace(document)).services)).toEqual(['added'])
  expect((await elsewhere.exportDataspace()).services).toEqual(document.services)
})
