import { createHash } from 'node:crypto'
import { recordKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { mapLiterals, plainSecrets } from '../src/config/redaction/literals.ts'
import type { ServiceConfig } from '../src/index.ts'
import { failureOf, stdioConfig, until } from './connections-fixtures.ts'
import { type Reader, type SharedPlace, type Stranger, seen, sharedPlace, trap } from './strangers.ts'

const secret = 'a secret that this team shares'
const entryOf = ({ type: _, ...entry }: ReturnType<typeof stdioConfig>) => ({ ...entry, cwd: '/' })

interface Value {
  type: string
  url: string
  headers: Record<string, string>
  env: Record<string, string>
  signature?: object
}

function storedOf({ dataspace }: Stranger, name: string): Value {
  return dataspace.get(recordKey({ scope: 'store', service: name, kind: 'config' }))!
    .value as unknown as Value
}

/** All that somebody else reads of the dataspace, as text. */
async function contentOf(place: SharedPlace): Promise<string> {
  const { dataspace } = await place.stranger()
  const content = JSON.stringify([dataspace.list(''), await dataspace.conflicts()])
  expect(content).toContain('sealed:1.')
  return content
}

const literals = (config: object): Record<string, string[]> => {
  const found: Record<string, string[]> = {}
  mapLiterals(config as ServiceConfig, (literal, field) => {
    found[field] = [...(found[field] ?? []), literal]
    return literal
  })
  return found
}

test('sealed is every literal value of env and headers, and what a URL holds of credentials', () => {
  expect(
    literals({
      type: 'stdio',
      command: 'run',
      args: ['--token', 'words-in-args'],
      env: {
        MODE: 'fast',
        FROM_HERE: '${TOKEN}',
        EMPTY: '${TOKEN:-}',
        DEFAULT: '${TOKEN:-words-in-default}',
        MIXED: 'a-${TOKEN}-b',
        NOTHING: '',
        NODE_OPTIONS: '--require=/tmp/x.cjs',
      },
    }),
  ).toEqual({
    'env.MODE': ['fast'],
    'env.DEFAULT': ['${TOKEN:-words-in-default}'],
    'env.MIXED': ['a-${TOKEN}-b'],
  })
  const headers = { Authorization: 'Bearer words', 'X-Here': 'Bearer ${TOKEN}', Accept: 'text/plain' }
  const url = 'https://bob:words@${HOST:-h.example}/mcp?q=1&api_key=${KEY}&token=a${B}c#access_token=frag'
  expect(literals({ type: 'http', url, headers })).toEqual({
    'headers.Authorization': ['Bearer words'],
    'headers.Accept': ['text/plain'],
    url: ['bob', 'words', 'a${B}c', 'frag'],
  })
})

test('in a URL a UUID and letters that nobody chose are credentials, names are none', () => {
  const found = (url: string): string[] | undefined => literals({ type: 'http', url }).url
  for (const token of [
    '123e4567-e89b-12d3-a456-426614174000',
    '12345678-1234-4234-8234-abcdefabcdef',
    'QwZRtyUKlpaSDfgHJkzXCvbNMqwErTYu',
    'sk-ak-QwZRtyUKlpaSDfgHJkzXCvbNMqwErTYu',
    'a1B2c3D4e5F6g7H8i9J0k1L2',
    'qwzrtyuklpasdfghjkzxcvbnmqwertyu',
    'QWZRTYUKLPASDFGHJKZXCVBNMQWERTYU',
    '4dd5f7bc27a4ee0713bc',
    '1234567890a1234567890',
    'zq83910274650192837xk',
  ]) {
    expect(found(`https://h.example/s/${token}/mcp?v=${token}#x=${token}`), token).toEqual([
      token,
      token,
      token,
    ])
  }
  for (const word of [
    'getUserAccountInformationList',
    'ThisIsTheNameOfAnotherServer',
    'my-great-app-of-the-year-2026',
    'model-context-protocol-server',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    '00000000-0000-0000-0000-000000000000',
    '20261126123456789012345',
    '90817263540918273645',
    'release20261126134502',
    'ABADCAFEDEADBEEFFACEBEDF-facade',
    'isJSDocTypeExpressionOrJSDocTypeLiteral',
    'modelcontextprotocolserverfilesystem',
    'uint8ArrayToBase64url',
  ]) {
    expect(found(`https://h.example/s/${word}/mcp?v=${word}`), word).toBeUndefined()
  }
})

test('one of eight random tokens of 32 letters was shown: of a thousand of any kind at most ten are', () => {
  const small = 'abcdefghijklmnopqrstuvwxyz'
  const capitals = small.toUpperCase()
  const kinds = [small, capitals, small + capitals, `${small}0123456789`, `${small}${capitals}0123456789`]
  const token = (from: string, count: number): string =>
    [...createHash('sha256').update(`${count}`).digest()].map((byte) => from[byte % from.length]).join('')
  for (const from of [...kinds, '0123456789abcdef']) {
    const tokens = Array.from({ length: 1000 }, (_, count) => token(from, count))
    const shown = tokens.filter((one) => !literals({ type: 'http', url: `https://h.example/${one}` }).url)
    expect(shown.length, `${from}: ${shown}`).toBeLessThanOrEqual(10)
  }
})

test.each<[string, (hex: string) => string]>([
  ['a key of Ethereum', (hex) => `0x${hex}`],
  ['a key of Twilio', (hex) => `SK${hex.slice(0, 32)}`],
  ['a key of New Relic', (hex) => `${hex.slice(0, 36)}NRAL`],
  ['hexadecimal digits with a word before', (hex) => `key${hex.slice(0, 32)}`],
  ['hexadecimal digits with a region after', (hex) => `${hex.slice(0, 32)}us5`],
  ['a key of Mailchimp', (hex) => `${hex.slice(0, 32)}-us5`],
  ['twenty, and a letter after', (hex) => `${hex.slice(0, 20)}x`],
  ['capitals', (hex) => `0x${hex.toUpperCase()}`],
])('hexadecimal digits are a token whatever is around them: %s', (_what, around) => {
  const hexes = Array.from({ length: 1000 }, (_, count) =>
    createHash('sha256').update(`${count}`).digest('hex'),
  )
  const shown = hexes
    .map(around)
    .filter((one) => !literals({ type: 'http', url: `https://h.example/${one}` }).url)
  expect(shown).toEqual([])
})

test('what looks like a secret as it is stored, or as it is shown, is named by its field', () => {
  const env = { MODE: 'fast', PORT: '3000', API_TOKEN: 'words-in-env', LOGIN: '${LOGIN}' }
  const args = [
    '--port',
    '80',
    '--api-key',
    'words',
    '--token=${TOKEN}',
    '--password',
    '${WORD}',
    '-H',
    'X: Bearer ${T}',
  ]
  expect(plainSecrets({ type: 'stdio', command: 'x', args, env })).toEqual({
    stored: ['env.API_TOKEN'],
    shown: ['args[3]'],
  })
  const headers = { 'X-Api-Key': 'words', Accept: 'text/plain' }
  expect(plainSecrets({ type: 'http', url: 'https://bob:words@h.example/', headers })).toEqual({
    stored: ['url', 'headers.X-Api-Key'],
    shown: [],
  })
})

test('a sealed config connects with its values for whoever has the secret, and is stored and shown without them', async () => {
  const { port, bytes, connections } = await trap()
  const place = sharedPlace()
  const [writer, stranger] = [await place.reader({ secret }), await place.stranger()]
  const url = `http://127.0.0.1:${port}/mcp?api_key=words-in-query`
  const headers = { 'X-Api-Key': 'words-in-header', 'X-Half': 'half-${TOKEN}' }
  await writer.forStore().addService({ far: { url, headers }, twin: { url, headers } })
  const [far, twin] = [storedOf(stranger, 'far'), storedOf(stranger, 'twin')]
  const pattern = /^\$\{sealed:1\.[\da-f]{16}\.[\w-]+\}$/
  expect(far.headers['X-Api-Key']).toMatch(pattern)
  expect(far.headers['X-Half']).toMatch(pattern)
  expect(far.url).toMatch(/\?api_key=\$\{sealed:1\./)
  const sealedTexts = [far, twin].flatMap(({ url: address, headers: sent }) => [
    address,
    ...Object.values(sent),
  ])
  const nonces = sealedTexts.map((text) => /sealed:1\.\w+\.([\w-]{16})/.exec(text)![1])
  expect(new Set(nonces).size).toBe(6)
  expect(await contentOf(place)).not.toMatch(/words-in|half-/)

  const reader = await place.reader({ secret })
  await seen(reader, 'twin')
  const shown = {
    url: `http://127.0.0.1:${port}/mcp?api_key=***`,
    headers: { 'X-Api-Key': '***', 'X-Half': '***' },
  }
  for (const one of [reader, await place.reader()]) {
    expect((await one.forStore().showConfig('far')).mcpServers['far']).toMatchObject(shown)
  }
  expect([...reader.asked]).toEqual([])
  const failure = await failureOf(reader.forStore().listTools('far'))
  expect(connections()).toBeGreaterThan(0)
  for (const part of ['api_key=words-in-query', 'x-api-key: words-in-header', 'x-half: half-reader-secret']) {
    expect(bytes().toLowerCase()).toContain(part)
  }
  expect(`${failure.message} ${failure.hint} ${reader.lines.join('\n')}`).not.toMatch(
    /words-in|reader-secret/,
  )
})

test('a token of any known kind in a URL is sealed once, wherever it stands, and sent as it was', async () => {
  const { port, bytes } = await trap()
  const place = sharedPlace()
  const [writer, stranger] = [await place.reader({ secret }), await place.stranger()]
  const tokens = {
    query: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    key: 'sk-live-51abcDEF234ghiJKL567',
    project: 'sk-proj-4f5Xk2Qz9aB1cD3eF7',
    action: 'sk-ak-a1B2c3D4e5F6g7H8i9J0',
    jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.q7x3Yz9-Lm2_Pk8Rs5Tv1W',
    twice: 'ghp_0123456789abcdefghij/ghp_abcdefghij0123456789',
  }
  const url = (token: string): string => `http://127.0.0.1:${port}/${token}/sse?v=${token}`
  for (const [name, token] of Object.entries(tokens)) {
    await writer.forStore().addService({ [name]: { url: url(token) } })
    expect(storedOf(stranger, name).url).toMatch(/\$\{sealed:1\..*\?v=\$\{sealed:1\./)
  }
  const content = await contentOf(place)
  for (const [name, token] of Object.entries(tokens)) {
    for (const part of token.split('/')) expect(content).not.toContain(part)
    await failureOf(writer.forStore().listTools(name))
    expect(bytes()).toContain(`/${token}/sse?v=${token}`)
  }
})

test('a program gets what was sealed for it', async () => {
  const place = sharedPlace()
  const writer = await place.reader({ secret })
  const reader = await place.reader({ secret })
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), env: { SEALED: 'words-in-env' } } })
  await seen(reader, 'demo')
  const answer = await reader.forStore().useTool('demo/env', {})
  expect(JSON.stringify(answer)).toContain('words-in-env')
  expect(await contentOf(place)).not.toContain('words-in-env')
})

test('the secret itself is filled into no placeholder, by whatever variable it came', async () => {
  const place = sharedPlace()
  const before = 'what this team shared before'
  const env = {
    ...{ PATH: process.env['PATH'], OURS: secret, PADDED: ` ${secret}\n`, MANY: `first line\n${before}` },
    OTHER: 'another value',
  }
  const reader = await place.reader({ secret: { current: secret, previous: [before] }, env })
  const placeholders = Object.fromEntries(
    ['OURS', 'PADDED', 'MANY', 'OTHER'].map((name) => [name, `\${${name}:-nothing}`]),
  )
  await reader.forStore().addService({ demo: { ...entryOf(stdioConfig()), env: placeholders } })
  const { content } = await reader.forStore().useTool('demo/env', {})
  expect(JSON.parse(String(content![0]!['text'])).env).toMatchObject({
    ...{ OURS: 'nothing', PADDED: 'nothing', MANY: 'nothing' },
    OTHER: 'another value',
  })
  await reader.forStore().updateService('demo', { ...entryOf(stdioConfig()), args: ['${OURS}'] })
  expect(await failureOf(reader.forStore().useTool('demo/env', {}))).toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('variable OURS is not set'),
  })
})

test('a sealed value opens in its own place only', async () => {
  const { port, connections } = await trap()
  const place = sharedPlace()
  const [writer, stranger] = [await place.reader({ secret }), await place.stranger()]
  const url = `http://127.0.0.1:${port}/mcp`
  await writer.forStore().addService({
    far: { url, headers: { 'X-One': 'one', 'X-Two': 'two' } },
    demo: { ...entryOf(stdioConfig()), env: { ONE: 'one' } },
  })
  const { headers } = storedOf(stranger, 'far')
  const sealed = headers['X-One']!
  const at = sealed.length - 9
  const bent = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
  const moved: [string, object][] = [
    ['far', { type: 'http', url, headers: { ...headers, 'X-Two': sealed } }],
    ['far', { type: 'http', url: `${url}?key=${sealed}` }],
    ['far', { type: 'http', url, headers: { 'X-One': bent } }],
    ['near', { type: 'http', url, headers }],
    ['demo', { ...stdioConfig(), cwd: '/', args: [sealed] }],
  ]
  for (const [name, config] of moved) {
    const trusting = await place.reader({ secret, trust: 'dataspace' })
    await stranger.plant(name, config)
    await until(async () => {
      const failure = await trusting
        .forStore()
        .listTools(name, { fresh: true })
        .catch((error) => error)
      return failure.code === 'sealed'
    })
    const failure = await failureOf(trusting.forStore().waitService(name))
    expect(failure).toMatchObject({ code: 'sealed', message: expect.stringContaining('not for this place') })
  }
  expect(connections()).toBe(0)
}, 30_000)

test('without the secret, or with another one, connecting names the field and the key', async () => {
  const place = sharedPlace()
  const [writer, stranger] = [await place.reader({ secret }), await place.stranger()]
  await writer
    .forStore()
    .addService({ demo: { ...entryOf(stdioConfig()), env: { API_TOKEN: 'words-in-env' } } })
  const [, key] = /sealed:1\.(\w+)/.exec(storedOf(stranger, 'demo').env['API_TOKEN']!)!
  const cases: [Reader, string][] = [
    [await place.reader(), 'and this process has no secret'],
    [await place.reader({ secret: `not ${secret}` }), 'and the secret here is another one'],
  ]
  for (const [reader, why] of cases) {
    await seen(reader, 'demo')
    await reader.forStore().trustService('demo')
    const failure = await failureOf(reader.forStore().waitService('demo'))
    expect(failure).toMatchObject({
      code: 'sealed',
      message: `service "demo": env.API_TOKEN is sealed with key ${key}, ${why}`,
    })
    expect(failure.hint).toContain('MCPSTORE_SECRET')
  }
})

test('nothing sealed is opened for a service that is not trusted', async () => {
  const { port, connections } = await trap()
  const place = sharedPlace()
  const [writer, stranger] = [await place.reader({ secret }), await place.stranger()]
  await writer
    .forStore()
    .addService({ far: { url: 'https://far.example/mcp', headers: { 'X-Key': 'words' } } })
  const { headers } = storedOf(stranger, 'far')
  await stranger.plant('far', { type: 'http', url: `http://127.0.0.1:${port}/mcp`, headers })
  const reader = await place.reader({ secret })
  await seen(reader, 'far')
  const { facts } = await reader.forStore().serviceInfo('far')
  expect(facts.inert).toContain('sealed values, which would be opened here')
  expect(await failureOf(reader.forStore().listTools('far'))).toMatchObject({ code: 'untrusted' })
  expect(connections()).toBe(0)
  expect(reader.lines.filter((line) => line.includes('derived the key'))).toEqual([])
})

test('what is patched elsewhere keeps its seals, also by who cannot open them', async () => {
  const place = sharedPlace()
  const [writer, outsider, stranger] = [
    await place.reader({ secret }),
    await place.reader(),
    await place.stranger(),
  ]
  await writer.forStore().addService({ demo: { ...entryOf(stdioConfig()), env: { ONE: 'words-in-env' } } })
  await seen(outsider, 'demo')
  const before = storedOf(stranger, 'demo').env
  await outsider.forStore().patchService('demo', { env: { TWO: 'two' } })
  expect(storedOf(stranger, 'demo').env).toEqual({ ...before, TWO: 'two' })
  await seen(writer, 'demo', ({ facts }) => facts.signature === null)
  await writer.forStore().trustService('demo')
  await writer.forStore().patchService('demo', { env: { THREE: 'three' } })
  const sealed = storedOf(stranger, 'demo')
  expect(Object.values(sealed.env).every((value) => value.startsWith('${sealed:'))).toBe(true)
  const answer = await writer.forStore().useTool('demo/env', {})
  for (const one of ['words-in-env', 'two', 'three']) expect(JSON.stringify(answer)).toContain(one)
})

test('a secret that lies open is warned about once, and an argument each time', async () => {
  const place = sharedPlace()
  const reader = await place.reader()
  const add = async (name: string, config: object) =>
    (await reader.forStore().addService({ [name]: config })).results[0]!.warnings
  expect(
    await add('plain', { command: 'x', args: ['--port', '80'], env: { MODE: 'fast', T: '${T}' } }),
  ).toBeUndefined()
  expect(await add('a', { command: 'x', env: { API_TOKEN: 'words' } })).toEqual([
    expect.stringContaining('whoever can read Redis can read env.API_TOKEN'),
  ])
  expect(await add('b', { url: 'https://bob:words@h.example/' })).toBeUndefined()
  for (const name of ['c', 'd']) {
    expect(await add(name, { command: 'x', args: ['--token', 'words'] })).toEqual([
      expect.stringContaining('args[1] looks like a secret'),
    ])
  }
  expect(reader.lines.filter((line) => line.includes('Redis can read'))).toHaveLength(1)
  expect(await reader.forStore().showConfig('c')).toMatchObject({
    mcpServers: { c: { args: ['--token', '***'] } },
  })

  const sealing = await place.reader({ secret })
  const { results } = await sealing.forStore().addService({ e: { url: 'https://bob:words@h.example/' } })
  expect(results[0]!.warnings).toBeUndefined()
})

test('what two processes sealed and signed by themselves is no conflict when it is the same', async () => {
  const place = sharedPlace()
  const [one, other] = [await place.reader({ secret }), await place.reader({ secret })]
  const conflicts: string[] = []
  for (const reader of [one, other])
    reader.events.on('conflict', ({ service }) => void conflicts.push(service))
  const config = (token: string) => ({ url: 'https://far.example/mcp', headers: { 'X-Key': token } })
  // Each has its key by then, so that they write at once.
  for (const reader of [one, other]) await reader.forStore().addService({ first: config('words') })
  await Promise.all([one, other].map((reader) => reader.forStore().addService({ same: config('words') })))
  await Promise.all(
    [one, other].map((reader, at) => reader.forStore().addService({ unlike: config(`words ${at}`) })),
  )
  await until(() => conflicts.includes('unlike'))
  expect(conflicts).not.toContain('same')
  const { dataspace } = await place.stranger()
  expect((await dataspace.conflicts()).map(({ key }) => key)).toContain('services:same:config')
})
