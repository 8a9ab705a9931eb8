import type { StoreStatus } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import {
  added,
  type FakeWorld,
  fakeOutput,
  fakeService,
  fakeStatus,
  fakeTool,
  findable,
  libraryError,
  run,
} from './fakes.ts'

const reason = 'redis://h:6379/0 cannot be reached'
const away = fakeStatus({
  backend: 'memory',
  configured: 'redis',
  state: 'down',
  reason,
  error: libraryError('storage', reason, 'Check that it runs.') as never,
  location: 'redis://h:6379/0',
  pendingWrites: 1,
})
const here = fakeStatus({ backend: 'redis', configured: 'redis', location: 'redis://h:6379/0' })

/** A store that takes changes as durable as said, and has `left` writes to send when it is closed. */
function world(durable: 'redis' | 'local' | 'memory', more: Partial<FakeWorld> = {}): FakeWorld {
  return {
    status: away,
    services: {
      addService: async () => ({ ...added('weather'), durable }),
      deleteService: async (name: string) => ({ name, status: 'deleted' as const, durable }),
      listServices: async () => [fakeService('weather')],
      serviceInfo: async (name: string) => fakeService(name),
    },
    left: 1,
    ...more,
  }
}

const add = ['add', 'weather', 'https://example.com/mcp']
const nothingFound = { inspect: async () => [], inspectServices: async () => [] }

it('a change that Redis took is saved there', async () => {
  const { exit, stdout, stderr } = await run(add, world('redis', { status: here, left: 0 }))
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout).toContain('saved in Redis\n')
})

it('a change that is kept here until Redis is back is done, with one warning', async () => {
  const warning = `warning: Redis does not have the change yet; it is kept on this machine and sent later: ${reason}\nhint:    Check that it runs.\n`
  const { exit, stdout, stderr } = await run(add, world('local'))
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: warning })
  expect(stdout).toContain('saved on this machine\n')
  expect(await run(['remove', 'weather'], world('local'))).toMatchObject({ exit: 0, stderr: warning })
  const json = await run([...add, '--json'], world('local'))
  expect(json).toMatchObject({ exit: 0, stderr: '' })
  expect(JSON.parse(json.stdout)).toMatchObject({ durable: 'local' })
})

it('what was unchanged was said to be a change that Redis does not have', async () => {
  const same = { addService: async () => ({ ...added('weather'), durable: 'local' as const }) }
  same.addService = async () => {
    const report = added('weather')
    return {
      ...report,
      results: report.results.map((one) => ({ ...one, status: 'unchanged' })),
      durable: 'local',
    } as never
  }
  const nothingWaits = fakeStatus({ ...away, pendingWrites: 0 })
  expect(await run(add, world('local', { services: same as never, status: nothingWaits }))).toMatchObject({
    exit: 0,
    stderr: `warning: whether Redis has it is not known: ${reason}\nhint:    Check that it runs.\n`,
  })
  // Where it waits since an earlier command it is known.
  const waits = await run(add, world('local', { services: same as never }))
  expect(waits.stderr).toContain('warning: Redis does not have the change yet')
})

it('a change that Redis refused names the key, and is not said to be sent later', async () => {
  const parked = [{ key: 'services:weather:config', problem: 'its key holds something that is no record' }]
  const status = fakeStatus({
    ...here,
    parked,
    mirror: { file: '/home/me/ws.db', problem: null, hint: null },
  })
  expect(await run(add, world('local', { status }))).toMatchObject({
    exit: 0,
    stderr:
      'warning: Redis refused the change, which is kept on this machine: services:weather:config: its key holds something that is no record\n' +
      'hint:    See what lies at that key and whether this user may write it, or use another name.\n',
  })
})

it('a change that was kept here and is sent at the last moment is in Redis', async () => {
  const json = await run([...add, '--json'], world('local', { status: here, left: 0 }))
  expect(JSON.parse(json.stdout)).toMatchObject({ durable: 'redis' })
})

it('a change that only memory has is not saved', async () => {
  for (const argv of [add, ['remove', 'weather']]) {
    const { exit, stdout, stderr } = await run(argv, world('memory'))
    expect({ exit, stdout }).toEqual({ exit: 5, stdout: '' })
    expect(stderr).toBe(
      `error: the change was NOT saved: ${reason}\nhint:  Check that it runs. Next: mcpstore doctor\n`,
    )
  }
})

it('a change that the mirror could not keep was told to be lost for want of Redis alone', async () => {
  const mirror = { file: '/home/me/ws.db', problem: '/home/me/ws.db is locked', hint: 'Wait for it.' }
  const { exit, stderr } = await run(add, world('memory', { status: { ...away, mirror } }))
  expect(exit).toBe(5)
  expect(stderr).toBe(
    `error: the change was NOT saved: ${reason}; nor can it be kept on this machine: ${mirror.problem}\n` +
      'hint:  Check that it runs. Wait for it. Next: mcpstore doctor\n',
  )
})

it('a change under the policy memory is not saved, though nothing went wrong', async () => {
  const status = fakeStatus({ backend: 'memory', configured: 'redis', reason: 'the policy is memory' })
  const { exit, stderr } = await run([...add, '--json'], world('memory', { status, left: 0 }))
  expect(exit).toBe(5)
  expect(JSON.parse(stderr).error).toMatchObject({
    code: 'not_durable',
    message: 'the change was NOT saved: the policy is memory',
    hint: expect.stringMatching(
      /^Choose another \(--policy, MCPSTORE_POLICY\), then run the command again\./,
    ),
  })
})

it('what is read while Redis is away is shown with a warning', async () => {
  const { exit, stdout, stderr } = await run(['list'], world('memory', { left: 0 }))
  expect(exit).toBe(0)
  expect(stdout).toContain('weather')
  expect(stderr).toBe(
    `warning: Redis is not reached, what is shown may be incomplete: ${reason}\nhint:    Check that it runs.\n`,
  )
  const json = await run(['list', '--json'], world('memory', { left: 0 }))
  expect(json.stderr).toBe('')
  expect(JSON.parse(json.stdout).storage).toEqual({
    backend: 'memory',
    configured: 'redis',
    state: 'down',
    absent: null,
  })
})

it('where Redis was not asked there were no services yet, and some to be added', async () => {
  const status = fakeStatus({ backend: 'memory', configured: 'redis', reason: 'the policy is memory' })
  const services = { listServices: async () => [] }
  const { exit, stdout, stderr } = await run(['list'], { status, services })
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'No services are known here\n' })
  expect(stderr).toContain('what is shown may be incomplete: the policy is memory')
})

it('the status names the address, and what is parked', async () => {
  const parked = [{ key: 'services:weather:config', problem: 'its key holds something else' }]
  const { stdout } = await run(['status'], { status: { ...away, parked } })
  expect(stdout).toMatch(/^address +redis:\/\/h:6379\/0$/m)
  expect(stdout).toMatch(/^parked +services:weather:config: its key holds something else$/m)
})

it('doctor shows the status, and what was found', async () => {
  const inspect = async () => [
    { name: 'version', severity: 'ok' as const, text: 'Redis 7', value: '7' },
    { name: 'eviction', severity: 'warning' as const, text: 'allkeys-lru', value: 'x', hint: 'Set it.' },
  ]
  const inspectServices = async () => [
    {
      name: 'service a\u001b[31m',
      severity: 'critical' as const,
      text: 'no npx',
      value: {},
      hint: 'Install it.',
    },
  ]
  const store = { inspect, inspectServices }
  const text = await run(['doctor'], { status: here, store })
  expect(text).toMatchObject({ exit: 0, stderr: '' })
  expect(text.stdout).toContain('backend         redis\n')
  expect(text.stdout).toMatch(
    /\nversion +ok +Redis 7\neviction +warning +allkeys-lru\n +Set it\.\n\nservice a\\x1b\[31m +critical +no npx\n +Install it\.\n$/,
  )
  const json = await run(['doctor', '--json'], { status: here, store })
  expect(JSON.parse(json.stdout)).toMatchObject({
    state: 'up',
    location: here.location,
    findings: [{}, {}, { severity: 'critical' }],
  })
})

it('on a narrow terminal what doctor found is broken between words, below itself', async () => {
  let shown = ''
  const out = { ...fakeOutput((text) => (shown += text)), columns: 60 }
  const text = 'at http://127.0.0.1:9/mcp was not reached: nothing listens there (ECONNREFUSED)'
  const hint = 'Check "url" in its config, and that the server runs.'
  const store = {
    inspect: async () => [],
    inspectServices: async () => [
      { name: 'service a', severity: 'critical' as const, text, value: {}, hint },
      { name: 'service longer', severity: 'ok' as const, text: 'fine', value: {} },
    ],
  }
  await run(['doctor'], { status: here, store, host: { out } })
  expect(shown.split('\n\n')[1]).toBe(`service a       critical  at http://127.0.0.1:9/mcp was not
                          reached: nothing listens there
                          (ECONNREFUSED)
                          Check "url" in its config, and
                          that the server runs.
service longer  ok        fine
`)
})

it('doctor tells of a storage that cannot be looked at', async () => {
  const inspect = async () => {
    throw new Error('gone')
  }
  const store = { inspect, inspectServices: inspect }
  const { exit, stdout, stderr } = await run(['doctor', '--json'], { status: away, store })
  expect(exit).toBe(5)
  expect(JSON.parse(stdout)).toMatchObject({ state: 'down', reason, pendingWrites: 1, findings: [] })
  expect(JSON.parse(stderr).error.message).toBe(reason)
  // Where the storage answers, what goes wrong with the services is no matter of course.
  const up = { status: here, store: { inspect: async () => [], inspectServices: inspect } }
  expect(await run(['doctor'], up)).toMatchObject({ exit: 1, stdout: '' })
})

describe('what a command found out by the way, and nothing took', () => {
  const full = 'ws.db cannot grow: the disk is full'
  const error = libraryError('storage', full, 'Free some space.') as never
  const closed = { state: 'closed', backend: 'memory', reason: full, error } as const
  /** A store that was fine until it was closed. */
  const unsaved = (changes: Partial<StoreStatus>, left: number): FakeWorld => {
    const { configured } = fakeStatus(changes)
    let status = fakeStatus({ configured, backend: configured })
    const findOut = async (name: string) => {
      status = { ...status, pendingWrites: left }
      return fakeService(name, { toolCount: 3 })
    }
    return {
      services: { waitService: findOut, restartService: findOut },
      store: {
        status: () => status,
        close: async () => {
          status = fakeStatus({ ...closed, ...changes })
          return { left }
        },
      },
    }
  }

  it('was dropped without a word: it is counted, and why is said', async () => {
    const hint = 'hint:    Free some space.\n'
    for (const [left, pendingCounts, what] of [
      [2, 0, '2 records'],
      [0, 1, '1 counter'],
      [1, 3, '1 record and 3 counters'],
    ] as const) {
      const { exit, stdout, stderr } = await run(['wait', 'weather'], unsaved({ pendingCounts }, left))
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'ok weather 3 tools\n' })
      expect(stderr).toBe(`warning: what this command found out (${what}) was NOT saved: ${full}\n${hint}`)
    }
    expect((await run(['wait', 'weather', '--quiet'], unsaved({}, 1))).stderr).toBe('')
    expect((await run(['wait', 'weather'], unsaved({}, 0))).stderr).toBe('')
  })

  it('was told nowhere with --json: it is a line of its own, where no error is', async () => {
    const { exit, stdout, stderr } = await run(['wait', 'weather', '--json'], unsaved({}, 1))
    expect({ exit, ...JSON.parse(stdout) }).toMatchObject({ exit: 0, name: 'weather' })
    const message = `what this command found out (1 record) was NOT saved: ${full}`
    const warning = { code: 'not_durable', message, hint: 'Free some space.' }
    expect(stderr).toBe(`${JSON.stringify({ warning })}\n`)
    expect((await run(['wait', 'weather', '--json', '--quiet'], unsaved({}, 1))).stderr).toBe('')
    expect((await run(['wait', 'weather', '--json'], unsaved({}, 0))).stderr).toBe('')
    const mirror = { file: '/home/me/ws.db', problem: null, hint: null }
    const kept = await run(['wait', 'weather', '--json'], unsaved({ configured: 'redis', mirror }, 1))
    expect(kept.stderr, 'what is kept here is not lost').toBe('')
    const failing = unsaved({}, 1)
    failing.services!.waitService = async () => {
      throw libraryError('unreachable', 'it is away')
    }
    const failed = await run(['wait', 'weather', '--json'], { ...failing, left: 1 })
    expect(failed.exit).toBe(4)
    expect(JSON.parse(failed.stderr), 'the error has the line').toHaveProperty('error.code', 'unreachable')
  })

  it('is nothing of what was refused before, which stays where it is', async () => {
    const parked = [{ key: 'services:huge:cache', problem: 'it is too large' }]
    const mirror = { file: '/home/me/ws.db', problem: null, hint: null }
    const status = fakeStatus({ configured: 'redis', backend: 'redis', mirror, parked })
    const services = {
      waitService: async (name: string) => fakeService(name, { toolCount: 3 }),
      restartService: async (name: string) => fakeService(name, { toolCount: 3 }),
    }
    for (const command of ['wait', 'restart']) {
      const told = await run([command, 'weather'], { status, services, left: 1 })
      expect(told).toMatchObject({ exit: 0, stdout: 'ok weather 3 tools\n', stderr: '' })
      let now = status
      const close = async () => {
        now = { ...status, pendingWrites: 1 }
        return { left: 2 }
      }
      const more = await run([command, 'weather'], { services, store: { status: () => now, close } })
      expect(more.stderr).toContain('Redis does not have')
    }
  })

  it('was called renewed for everybody by restart: that ends with 5', async () => {
    const text = await run(['restart', 'weather'], unsaved({}, 1))
    expect(text).toMatchObject({ exit: 5, stdout: 'ok weather 3 tools\n' })
    expect(text.stderr).toBe(
      `error: the tool list of "weather" was NOT saved: ${full}\nhint:  Free some space. Next: mcpstore doctor\n`,
    )
    const json = await run(['restart', 'weather', '--json'], unsaved({}, 1))
    expect(json.exit).toBe(5)
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'weather' })
    expect(JSON.parse(json.stderr).error).toMatchObject({ code: 'not_durable' })
    expect(await run(['restart', 'weather'], unsaved({}, 0))).toMatchObject({ exit: 0, stderr: '' })
  })

  it('is kept on this machine, where there is a mirror, and that is said', async () => {
    const mirror = { file: '/home/me/ws.db', problem: null, hint: null }
    const kept = { configured: 'redis', mirror } as const
    const sent = `it is kept on this machine and sent later: ${full}\nhint:    Free some space.\n`
    expect(await run(['wait', 'weather'], unsaved(kept, 1))).toMatchObject({
      exit: 0,
      stderr: `warning: Redis does not have what this command found out (1 record) yet; ${sent}`,
    })
    expect(await run(['restart', 'weather'], unsaved(kept, 1))).toMatchObject({
      exit: 0,
      stderr: `warning: Redis does not have the tool list of "weather" yet; ${sent}`,
    })
  })

  it('while Redis is away is said beside that, and not why once more', async () => {
    const services = { waitService: async (name: string) => fakeService(name) }
    const { stderr } = await run(['wait', 'weather'], { status: away, services, left: 1 })
    expect(stderr).toBe(
      `warning: Redis is not reached, what is shown may be incomplete: ${reason}\nhint:    Check that it runs.\n` +
        'warning: what this command found out (1 record) was NOT saved\n',
    )
  })
})

describe('a warning of an outage', () => {
  const mirror = { file: '/home/me/ws.db', problem: null, hint: null }
  const waits = { ...away, mirror } as StoreStatus

  it('called what an earlier command wrote a finding of this one', async () => {
    const readOnly = fakeStatus({ ...waits, backend: 'redis', state: 'write-degraded' })
    for (const argv of [['list'], ['doctor']]) {
      const { stderr } = await run(argv, { ...world('local'), status: readOnly, store: nothingFound })
      expect(stderr).toContain(
        `warning: 1 earlier change waits on this machine and is sent later: ${reason}\n`,
      )
      expect(stderr).not.toContain('found out')
    }
    const more = await run(['list'], { ...world('local'), status: readOnly, left: 3 })
    expect(more.stderr).toContain('Redis does not have what this command found out (2 records) yet')
  })

  it('said that what a tool, a server or a log tells may be incomplete', async () => {
    const services = {
      ...world('local').services,
      checkServices: async () => [{ name: 'weather', status: 'ok' as const, tookMs: 1, stale: false }],
      serviceLogs: async function* () {},
      readResource: async () => ({ contents: [] }),
      getPrompt: async () => ({ messages: [] }),
      useTool: async () => ({ content: [] }),
      ...findable(fakeTool('weather', 'forecast')),
    }
    const counts = { ...waits, pendingWrites: 0, pendingCounts: 2 } as StoreStatus
    const sent = `it is kept on this machine and sent later: ${reason}\n`
    for (const argv of [
      ['use-tool', 'forecast'],
      ['check', 'weather'],
      ['logs', 'weather'],
      ['read-resource', 'weather', 'a:b'],
      ['get-prompt', 'weather/p'],
    ]) {
      const { exit, stderr } = await run(argv, { services: services as never, status: counts, left: 0 })
      expect({ argv, exit }).toEqual({ argv, exit: 0 })
      expect(stderr).not.toContain('incomplete')
      expect(stderr).toContain(
        `warning: Redis does not have what this command found out (2 counters) yet; ${sent}`,
      )
    }
    // Which services there are may well be another question.
    const all = await run(['check'], { services: services as never, status: waits, left: 0 })
    expect(all.stderr).toContain('incomplete')
  })
})
