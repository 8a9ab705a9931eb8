import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { startHost } from '../support/host.ts'
import { documentOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { publishedServer } from '../support/servers.ts'

/** The three reference servers, in a box with a file for `filesystem` to read and a memory for `memory`. */
function publishedServers(box: Box): Record<string, object> {
  const note = box.write('files/note.txt', 'hello from a file')
  const memory = { MEMORY_FILE_PATH: box.path('memory.jsonl') }
  return {
    everything: publishedServer(box, 'everything'),
    filesystem: publishedServer(box, 'filesystem', { args: [note.replace('/note.txt', '')] }),
    memory: publishedServer(box, 'memory', { env: memory }),
  }
}

const entities = [{ name: 'Ada', entityType: 'person', observations: ['counts'] }]

it('the command line: from a file to a cleared dataspace', async () => {
  await using box = new Box()
  box.write('mcp.json', { mcpServers: publishedServers(box) })
  const run = (...argv: string[]) => mcpstore(box, argv)

  const added = await run('add', './mcp.json')
  expect(added).toMatchObject({ exit: 0, stderr: '' })
  for (const name of ['everything', 'filesystem', 'memory'])
    expect(added.stdout).toMatch(new RegExp(`^added +${name} +stdio `, 'm'))
  expect(added.stdout).toContain(`saved in ${box.database}`)

  const listed = documentOf(await run('list', '--json')).services
  expect(listed.map((one: Foreign) => [one.name, one.transport, one.status])).toEqual([
    ['everything', 'stdio', 'new'],
    ['filesystem', 'stdio', 'new'],
    ['memory', 'stdio', 'new'],
  ])
  expect(box.starts(), 'adding and listing start nothing').toEqual([])

  const live = documentOf(await run('list-tools', '--json'))
  expect(live.services.map(({ source }: Foreign) => source)).toEqual(['live', 'live', 'live'])
  expect(box.starts()).toHaveLength(3)
  const cached = documentOf(await run('list-tools', '--json'))
  expect(cached.services.map(({ source }: Foreign) => source)).toEqual(['cache', 'cache', 'cache'])
  expect(cached.tools).toEqual(live.tools)
  expect((await run('list-tools')).stdout).toMatch(/^ {2}memory\/read_graph\(\)/m)
  expect(box.starts(), 'the second listing starts nothing').toHaveLength(3)

  const waited = documentOf(await run('wait', 'memory', '--json'))
  expect(waited).toMatchObject({ name: 'memory', status: 'ok', toolCount: 9 })
  const info = await run('info', 'everything')
  expect(info).toMatchObject({ exit: 0, stderr: '' })
  expect(info.stdout).toMatch(/^server +mcp-servers\/everything .*protocol/m)

  expect(documentOf(await run('remove', 'everything', '--json'))).toEqual({
    removed: ['everything'],
    durable: 'local',
  })
  expect((await run('status')).stdout).toMatch(/^state +up \(/m)
  expect(await run('clear', '--yes')).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('removed 2 services'),
  })
  expect(documentOf(await run('list', '--json')).services).toEqual([])
  expect(documentOf(await run('list-tools', '--json'))).toEqual({ tools: [], services: [] })
})

it('the command line: arguments in every form, and what a server keeps outlives the command', async () => {
  await using box = new Box()
  const added = await mcpstore(box, ['add', JSON.stringify({ mcpServers: publishedServers(box) })])
  expect(added).toMatchObject({ exit: 0, stderr: '' })
  const call = async (argv: string[], stdin?: string): Promise<string> => {
    const outcome = await mcpstore(box, ['use-tool', ...argv], stdin === undefined ? {} : { stdin })
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    return outcome.stdout
  }

  expect(await call(['everything/echo', 'message=5'])).toBe('Echo: 5\n')
  expect(await call(['everything/get-sum', 'a=2', 'b:=3'])).toContain('2 and 3 is 5')
  expect(await call(['everything/get-sum', '--args', '{"a":20,"b":3}'])).toContain('20 and 3 is 23')
  expect(await call(['get-sum', '--args', '-', 'b=30'], '{"a":2,"b":3}')).toContain('2 and 30 is 32')
  expect(await call(['filesystem/read_text_file', `path=${box.path('files/note.txt')}`])).toBe(
    'hello from a file\n',
  )
  await call(['memory/create_entities', `entities:=${JSON.stringify(entities)}`])
  expect(await call(['memory__read_graph'])).toContain('"Ada"')
  const { content } = JSON.parse(await call(['memory_read_graph', '--json']))
  expect(JSON.parse(content[0].text).entities).toEqual(entities)
})

it('the library: from an empty store to a closed one, and the command line sees what it did', async () => {
  await using box = new Box()
  const host = await startHost(box)
  const { results, durable } = await host.do('addService', { mcpServers: publishedServers(box) })
  expect(results.map(({ status }: Foreign) => status)).toEqual(['added', 'added', 'added'])
  expect(durable).toBe('local')
  expect(box.starts()).toEqual([])
  expect(await host.do('waitService', 'memory')).toMatchObject({ status: 'ok', toolCount: 9 })
  expect(box.starts()).toHaveLength(1)

  const { list, services } = await host.do('listTools')
  expect(services.map(({ name, source }: Foreign) => [name, source])).toEqual([
    ['everything', 'live'],
    ['filesystem', 'live'],
    ['memory', 'cache'],
  ])
  expect(list.map(({ name }: Foreign) => name)).toEqual(
    expect.arrayContaining(['memory/read_graph', 'everything/echo']),
  )
  expect(box.starts()).toHaveLength(3)

  expect((await host.do('useTool', 'everything/echo', { message: '北京' })).content[0].text).toBe(
    'Echo: 北京',
  )
  const { structuredContent } = await host.do('useTool', 'create_entities', JSON.stringify({ entities }))
  expect(structuredContent).toEqual({ entities })
  expect(box.starts(), 'calls share the connections').toHaveLength(3)
  expect(await host.do('close')).toEqual({ left: 0 })

  const cached = documentOf(await mcpstore(box, ['list-tools', '--json']))
  expect(cached.tools.map(({ name }: Foreign) => name)).toEqual(list.map(({ name }: Foreign) => name))
  expect(box.starts()).toHaveLength(3)
  expect((await mcpstore(box, ['use-tool', 'read_graph'])).stdout).toContain('"Ada"')
})

it('resources, prompts and completions of a published server, by library and command line', async () => {
  await using box = new Box()
  const host = await startHost(box)
  await host.do('addService', { mcpServers: publishedServers(box) })
  const resources = await host.do('listResources')
  expect(resources.services).toEqual([
    { name: 'everything', offered: true },
    { name: 'filesystem', offered: false },
    { name: 'memory', offered: true },
  ])
  const { uri } = resources.list.find((one: Foreign) => one.mimeType?.startsWith('text/')) as Foreign
  expect((await host.do('readResource', uri)).contents[0].text.length).toBeGreaterThan(0)
  const templates = await host.do('listResourceTemplates', 'everything')
  expect(templates.list.map(({ uriTemplate }: Foreign) => uriTemplate)).toContain(
    'demo://resource/dynamic/text/{resourceId}',
  )
  const dynamic = await host.do('readResource', 'demo://resource/dynamic/text/7')
  expect(dynamic.contents[0]).toMatchObject({ uri: 'demo://resource/dynamic/text/7' })
  const prompts = await host.do('listPrompts')
  expect(prompts.list.map(({ name }: Foreign) => name)).toContain('everything/args-prompt')
  const got = await host.do('getPrompt', 'args-prompt', { city: 'Oslo' })
  expect(got.messages[0].content.text).toContain('Oslo')
  const refused = await host.ask('getPrompt', 'everything/args-prompt')
  expect(refused.error).toMatchObject({ code: 'bad_arguments', message: expect.stringContaining('city') })
  const argument = { name: 'department', value: 'E' }
  const suggested = await host.do('complete', { prompt: 'everything/completable-prompt' }, argument)
  expect(suggested.completion.values).toEqual(['Engineering'])
  expect((await host.do('checkServices')).list).toMatchObject([
    { name: 'everything', status: 'ok' },
    { name: 'filesystem', status: 'ok' },
    { name: 'memory', status: 'ok' },
  ])
  expect(box.starts()).toHaveLength(3)
  await host.do('close')

  const run = (...argv: string[]) => mcpstore(box, argv)
  expect((await run('resources', 'everything')).stdout).toMatch(/^everything +\d+ resources?, 2 templates$/m)
  expect((await run('read-resource', 'everything', uri)).stdout.length).toBeGreaterThan(0)
  expect((await run('prompts')).stdout).toMatch(/^ {2}everything\/args-prompt city=… \[state=…\] /m)
  expect((await run('get-prompt', 'everything/args-prompt', 'city=Oslo')).stdout).toMatch(/^user:\n.*Oslo/)
  expect(documentOf(await run('check', '--json')).services).toMatchObject([
    { name: 'everything', status: 'ok' },
    { name: 'filesystem', status: 'ok' },
    { name: 'memory', status: 'ok' },
  ])
  const restarted = documentOf(await run('restart', 'memory', '--json'))
  expect(restarted).toMatchObject({ name: 'memory', status: 'ok', toolCount: 9 })
})
