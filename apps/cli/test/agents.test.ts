import type { AgentContext, AssignReport, Store } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import { added, fakeService, fakeTool, fakeToolList, findable, libraryError, run } from './fakes.ts'

/** A world in which only the agent of this id is asked, for these methods. */
function worldOf(id: string, methods: Partial<AgentContext>): { store: Partial<Store>; asked: string[] } {
  const asked: string[] = []
  const forAgent = (given: string) => {
    asked.push(given)
    expect(given).toBe(id)
    return methods as AgentContext
  }
  return { store: { forAgent }, asked }
}

const report = (status: AssignReport['status']) => async (service: string) =>
  ({ agent: '研究', service, status, durable: 'local' }) as AssignReport

describe('--agent', () => {
  const own = fakeService('notes', { scope: { agent: '研究' }, fetchedAt: null })
  const shared = fakeService('weather', {
    assigned: { allow: ['get_*'], deny: ['*_secret', '*_key'] },
    fetchedAt: null,
  })
  const methods: Partial<AgentContext> = {
    addService: async () => added('notes'),
    listServices: async () => [own, shared],
    serviceInfo: async () => shared,
    waitService: async () => own,
    ...findable(fakeTool('weather', 'get_forecast')),
    listTools: async () => fakeToolList([], []),
    useTool: async () => ({ content: [] }),
    deleteService: async (name) => ({ name, status: 'deleted', durable: 'local' }),
    trustService: async (name) => ({ name, status: 'approved', trusted: true }),
    revokeTrust: async (name) => ({ name, status: 'revoked', trusted: false }),
    checkServices: async () => [{ name: 'notes', status: 'ok', tookMs: 1 }],
    restartService: async () => own,
    readResource: async () => ({ contents: [] }),
    listPrompts: async () => Object.assign([], { services: [] }),
    getPrompt: async () => ({ messages: [] }),
  }

  it.each([
    ['add notes https://example.com/mcp', 'addService'],
    ['list', 'listServices'],
    ['list-tools', 'listTools'],
    ['use-tool weather/get_forecast', 'useTool'],
    ['info weather', 'serviceInfo'],
    ['info weather/get_forecast', 'findTool'],
    ['wait notes', 'waitService'],
    ['remove notes', 'deleteService'],
    ['trust notes --yes', 'trustService'],
    ['trust notes --revoke', 'revokeTrust'],
    ['check', 'checkServices'],
    ['restart notes', 'restartService'],
    ['read-resource notes note://1', 'readResource'],
    ['prompts', 'listPrompts'],
    ['get-prompt notes/summary', 'getPrompt'],
  ] as const)('%s asks the agent', async (line, method) => {
    const calls: string[] = []
    const only = {
      ...methods,
      [method]: (...args: unknown[]) => {
        calls.push(method)
        return (methods[method] as (...given: unknown[]) => unknown)(...args)
      },
    }
    const { store, asked } = worldOf('研究', only)
    expect(await run([...line.split(' '), '--agent', '研究'], { store })).toMatchObject({
      exit: 0,
      stderr: '',
    })
    expect([calls, asked]).toEqual([[method], ['研究']])
  })

  it('list says whose each service is', async () => {
    const { stdout } = await run(['list', '--agent', '研究'], worldOf('研究', methods))
    expect(stdout).toMatchInlineSnapshot(`
      "NAME     SCOPE       TRANSPORT  STATUS  TOOLS  AGE
      notes    agent 研究  http       ok      2      -
      weather  store       http       ok      2      -
      "
    `)
  })

  it('list of the store does so only where there are agents, and --json always', async () => {
    const listing = (...services: ReturnType<typeof fakeService>[]) => ({
      services: { listServices: async () => services },
    })
    expect((await run(['list'], listing(fakeService('weather')))).stdout).not.toContain('SCOPE')
    const weather = fakeService('weather', { fetchedAt: null })
    expect((await run(['list'], listing(weather, own))).stdout).toMatchInlineSnapshot(`
      "NAME     SCOPE       TRANSPORT  STATUS  TOOLS  AGE
      weather  store       http       ok      2      -
      notes    agent 研究  http       ok      2      -
      "
    `)
    const { stdout } = await run(['list', '--json', '--agent', '研究'], worldOf('研究', methods))
    expect(JSON.parse(stdout).services).toMatchObject([
      { name: 'notes', scope: { agent: '研究' } },
      { name: 'weather', scope: 'store', assigned: { allow: ['get_*'], deny: ['*_secret', '*_key'] } },
    ])
    expect(JSON.parse(stdout).services[0]).not.toHaveProperty('assigned')
  })

  it('info says what of a service is assigned', async () => {
    const { stdout } = await run(['info', 'weather', '--agent', '研究'], worldOf('研究', methods))
    expect(stdout).toContain('assigned   tools that fit get_*, except *_secret, *_key\n')
  })

  it('the lines to go on from are for the same agent', async () => {
    const { stdout } = await run(
      ['info', 'weather/get_forecast', '--agent', '研究'],
      worldOf('研究', methods),
    )
    expect(stdout).toContain("mcpstore use-tool weather/get_forecast --agent '研究'\n")
    const failing = { ...methods, argumentProblems: async () => [{ argument: 'a', problem: 'no' }] }
    const { stderr } = await run(
      ['call', 'weather/get_forecast', '--agent', '研究'],
      worldOf('研究', failing),
    )
    expect(stderr).toContain("mcpstore info weather/get_forecast --agent '研究'\n")
  })
})

describe('assign and unassign', () => {
  it.each([
    ['assign weather', { allow: ['*'], deny: [] }, 'weather is assigned to 研究: all tools'],
    [
      'assign weather --allow get_* --allow list --deny *x',
      { allow: ['get_*', 'list'], deny: ['*x'] },
      'weather is assigned to 研究: tools that fit get_*, list, except *x',
    ],
  ])('%s', async (line, filter, sentence) => {
    const given: unknown[] = []
    const assignService: AgentContext['assignService'] = (name, options) => {
      given.push([name, options])
      return report('assigned')(name)
    }
    const world = worldOf('研究', { assignService })
    const { exit, stdout } = await run([...line.split(' '), '--agent', '研究'], world)
    expect({ exit, stdout, given }).toEqual({
      exit: 0,
      stdout: `${sentence}\n`,
      given: [['weather', filter]],
    })
    const { stdout: json } = await run([...line.split(' '), '--agent', '研究', '--json'], world)
    expect(JSON.parse(json)).toEqual({
      agent: '研究',
      service: 'weather',
      status: 'assigned',
      ...filter,
      durable: 'local',
    })
  })

  it('what fits no tool is a warning', async () => {
    const warnings = ['no tool fits "gte"']
    const assignService = async (name: string) => ({ ...(await report('assigned')(name)), warnings })
    const world = worldOf('研究', { assignService })
    const { exit, stderr } = await run(['assign', 'weather', '--allow', 'gte', '--agent', '研究'], world)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'warning: no tool fits "gte"\n' })
    const json = await run(['assign', 'weather', '--allow', 'gte', '--agent', '研究', '--json'], world)
    expect(json).toMatchObject({ exit: 0, stderr: '' })
    expect(JSON.parse(json.stdout)).toMatchObject({ warnings, allow: ['gte'] })
  })

  it('the same again is said to be so', async () => {
    const world = worldOf('研究', { assignService: report('unchanged') })
    const { stdout } = await run(['assign', 'weather', '--agent', '研究'], world)
    expect(stdout).toBe('unchanged: weather is assigned to 研究: all tools\n')
  })

  it('unassign', async () => {
    const world = worldOf('研究', { unassignService: report('unassigned') })
    const line = ['unassign', 'weather', '--agent', '研究']
    expect(await run(line, world)).toMatchObject({
      exit: 0,
      stdout: 'weather is no longer assigned to 研究\n',
    })
    expect(JSON.parse((await run([...line, '--json'], world)).stdout)).toEqual({
      agent: '研究',
      service: 'weather',
      status: 'unassigned',
      durable: 'local',
    })
  })

  it.each(['assign', 'unassign'])(
    '%s without an agent is refused before anything is opened',
    async (command) => {
      const { exit, stderr, opened } = await run([command, 'weather'])
      expect({ exit, opened }).toEqual({ exit: 1, opened: [] })
      expect(stderr).toContain('Name it: --agent ID.')
    },
  )

  it('what the library refuses is an error', async () => {
    const refuse = () =>
      Promise.reject(libraryError('unknown_service', 'it is not assigned', 'Nothing is assigned to it.'))
    const { exit, stderr } = await run(
      ['unassign', 'weather', '--agent', '研究'],
      worldOf('研究', { unassignService: refuse }),
    )
    expect({ exit, stderr }).toEqual({
      exit: 1,
      stderr:
        "error: it is not assigned\nhint:  Nothing is assigned to it. Next: mcpstore list --agent '研究'\n",
    })
  })

  it('a change that nothing keeps is not said to be made', async () => {
    const assignService = async (service: string): Promise<AssignReport> => ({
      ...(await report('assigned')(service)),
      durable: 'memory',
    })
    const world = { ...worldOf('研究', { assignService }), left: 1 }
    const { exit, stdout, stderr } = await run(['assign', 'weather', '--agent', '研究'], world)
    expect({ exit, stdout }).toEqual({ exit: 5, stdout: '' })
    expect(stderr).toContain('the change was NOT saved')
  })
})

describe('agents', () => {
  const all = [
    {
      id: 'a\u001b[2J',
      services: ['notes'],
      assigned: [{ name: 'weather', allow: ['*'], deny: ['*_secret'] }],
    },
    { id: '研究', services: [], assigned: [{ name: 'files', allow: ['read_*'], deny: [] }] },
  ]

  it('lists them with what they have', async () => {
    const { stdout } = await run(['agents'], { store: { listAgents: async () => all } })
    expect(stdout).toMatchInlineSnapshot(`
      "AGENT     SERVICE
      a\\x1b[2J  notes    its own
      a\\x1b[2J  weather  assigned: all tools, except *_secret
      研究      files    assigned: tools that fit read_*
      "
    `)
    expect(
      JSON.parse((await run(['list_agents', '--json'], { store: { listAgents: async () => all } })).stdout),
    ).toEqual({ agents: all })
  })

  it('says where to begin when there are none', async () => {
    const { exit, stdout } = await run(['agents'], { store: { listAgents: async () => [] } })
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: 'No agents. See mcpstore assign --help, or mcpstore add --help\n',
    })
  })
})
