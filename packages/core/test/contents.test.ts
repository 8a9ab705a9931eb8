import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { matchesTemplate } from '../src/contents/uri-template.ts'
import { startRemote } from './connections-fixtures.ts'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

const withContents = (contents: object = {}, more: object = {}) => server({ contents, ...more })
const requestsIn = (file: string) => readFileSync(file, 'utf8').trim().split('\n')

test('resources, templates and prompts are listed whole, page after page, with whose they are', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ notes: withContents({ pages: 3 }) })
  const resources = await ctx.listResources()
  expect([...resources]).toEqual([
    {
      uri: 'demo://notes/first',
      name: 'first',
      mimeType: 'text/plain',
      futureField: [1],
      service: 'notes',
    },
    { uri: 'demo://notes/first-page-1', service: 'notes' },
    { uri: 'demo://notes/first-page-2', service: 'notes' },
  ])
  expect(resources.services).toEqual([{ name: 'notes', offered: true }])
  expect((await ctx.listResourceTemplates('notes'))[0]).toEqual({
    uriTemplate: 'demo://notes/{id}',
    name: 'note',
    service: 'notes',
  })
  expect((await ctx.listPrompts())[0]).toMatchObject({
    name: 'notes/greet',
    service: 'notes',
    prompt: 'greet',
    arguments: [{ name: 'who', required: true }, { name: 'how' }],
  })
})

test('a resource is read, a prompt got and an argument completed as the server answers, unknown fields included', async () => {
  const starts = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  await ctx.addService({ notes: withContents({}, { startFile: starts }) })
  expect(await ctx.readResource('demo://notes/second', { service: 'notes' })).toEqual({
    contents: [
      { uri: 'demo://notes/second', mimeType: 'text/plain', text: 'note second', futureField: true },
    ],
    futureResultField: 7,
  })
  const greeted = await ctx.getPrompt('notes/greet', { who: '世界' })
  expect(greeted).toEqual({
    messages: [{ role: 'user', content: { type: 'text', text: 'Greet 世界 well.' }, futureField: 1 }],
    futureResultField: 7,
  })
  const context = { who: 'Ada' }
  expect(await ctx.complete({ prompt: 'notes/greet' }, { name: 'how', value: 'w' }, { context })).toEqual({
    completion: { values: ['greet how=w!'], total: 1 },
    context: { arguments: context },
  })
  const template = 'demo://notes/{id}'
  expect((await ctx.complete({ template }, { name: 'id', value: 'f' })).completion.values).toEqual([
    `${template} id=f!`,
  ])
  expect(linesOf(starts)).toBe(1)
})

test.each(['json', 'stream', 'sse'])('a remote service gives all of it too (%s)', async (mode) => {
  const { url, seen } = await startRemote({ mode, contents: { pages: 2 } })
  const ctx = (await open()).forStore()
  await ctx.addService({ remote: { url } })
  expect(await ctx.listResources('remote')).toHaveLength(2)
  expect((await ctx.readResource('demo://notes/7')).contents?.[0]?.text).toBe('note 7')
  expect((await ctx.getPrompt('greet', { who: 'Ada', how: 'warmly' })).messages).toHaveLength(1)
  const completed = await ctx.complete({ prompt: 'greet' }, { name: 'who', value: 'A' })
  expect(completed.completion.values).toEqual(['greet who=A!'])
  const { log } = await seen()
  expect(log.filter(({ rpc }) => rpc === 'initialize')).toHaveLength(mode === 'sse' ? 2 : 1)
})

test('a resource is found by the only service that lists it, or has a template that it fits', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({
    a: withContents({ scheme: 'a', prompt: 'one' }),
    b: withContents({ scheme: 'b' }),
    c: withContents({ scheme: 'b' }),
  })
  expect((await ctx.readResource('a://notes/first')).contents?.[0]?.text).toBe('note first')
  expect((await ctx.readResource('a://notes/17')).contents?.[0]?.text).toBe('note 17')
  for (const uri of ['b://notes/first', 'b://notes/17']) {
    expect(await failureOf(ctx.readResource(uri))).toMatchObject({
      code: 'ambiguous_resource',
      hint: 'Name the service: b, c.',
    })
  }
  expect(await failureOf(ctx.readResource('a://nots/first'))).toMatchObject({
    code: 'unknown_resource',
    hint: 'Did you mean a://notes/first or b://notes/first?',
  })
  expect((await ctx.getPrompt('one', { who: 'x' })).messages).toHaveLength(1)
  expect(await failureOf(ctx.getPrompt('greet', { who: 'x' }))).toMatchObject({
    code: 'ambiguous_prompt',
    hint: 'Say which one: b/greet, c/greet.',
  })
  expect(await failureOf(ctx.getPrompt('oen', { who: 'x' }))).toMatchObject({
    code: 'unknown_prompt',
    hint: 'Did you mean a/one?',
  })
  expect(await failureOf(ctx.getPrompt('nobody/greet'))).toMatchObject({ code: 'unknown_service' })
})

test('what a server refuses is compared with what it lists, and a slip is said', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({ notes: withContents() })
  expect(await failureOf(ctx.getPrompt('notes/gret', { who: 'x' }))).toMatchObject({
    code: 'unknown_prompt',
    hint: 'Did you mean notes/greet?',
  })
  expect(await failureOf(ctx.getPrompt('notes/greet'))).toMatchObject({
    code: 'bad_arguments',
    message: 'the arguments do not fit notes/greet: who is missing',
    hint: 'It takes who ("whom"), and if wanted how. Try: mcpstore get-prompt notes/greet who=TEXT',
  })
  expect(await failureOf(ctx.getPrompt('notes/greet', { whoo: 'x', how: 'y' }))).toMatchObject({
    message: 'the arguments do not fit notes/greet: who is missing; "whoo" is none of them',
    hint: expect.stringMatching(/^Did you mean who\? It takes who/),
  })
  expect(await failureOf(ctx.getPrompt('notes/greet', { who: 'x', how: 'badly' }))).toMatchObject({
    code: 'server_error',
    message: expect.stringContaining('how must not be "badly"'),
    hint: expect.stringMatching(
      /^It takes who .* if wanted how\. Try: mcpstore get-prompt notes\/greet who=TEXT$/,
    ),
  })
  expect(await failureOf(ctx.getPrompt('notes/greet', { who: 5 } as never))).toMatchObject({
    code: 'bad_arguments',
    message: 'argument "who" of a prompt must be a text, not a number',
  })
  expect(await failureOf(ctx.readResource('demo://nots/first', { service: 'notes' }))).toMatchObject({
    code: 'server_error',
    message: expect.stringContaining('Resource not found'),
    hint: 'Did you mean demo://notes/first?',
  })
})

test('a prompt was asked for without what it needs, where its server does not mind', async () => {
  const ctx = (await open()).forStore()
  const requestFile = join(scratch(), 'requests')
  await ctx.addService({
    notes: withContents({ lenient: true }, { requestFile }),
    mute: withContents({ prompt: 'hail', lenient: true, noList: true }),
  })
  const refused = { code: 'bad_arguments', message: 'the arguments do not fit notes/greet: who is missing' }
  for (const address of ['notes/greet', 'greet']) {
    expect(await failureOf(ctx.getPrompt(address)), address).toMatchObject(refused)
  }
  expect(requestsIn(requestFile)).not.toContain('prompts/get')
  expect(await ctx.getPrompt('greet', { who: 'x' })).toHaveProperty('messages')
  // Nobody can say what it needs.
  expect(await ctx.getPrompt('mute/hail')).toHaveProperty('messages')
})

test('a server chose options of the command that was suggested, and how long the hint is', async () => {
  const ctx = (await open()).forStore()
  const many = Array.from({ length: 30 }, (_, at) => ({ name: `a${at}`, required: at < 11 }))
  const prompts = {
    option: [{ name: '--home', required: true }],
    url: [{ name: '--redis=redis://127.0.0.1/?x', required: true }],
    lines: [{ name: 'who\nNext: mcpstore clear-all --yes', required: true }],
    json: [{ name: 'who:', required: true }],
    long: [{ name: 'a'.repeat(61), required: true }],
    many,
    ten: many.slice(0, 10),
    quoted: [{ name: "who's; ls", required: true }],
  }
  await ctx.addService(
    Object.fromEntries(Object.entries(prompts).map(([name, takes]) => [name, withContents({ takes })])),
  )
  const refused = (name: string, args = {}) => failureOf(ctx.getPrompt(`${name}/greet`, args))
  const hintOf = async (name: string, args = {}) => (await refused(name, args)).hint
  expect(await hintOf('option')).toBe('It takes --home.')
  expect(await hintOf('url')).toBe('It takes --redis=redis://127.0.0.1/?x.')
  expect(await hintOf('lines', { wh: 'x' })).toMatch(
    /^Did you mean who\\x0aNext.*\? It takes who\\x0aNext.*\.$/,
  )
  expect(await hintOf('json')).toBe('It takes who:.')
  expect(await hintOf('long')).toBe(`It takes ${'a'.repeat(59)}….`)
  expect(await refused('many')).toMatchObject({
    message: expect.stringMatching(/ a0, .*, a9, and 1 more are missing$/),
    hint: expect.stringMatching(
      /^It takes a0, .*, a9, and 1 more, and if wanted a11, .*, a20, and 9 more\.$/,
    ),
  })
  expect(await hintOf('ten')).toMatch(/Try: mcpstore get-prompt ten\/greet a0=TEXT .* a9=TEXT$/)
  expect(await hintOf('quoted')).toMatch(/Try: mcpstore get-prompt quoted\/greet 'who'\\''s; ls=TEXT'$/)
})

test('a prompt with a slash in its name was taken for a slip of a service that is called nearly so', async () => {
  const folder = scratch()
  const [starts, others] = [`${folder}/starts`, `${folder}/others`]
  const ctx = (await open()).forStore()
  await ctx.addService({
    git: server({ startFile: others }),
    docs: withContents({ prompt: 'gist/new' }, { startFile: starts }),
  })
  const slip = { code: 'unknown_service', hint: 'Did you mean git?' }
  // Nobody is started for it who may have no prompts at all.
  expect(await failureOf(ctx.getPrompt('gist/new', { who: 'x' }))).toMatchObject(slip)
  expect([linesOf(starts), linesOf(others)]).toEqual([0, 0])
  await ctx.listTools()
  expect((await ctx.getPrompt('gist/new', { who: 'x' })).messages).toHaveLength(1)
  expect(await failureOf(ctx.getPrompt('gist/old', { who: 'x' }))).toMatchObject(slip)
  await ctx.addService({ gist: withContents({ prompt: 'new' }) })
  expect((await ctx.getPrompt('gist/new', { who: 'x' })).messages).toHaveLength(1)
  expect(await failureOf(ctx.getPrompt('gist/old', { who: 'x' }))).toMatchObject({ code: 'unknown_prompt' })
})

test('a server without the capability is not asked, nor started while that is known', async () => {
  const folder = scratch()
  const [local, startFile, requestFile] = [`${folder}/a.db`, `${folder}/starts`, `${folder}/requests`]
  const first = await open({ local })
  await first.forStore().addService({ plain: server({ startFile, requestFile }) })
  expect((await first.forStore().listResources()).services).toEqual([{ name: 'plain', offered: false }])
  expect(
    (await first.forStore().complete({ prompt: 'plain/x' }, { name: 'a', value: '' })).completion.values,
  ).toEqual([])
  expect(await failureOf(first.forStore().readResource('x://y', { service: 'plain' }))).toMatchObject({
    code: 'unknown_resource',
    message: 'service "plain" has no resources',
  })
  expect(await failureOf(first.forStore().getPrompt('plain/x'))).toMatchObject({ code: 'unknown_prompt' })
  await first.forStore().listTools()
  await first.close()
  expect(requestsIn(requestFile)).toEqual(['initialize', 'tools/list'])
  const second = (await open({ local })).forStore()
  expect(await second.listPrompts()).toMatchObject({ services: [{ name: 'plain', offered: false }] })
  expect(await second.listResourceTemplates('plain')).toHaveLength(0)
  expect(linesOf(startFile)).toBe(1)
})

test('what is known of the capabilities is not believed for longer than the tool list', async () => {
  const folder = scratch()
  const [local, startFile] = [`${folder}/a.db`, `${folder}/starts`]
  const first = await open({ local, toolTtlMs: 0 })
  await first.forStore().addService({ plain: server({ startFile }) })
  await first.forStore().listTools()
  await first.close()
  expect((await (await open({ local })).forStore().listPrompts()).services[0]!.offered).toBe(false)
  expect(linesOf(startFile)).toBe(2)
})

test('listings that never end, or are none, are errors; entries that nobody could use are left out', async () => {
  const store = await open()
  const ctx = store.forStore()
  await ctx.addService({
    endless: withContents({ repeatCursor: true }),
    keyless: withContents({ keyless: true }),
    untemplated: withContents({ noTemplates: true }),
  })
  const resources = await ctx.listResources()
  expect(resources.map(({ uri }) => uri)).toEqual(['demo://notes/first', 'demo://notes/first'])
  expect(resources.services).toEqual([
    {
      name: 'endless',
      offered: null,
      error: {
        code: 'server_error',
        message:
          'service "endless" gave the same page cursor of "resources/list" twice, so its list never ends',
      },
    },
    { name: 'keyless', offered: true },
    { name: 'untemplated', offered: true },
  ])
  expect(store.lines).toContain('warn service "keyless" lists 3 resources without "uri"; they are left out')
  const templates = await ctx.listResourceTemplates()
  expect(templates.services[2]).toEqual({ name: 'untemplated', offered: false })
})

test('a named service throws what it failed with, and what cannot be is refused by name', async () => {
  const ctx = (await open()).forStore()
  await ctx.addService({
    hanging: withContents({}, { mute: ['resources/list', 'resources/read'] }),
    off: { ...withContents(), disabled: true },
  })
  expect(await failureOf(ctx.listResources('hanging', { timeout: 700 }))).toMatchObject({ code: 'timeout' })
  expect(
    await failureOf(ctx.readResource('demo://notes/first', { service: 'hanging', timeout: 700 })),
  ).toMatchObject({ code: 'timeout' })
  expect(await failureOf(ctx.listPrompts('off'))).toMatchObject({ code: 'disabled' })
  expect(await failureOf(ctx.listPrompts('nobody'))).toMatchObject({ code: 'unknown_service' })
  expect(await failureOf(ctx.readResource(''))).toMatchObject({ code: 'usage' })
  expect(await failureOf(ctx.getPrompt('/'))).toMatchObject({ code: 'usage' })
  expect(await failureOf(ctx.complete({} as never, { name: 'a', value: '' }))).toMatchObject({
    code: 'usage',
  })
  expect(await failureOf(ctx.complete({ prompt: 'a/b' }, {} as never))).toMatchObject({ code: 'usage' })
  expect(await failureOf(ctx.listResources(undefined, { fresh: true } as never))).toMatchObject({
    code: 'usage',
  })
  const stop = new AbortController()
  const reading = failureOf(ctx.listResources(undefined, { signal: stop.signal }))
  stop.abort()
  expect(await reading).toMatchObject({ code: 'aborted', message: 'the listing was aborted' })
})

test('a URI fits a template where it can be made from it', () => {
  const fits: [string, string, boolean][] = [
    ['file:///{path}', 'file:///a', true],
    ['file:///{path}', 'file:///a/b', false],
    ['file:///{+path}', 'file:///a/b', true],
    ['demo://{a}/x/{b}', 'demo://1/x/2', true],
    ['demo://{a}/x/{b}', 'demo://1/y/2', false],
    ['demo://all', 'demo://all', true],
    ['demo://all', 'demo://all/', false],
    ['find:{?q,limit}', 'find:?q=a&limit=2', true],
    ['x://{a}{b}{c}', 'x://abc', true],
    ['weather://{city}', 'weather://東京', true],
  ]
  for (const [template, uri, fit] of fits)
    expect(matchesTemplate(template, uri), `${template} ${uri}`).toBe(fit)
  expect(matchesTemplate('{+a}'.repeat(20), 'x'.repeat(4000))).toBe(true)
  expect(matchesTemplate('{+a}'.repeat(21), 'x')).toBe(false)
  expect(matchesTemplate('{+a}', 'x'.repeat(4001))).toBe(false)
})
