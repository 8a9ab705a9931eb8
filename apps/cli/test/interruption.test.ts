import { describe, expect, it } from 'vitest'
import { type FakeWorld, fakeTool, findable, libraryError, run } from './fakes.ts'

const found = findable(fakeTool('s', 't'))
const never = <T>() => new Promise<T>(() => {})

/** A world that is interrupted as soon as `started` is called. */
function interrupted(build: (started: <T>() => Promise<T>) => FakeWorld): FakeWorld {
  const controller = new AbortController()
  const world = build(() => {
    queueMicrotask(() => controller.abort())
    return never()
  })
  return { ...world, host: { ...world.host, signal: controller.signal } }
}

describe('an interrupted command ends with 130 and closes the store', () => {
  it.each([
    ['list', interrupted((started) => ({ services: { listServices: () => started() } }))],
    ['wait w', interrupted((started) => ({ services: { waitService: () => started() } }))],
    ['list-tools', interrupted((started) => ({ services: { listTools: () => started() } }))],
    ['add a https://a.example', interrupted((started) => ({ services: { addService: () => started() } }))],
  ])('%s', async (line, world) => {
    const { exit, stdout, stderr, closed } = await run(line.split(' '), world)
    expect({ exit, stdout, stderr, closed }).toEqual({
      exit: 130,
      stdout: '',
      stderr: 'error: interrupted\n',
      closed: 1,
    })
  })
})

it('while stdin is read, or the store is opened, there is nothing to close', async () => {
  const reading = interrupted((started) => ({ host: { readStdin: () => started() } }))
  expect(await run(['add', '-'], reading)).toMatchObject({ exit: 130, opened: [] })
  const opening = interrupted((started) => ({ host: { openStore: () => started() } }))
  expect(await run(['list'], opening)).toMatchObject({ exit: 130, closed: 0 })
})

it.each([
  ['findTool', 'Nothing was called.'],
  ['useTool', 'The tool may have run. Find out before you call it again.'],
] as const)(
  'an interrupted call says whether the tool may have run, also while it says nothing itself (%s)',
  async (method, hint) => {
    const world = interrupted((started) => ({ services: { ...found, [method]: () => started() } }))
    const { exit, stdout, stderr, closed } = await run(['use-tool', 't'], world)
    expect({ exit, stdout, closed }).toEqual({ exit: 130, stdout: '', closed: 1 })
    expect(stderr).toBe(`error: interrupted\nhint:  ${hint}\n`)
  },
)

it('of a call that is interrupted while its arguments are read nothing was called', async () => {
  const world = interrupted((started) => ({ host: { readStdin: () => started() } }))
  const { exit, stderr, opened } = await run(['call', 't', '--args', '-'], world)
  expect({ exit, stderr, opened }).toEqual({
    exit: 130,
    stderr: 'error: interrupted\nhint:  Nothing was called.\n',
    opened: [],
  })
})

it('of a call that is interrupted while its tool is looked for nothing was called', async () => {
  const controller = new AbortController()
  const findTool = () => {
    controller.abort()
    return Promise.reject(libraryError('aborted', 'the listing was aborted'))
  }
  const world = { services: { findTool }, host: { signal: controller.signal } }
  const { stderr } = await run(['call', 's/t'], world)
  expect(stderr).toBe('error: interrupted: the listing was aborted\nhint:  Nothing was called.\n')
})

it.each([
  ['call t', { ...found, useTool: never }, 'useTool', ['s/t', {}]],
  ['info s/t', { findTool: never }, 'findTool', ['s/t']],
  ['restart s', { restartService: never }, 'restartService', ['s']],
] as const)('what %s waits for is told to stop', async (line, services, method, args) => {
  const world = interrupted((started) => ({ services: { ...services, [method]: () => started() } }))
  const { calls } = await run([...line.split(' '), '--json'], world)
  expect(calls[method]).toEqual([[...args, { signal: expect.objectContaining({ aborted: true }) }]])
})

it('work that fails after the interruption does not come up again', async () => {
  const world = interrupted((started) => ({
    services: {
      listServices: () =>
        Promise.race([
          started<never>(),
          new Promise<never>((_, reject) => setImmediate(reject, new Error('late'))),
        ]),
    },
  }))
  const { exit, stderr } = await run(['list'], world)
  await new Promise((resolve) => setImmediate(resolve))
  expect({ exit, stderr }).toEqual({ exit: 130, stderr: 'error: interrupted\n' })
})

it('says what became of a call that was under way, once the call itself has told', async () => {
  const controller = new AbortController()
  const useTool = (_: string, __: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise<never>((_resolve, reject) => {
      const gone = libraryError('aborted', 'the call was aborted; the tool may have run', 'Find out.')
      signal!.addEventListener('abort', () => setImmediate(reject, gone))
      queueMicrotask(() => controller.abort())
    })
  const host = { signal: controller.signal }
  const { exit, stdout, stderr, closed } = await run(['call', 't'], { services: { ...found, useTool }, host })
  expect({ exit, stdout, closed }).toEqual({ exit: 130, stdout: '', closed: 1 })
  expect(stderr).toBe(
    'error: interrupted: the call was aborted; the tool may have run\n' +
      'hint:  Find out. No server that was started for it runs any more.\n',
  )
})
