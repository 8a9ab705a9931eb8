import type { Durability } from '@mcpstore/core'
import { describe, expect, it } from 'vitest'
import { fakeService, fakeStatus, libraryError, run } from './fakes.ts'

const unknown = () =>
  Promise.reject(libraryError('unknown_service', 'There is no service "wether".', 'Did you mean "weather"?'))

describe('info', () => {
  const lastError = { code: 'timeout', message: 'no answer', at: '2026-11-20T09:00:00.000Z' }
  const service = fakeService('files', {
    transport: 'stdio',
    status: 'failing',
    fetchedAt: new Date(Date.now() - 3 * 3_600_000).toISOString(),
    config: {
      type: 'stdio',
      command: 'npx',
      args: ['-y', 'server'],
      env: { KEY: '***', HOME: '/x' },
      cwd: '/work',
      description: 'Reads\nfiles.',
    },
    server: {
      name: 'fs\u001b[31m',
      version: '1.2.0',
      protocolVersion: '2025-06-18',
      capabilities: {},
      instructions: undefined,
    },
    facts: { ...fakeService('files').facts, lastError, retryAt: '2026-11-20T10:05:00.000Z', tools: 'stale' },
  })

  it('shows what is known, line by line', async () => {
    const { exit, stdout } = await run(['get', 'files'], { services: { serviceInfo: async () => service } })
    expect(exit).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "name         files
      status       failing
      transport    stdio
      description  Reads files.
      command      npx -y server
      folder       /work
      env          KEY=***
      env          HOME=/x
      tools        2 tools (cached 3h ago, stale)
      server       fs\\x1b[31m 1.2.0 (protocol 2025-06-18)
      last error   timeout: no answer
      failed at    2026-11-20T09:00:00.000Z
      tried again  2026-11-20T10:05:00.000Z
      "
    `)
  })

  it("keeps the lines of a server's last output", async () => {
    const message = 'exited with code 1. Its last output:\n[eval]:1\n    at [eval]:1:7'
    const failed = { ...service, facts: { ...service.facts, lastError: { ...lastError, message } } }
    const { stdout } = await run(['get', 'files'], { services: { serviceInfo: async () => failed } })
    expect(stdout).toContain(`last error   timeout: exited with code 1. Its last output:
             [eval]:1
                 at [eval]:1:7
failed at    2026`)
  })

  it('--json is the whole of it', async () => {
    const { stdout } = await run(['info', 'files', '--json'], {
      services: { serviceInfo: async () => service },
    })
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(service)))
  })

  it('of an unknown service suggests near names', async () => {
    const result = await run(['info', 'wether'], {
      services: {
        serviceInfo: unknown,
        listServices: async () => [fakeService('weather')],
        findTool: () => Promise.reject(libraryError('unknown_tool', 'there is no tool')),
      },
    })
    expect(result).toMatchObject({ exit: 1, stdout: '' })
    expect(result.stderr).toContain('Did you mean "weather"?')
  })
})

describe('wait', () => {
  it('says in one line that the service answers, after at most ten seconds', async () => {
    const services = { waitService: async () => fakeService('weather', { toolCount: 13 }) }
    const { exit, stdout, calls } = await run(['wait', 'weather'], { services })
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'ok weather 13 tools\n' })
    expect(calls['waitService']).toEqual([['weather', { timeout: 10_000 }]])
  })

  it('waits as long as --timeout says, and fails with the reason', async () => {
    const services = { waitService: () => Promise.reject(libraryError('timeout', 'No answer in 1 s.')) }
    const { exit, stdout, calls } = await run(['wait', 'weather', '--timeout', '1'], { services })
    expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
    expect(calls['waitService']).toEqual([['weather', { timeout: 1000 }]])
  })
})

describe('remove', () => {
  const deleted = (durable: Durability) => ({ name: 'weather', status: 'deleted' as const, durable })

  it('removes one service', async () => {
    const services = { deleteService: async () => deleted('local') }
    const text = await run(['rm', 'weather'], { services })
    expect(text).toMatchObject({ exit: 0, stdout: 'removed weather\n', stderr: '' })
    expect(text.calls['deleteService']).toEqual([['weather']])
    const json = await run(['remove', 'weather', '--json'], { services })
    expect(JSON.parse(json.stdout)).toEqual({ removed: ['weather'], durable: 'local' })
  })

  it('of an unknown service suggests near names', async () => {
    const result = await run(['remove', 'wether'], { services: { deleteService: unknown } })
    expect(result).toMatchObject({ exit: 1, stdout: '' })
    expect(result.stderr).toContain('Did you mean "weather"?')
  })

  it('that nothing keeps ends with 5', async () => {
    const services = { deleteService: async () => deleted('memory') }
    const status = fakeStatus({ reason: 'locked' })
    const { exit, stdout, stderr } = await run(['rm', 'weather'], { services, status, left: 1 })
    expect({ exit, stdout }).toEqual({ exit: 5, stdout: '' })
    expect(stderr).toContain('NOT saved')
    expect(stderr).toContain('locked')
  })
})
