import { expect, it } from 'vitest'
import { fakeOutput, fakeService, fakeStatus, fakeToolList, libraryError, run } from './fakes.ts'

const error = libraryError('storage', 'The file is corrupt.', 'Move it away.') as never

it('shows where the data lies', async () => {
  const { exit, stdout, stderr } = await run(['status'])
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout).toMatchInlineSnapshot(`
    "backend         sqlite
    state           up (it can be read; a write was not tried)
    since           2026-11-20T10:00:00.000Z (as far as this command has seen)
    namespace       default
    dataspace       default
    pending writes  0
    file            /home/me/.local/share/mcpstore/local/default/default.db
    "
  `)
})

it('on a narrow terminal a fact goes on below itself, between words', async () => {
  let shown = ''
  const out = { ...fakeOutput((text) => (shown += text)), columns: 44 }
  await run(['status'], { host: { out } })
  expect(shown).toContain(`
state           up (it can be read; a write
                was not tried)
since           2026-11-20T10:00:00.000Z (as
                far as this command has
                seen)
namespace       default
`)
})

it('--json is a document of exactly the documented fields', async () => {
  const { error: _error, location: _location, ...shape } = fakeStatus({ staleMs: 90_000 })
  const { stdout } = await run(['status', '--json'], { status: fakeStatus({ staleMs: 90_000 }) })
  expect(JSON.parse(stdout)).toEqual(shape)
})

it('tells of a store that is down instead of refusing to', async () => {
  const status = fakeStatus({
    state: 'down',
    backend: 'memory',
    reason: 'corrupt',
    error,
    pendingWrites: 3,
    staleMs: 90_000,
  })
  const text = await run(['status'], { status })
  expect(text).toMatchObject({
    exit: 5,
    stderr: 'error: The file is corrupt.\nhint:  Move it away. Next: mcpstore doctor\n',
    closed: 1,
  })
  expect(text.stdout).toMatchInlineSnapshot(`
    "backend         memory (configured: sqlite)
    state           down
    since           2026-11-20T10:00:00.000Z (as far as this command has seen)
    namespace       default
    dataspace       default
    pending writes  3
    file            /home/me/.local/share/mcpstore/local/default/default.db
    behind by       1m
    reason          corrupt
    "
  `)
  const json = await run(['status', '--json'], { status })
  expect(json.exit).toBe(5)
  expect(JSON.parse(json.stdout)).toMatchObject({ state: 'down', backend: 'memory', configured: 'sqlite' })
  expect(JSON.parse(json.stderr).error.code).toBe('storage')
})

it('of a file that may not be written says so, as far as permissions tell', async () => {
  const writeObstacle = async (file: string) => libraryError('storage', `${file} is closed`, 'Open it.')
  expect(await run(['status'], { host: { writeObstacle } })).toMatchObject({
    exit: 5,
    stdout: expect.stringContaining('it can be read'),
    stderr: `error: ${fakeStatus().location} is closed\nhint:  Open it. Next: mcpstore doctor\n`,
  })
  expect(
    await run(['status'], { host: { writeObstacle }, status: fakeStatus({ location: null }) }),
  ).toMatchObject({
    exit: 0,
  })
})

it('of Redis the folder the command runs in was looked at, and no change could be saved where it is read-only', async () => {
  const writeObstacle = async (file: string) => libraryError('storage', `${file} is closed`, 'Open it.')
  const status = fakeStatus({ backend: 'redis', configured: 'redis', location: 'redis://h:6379/0' })
  const told = await run(['status'], { host: { writeObstacle }, status })
  expect(told).toMatchObject({ exit: 0, stderr: '' })
  const nothing = { services: { listServices: async () => [] } }
  const { stdout } = await run(['list'], { ...nothing, host: { writeObstacle }, status })
  expect(stdout).toBe('No services yet. Add some: mcpstore add mcp.json\n')
})

it('a mirror that may not be written was told to be kept as long as nothing was written', async () => {
  const writeObstacle = async (file: string) => libraryError('storage', `${file} is closed`, 'Open it.')
  const mirror = { file: '/home/me/ws.db', problem: null, hint: null }
  const status = fakeStatus({ backend: 'redis', configured: 'redis', location: 'redis://h:6379/0', mirror })
  for (const command of ['status', 'doctor']) {
    const world = {
      host: { writeObstacle },
      status,
      store: { inspect: async () => [], inspectServices: async () => [] },
    }
    const { exit, stdout, stderr } = await run([command, '--dataspace', 'd'], world)
    expect(exit).toBe(0)
    expect(stderr).toBe('warning: /home/me/ws.db is closed\nhint:    Open it.\n')
    expect(stdout).toMatch(/^not kept +\/home\/me\/ws\.db is closed$/m)
    const json = JSON.parse((await run([command, '--json'], world)).stdout)
    expect(json.mirror).toEqual({ file: mirror.file, problem: `${mirror.file} is closed`, hint: 'Open it.' })
  }
})

it('records that cannot be used were told line by line by every command: status names them, list in one line', async () => {
  const bad = (name: string) => ({ key: `services:${name}:config`, problem: 'type must be\u001b[31m stdio' })
  const status = fakeStatus({ quarantined: [bad('a'), bad('b'), bad('c')] })
  const { exit, stdout, stderr } = await run(['status'], { status })
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout.match(/^left out +services:[abc]:config: type must be\\x1b\[31m stdio$/gm)).toHaveLength(3)
  expect(JSON.parse((await run(['status', '--json'], { status })).stdout).quarantined).toHaveLength(3)
  const services = {
    listServices: async () => [],
    listTools: async () => fakeToolList([], []),
    serviceInfo: async () => fakeService('w'),
  }
  const listed = await run(['list'], { status, services })
  expect(listed.stderr).toBe(
    'warning: the record services:a:config cannot be used and was left out: type must be\\x1b[31m stdio, and 2 more;' +
      ' mcpstore status names them\n',
  )
  for (const argv of [['list', '--json'], ['list-tools'], ['info', 'w']]) {
    expect((await run(argv, { status, services })).stderr).toBe('')
  }
})
