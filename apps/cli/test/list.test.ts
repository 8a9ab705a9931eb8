import type { AgentContext } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { renderTable } from '../src/output/text/table.ts'
import { fakeOutput, fakeService, run } from './fakes.ts'

const lastError = {
  code: 'unreachable',
  message: 'connect ECONNREFUSED\nat line 2',
  at: '2026-11-20T10:00:00.000Z',
}
const threeHoursAgo = new Date(Date.now() - 3 * 3_600_000).toISOString()
const weather = fakeService('weather', { fetchedAt: threeHoursAgo })
const broken = fakeService('broken-one', {
  transport: 'stdio',
  status: 'failing',
  toolCount: null,
  fetchedAt: null,
  facts: { ...weather.facts, health: 'failing', lastError },
})

function listing(...services: unknown[]) {
  return { services: { listServices: async () => services as never } }
}

it('shows each service in one line with the age of its tool list, a failing one with its reason', async () => {
  const { exit, stdout, stderr, closed } = await run(['list'], listing(weather, broken))
  expect({ exit, stderr, closed }).toEqual({ exit: 0, stderr: '', closed: 1 })
  expect(stdout).toMatchInlineSnapshot(`
    "NAME        TRANSPORT  STATUS   TOOLS  AGE
    weather     http       ok       2      3h
    broken-one  stdio      failing  -      -    connect ECONNREFUSED
    "
  `)
})

it.each([
  ['Starting up\n\nfatal: no license', 'exited with code 3: fatal: no license'],
  ['Loading\nno license', 'exited with code 3: no license'],
  [
    '[eval]:1\nthrow new Error("x")\n^\n\nError: no DB_URL\n    at [eval]:1:7\n\nNode.js v20.20.2',
    'exited with code 3: Error: no DB_URL',
  ],
  [
    'Traceback (most recent call last):\n  File "<stdin>", line 1\nModuleNotFoundError: No module named "x"',
    'exited with code 3: ModuleNotFoundError: No module named "x"',
  ],
  ['npm error code E404\nnpm error A complete log', 'exited with code 3: npm error code E404'],
  ['npm warn old', 'exited with code 3: npm warn old'],
])('of the output of a server that ended, %j, the row has the line that says why', async (output, note) => {
  const message = `service "broken-one" exited with code 3. Its last output:\n${output}`
  const ended = { ...broken, facts: { ...broken.facts, lastError: { ...lastError, message } } }
  const { stdout } = await run(['list'], listing(ended))
  expect(stdout.split('\n')[1]).toBe(`broken-one  stdio      failing  -      -    ${note}`)
})

it.each([
  [
    'service "broken-one" at 127.0.0.1:9 was not reached: nothing listens there',
    '127.0.0.1:9 was not reached: nothing listens there',
  ],
  ['service "broken-one" exited with code 3', 'exited with code 3'],
  ['the connection to service "broken-one" took longer than 30 s', 'the connection took longer than 30 s'],
  ['service "other" at 127.0.0.1:9 was not reached', 'service "other" at 127.0.0.1:9 was not reached'],
])('of %j the row has what does not stand in it already', async (message, note) => {
  const { stdout } = await run(
    ['list'],
    listing({ ...broken, facts: { ...broken.facts, lastError: { ...lastError, message } } }),
  )
  expect(stdout.split('\n')[1]).toBe(`broken-one  stdio      failing  -      -    ${note}`)
})

const storage = { backend: 'sqlite', configured: 'sqlite', state: 'up', absent: null }

it('--json is one document of exactly the documented fields', async () => {
  const { stdout } = await run(['list_services', '--json'], listing(weather, broken))
  expect(JSON.parse(stdout)).toEqual({
    services: [
      {
        name: 'weather',
        scope: 'store',
        transport: 'http',
        status: 'ok',
        toolCount: 2,
        fetchedAt: threeHoursAgo,
        age: expect.any(Number),
        facts: weather.facts,
      },
      {
        name: 'broken-one',
        scope: 'store',
        transport: 'stdio',
        status: 'failing',
        toolCount: null,
        fetchedAt: null,
        age: null,
        facts: broken.facts,
      },
    ],
    storage,
  })
})

it('an empty dataspace says how to add a service, and is an empty list as JSON', async () => {
  const { exit, stdout } = await run(['list'], listing())
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: 'No services yet. Add some: mcpstore add mcp.json\n',
  })
  expect(JSON.parse((await run(['list', '--json'], listing())).stdout)).toEqual({ services: [], storage })
})

it('the hint to add a service for an agent added it to the store', async () => {
  const { services } = listing()
  const { stdout } = await run(['list', '--agent', 'my agent'], {
    store: { forAgent: () => services as unknown as AgentContext },
  })
  expect(stdout).toBe(
    "No services for agent my agent yet. Add some: mcpstore add mcp.json --agent 'my agent'\n",
  )
})

it.each([
  { namespace: 'team', dataspace: 'default' },
  { namespace: 'default', dataspace: 'scratch' },
])('an empty dataspace that is not the default one is named with its namespace: %j', async (place) => {
  const { stdout } = await run(['list'], { ...listing(), store: place })
  const { namespace, dataspace } = place
  expect(stdout).toContain(`No services in dataspace ${dataspace} (namespace ${namespace}) yet.`)
})

it('a name that would drive the terminal is shown, not sent', async () => {
  const evil = fakeService('evil', { name: 'e\u001b[2Jvil' })
  expect((await run(['list'], listing(evil))).stdout).toContain('e\\x1b[2Jvil')
  expect(JSON.parse((await run(['list', '--json'], listing(evil))).stdout).services[0].name).toBe(evil.name)
})

it('on a terminal no line is longer than the terminal is wide', async () => {
  let shown = ''
  const out = { ...fakeOutput((text) => (shown += text)), columns: 40 }
  await run(['list'], { ...listing(weather, broken), host: { out } })
  expect(
    shown
      .split('\n')
      .map((line) => line.length)
      .sort((a, b) => b - a)[0],
  ).toBeLessThanOrEqual(40)
  expect(shown).toContain('…')
})

it('one long name hid the status, tools and age of every service on a narrow terminal', () => {
  const long = 'n'.repeat(56)
  const rows = [
    ['NAME', 'TRANSPORT', 'STATUS', 'TOOLS', 'AGE', ''],
    [long, 'stdio', 'ok', '13', '5s', ''],
    ['short', 'http', 'failing', '-', '-', 'exited with code 3'],
  ]
  const lines = renderTable(rows, { columns: 60, color: false }).split('\n')
  expect(lines[1]).toMatch(/^n+… {2}stdio +ok +13 +5s$/)
  expect(lines[2]).toMatch(/^short +http +failing +- +-/)
  expect(lines.every((line) => line.length <= 60)).toBe(true)
})
