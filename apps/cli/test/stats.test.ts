import type { ToolStats } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { fakeService, fakeStatus, fakeTool, libraryError, run } from './fakes.ts'

const counted = (name: string, more: Partial<ToolStats>): ToolStats => {
  const [service = '', tool = ''] = name.split('/')
  return { name, service, tool, calls: 1, errors: 0, p50Ms: 5, p95Ms: 10, counters: {}, ...more }
}
const all = [
  counted('a/fast', { calls: 9 }),
  counted('a/slow', { calls: 2, p50Ms: 250, p95Ms: Number.POSITIVE_INFINITY }),
  counted('b/bad', { calls: 4, errors: 3, p50Ms: undefined, p95Ms: undefined }),
]
const world = { services: { toolStats: async () => all } }
const names = (stdout: string) => stdout.split('\n').flatMap((line) => /^\w+\/\w+/.exec(line)?.[0] ?? [])

it('the most called come first, and all that was counted is told', async () => {
  const { exit, stdout } = await run(['stats'], world)
  expect(exit).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "TOOL    CALLS  ERRORS    P50       P95
    a/fast  9      -         ≤ 5 ms    ≤ 10 ms
    b/bad   4      3 (75 %)  -         -
    a/slow  2      -         ≤ 250 ms  > 1 s
    "
  `)
})

it.each([
  ['calls', ['a/fast', 'b/bad', 'a/slow']],
  ['errors', ['b/bad', 'a/fast', 'a/slow']],
  ['p95', ['a/slow', 'a/fast', 'b/bad']],
  ['name', ['a/fast', 'a/slow', 'b/bad']],
])('in the order of %s', async (sort, expected) => {
  expect(names((await run(['stats', '--sort', sort], world)).stdout)).toEqual(expected)
})

it.each([
  ['a', ['a/fast', 'a/slow']],
  ['b/bad', ['b/bad']],
  ['slow', ['a/slow']],
])('of %s alone', async (wanted, expected) => {
  expect(names((await run(['stats', wanted], world)).stdout)).toEqual(expected)
})

it('as JSON, where more than all that is told apart has no number', async () => {
  const { stdout } = await run(['stats', 'slow', '--json'], world)
  expect(JSON.parse(stdout)).toEqual({
    tools: [
      {
        name: 'a/slow',
        service: 'a',
        tool: 'slow',
        calls: 2,
        errors: 0,
        p50Ms: 250,
        p95Ms: null,
        counters: {},
      },
    ],
    storage: { backend: 'sqlite', configured: 'sqlite', state: 'up', pendingCounts: 0 },
  })
})

it('what was never called is said, and an order that there is not is refused', async () => {
  const quiet = { ...world.services, serviceInfo: async () => fakeService('quiet') }
  expect((await run(['stats', 'quiet', '--dataspace', 'd'], { services: quiet })).stdout).toBe(
    'No call of quiet was counted. To see what was: mcpstore stats --dataspace d\n',
  )
  const refused = await run(['stats', '--sort', 'age'], world)
  expect(refused).toMatchObject({
    exit: 1,
    opened: [],
    stderr: expect.stringContaining('calls, errors, p50, p95, name'),
  })
})

it('what there is not was shown as an empty table', async () => {
  const unknown = (code: 'unknown_service' | 'unknown_tool' | 'not_listed') => () =>
    Promise.reject(libraryError(code, `it is ${code}`, 'Did you mean c?'))
  const services = {
    ...world.services,
    serviceInfo: unknown('unknown_service'),
    listServices: async () => [fakeService('fleet')],
  }
  const exitOf = async (word: string, code: 'unknown_service' | 'unknown_tool' | 'not_listed') => {
    const { exit, stdout, stderr } = await run(['stats', word], {
      services: { ...services, findTool: unknown(code) },
    })
    return { exit, stdout, said: stderr.split('\n')[0] }
  }
  const said = 'error: there is no service and no tool "zz"'
  expect(await exitOf('zz', 'unknown_tool')).toEqual({ exit: 1, stdout: '', said })
  const here = `${said} in the tool lists that are known here`
  expect(await exitOf('zz', 'not_listed')).toEqual({ exit: 4, stdout: '', said: here })
  const unlisted = { services: { ...services, findTool: unknown('not_listed') } }
  expect((await run(['stats', 'zz'], unlisted)).stderr).toMatch(/asked once: mcpstore list-tools$/m)
  for (const [word, code] of [
    ['flet', 'not_listed'],
    ['zz/fast', 'unknown_service'],
  ] as const)
    expect(await exitOf(word, code)).toMatchObject({ exit: 1, said: 'error: it is unknown_service' })
  expect(await exitOf('a/zz', 'unknown_tool')).toMatchObject({ exit: 1, said: 'error: it is unknown_tool' })
  // Its service was never listed, and nothing of it was called.
  expect(await exitOf('b/zz', 'not_listed')).toMatchObject({ exit: 0, said: '' })
})

it('a tool is found by any name that use-tool takes', async () => {
  const services = {
    ...world.services,
    serviceInfo: () => Promise.reject(libraryError('unknown_service', 'none')),
    listServices: async () => [fakeService('a')],
    findTool: async () => fakeTool('a', 'fast'),
  }
  expect(names((await run(['stats', 'a__fast'], { services })).stdout)).toEqual(['a/fast'])
})

it('calls that wait to be sent were never made', async () => {
  const away = fakeStatus({ backend: 'memory', configured: 'redis', state: 'down', pendingCounts: 2 })
  const none = { services: { toolStats: async () => [], serviceInfo: async () => fakeService('a') } }
  const waits =
    'warning: what was counted on this machine is in this, and others do not see it yet: 2 counters wait to be sent\n'
  for (const [argv, said] of [
    [['stats'], 'No call is known here.\n'],
    [['stats', 'a'], 'No call of a is known here.\n'],
  ] as const) {
    const { exit, stdout, stderr } = await run([...argv], { ...none, status: away })
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: said })
    expect(stderr).toContain(waits)
  }
  const up = { ...fakeStatus(), pendingCounts: 2 }
  expect((await run(['stats', 'a'], { ...world, status: up })).stderr).not.toContain('wait to be sent')
  const some = await run(['stats', 'a'], { ...world, status: away })
  expect(some.stdout).toContain('a/fast')
  expect(some.stderr).toContain(waits)
  const mirror = { file: '/home/me/ws.db', problem: null, hint: null }
  const json = await run(['stats', '--json'], { ...world, status: { ...away, mirror } })
  expect(json.stderr).toBe('')
  expect(JSON.parse(json.stdout).storage).toEqual({
    backend: 'memory',
    configured: 'redis',
    state: 'down',
    pendingCounts: 2,
  })
  expect(JSON.parse((await run(['stats', '--json'], { ...world, status: up })).stdout).storage).toMatchObject(
    {
      state: 'up',
      pendingCounts: 0,
    },
  )
  // The status had no word for them either.
  expect((await run(['status'], { status: away })).stdout).toMatch(/^pending counts +2$/m)
  expect((await run(['stats'], { ...none, status: fakeStatus() })).stdout).toBe('No tool was called yet.\n')
})
