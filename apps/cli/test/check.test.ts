import type { ServiceCheck } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { fakeService, libraryError, run } from './fakes.ts'

const fine: ServiceCheck = { name: 'fine', status: 'ok', tookMs: 12 }
const message = 'service "dead" exited with code 3. Its last output:\nError: no licence'
const dead: ServiceCheck = {
  name: 'dead',
  status: 'failing',
  tookMs: null,
  error: { code: 'unreachable', message, hint: 'Install it.' },
}

const checking = (...checks: ServiceCheck[]) => ({ services: { checkServices: async () => checks } })

it('every service is a line, with how it is and why', async () => {
  const { exit, stdout, stderr } = await run(['check'], checking(dead, fine))
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout).toMatchInlineSnapshot(`
    "NAME  STATUS
    dead  failing  exited with code 3: Error: no licence
    fine  ok       answered in 12 ms
    "
  `)
})

it('it fails when none answered; of a named one the whole reason is told', async () => {
  expect(await run(['check'], checking(dead))).toMatchObject({ exit: 4, stderr: '' })
  const named = await run(['check', 'dead', '--timeout', '3'], checking(dead))
  expect(named).toMatchObject({
    exit: 4,
    stderr: `error: ${message.replace('\n', '\n       ')}\nhint:  Install it. Next: mcpstore info dead\n`,
  })
  expect(named.calls['checkServices']).toEqual([['dead', { timeout: 3000, signal: expect.any(AbortSignal) }]])
  const json = await run(['check', '--json'], checking(dead))
  expect(JSON.parse(json.stdout)).toEqual({ services: [dead] })
  expect(JSON.parse(json.stderr).error).toEqual({
    code: 'unreachable',
    message,
    hint: 'Install it. Next: mcpstore doctor',
  })
  expect((await run(['check'], checking())).stdout).toContain('there is no enabled service')
})

it('a restart says how the service is then, or why it is not there', async () => {
  const service = { ...fakeService('fine'), status: 'ok' as const, toolCount: 2 }
  const world = { services: { restartService: async () => service } }
  const { exit, stdout, calls } = await run(['restart', 'fine', '--timeout', '3'], world)
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'ok fine 2 tools\n' })
  expect(calls['restartService']).toEqual([['fine', { timeout: 3000, signal: expect.any(AbortSignal) }]])
  expect(JSON.parse((await run(['restart', 'fine', '--json'], world)).stdout)).toEqual(service)
  const failing = { services: { restartService: () => Promise.reject(libraryError('unreachable', 'gone')) } }
  expect(await run(['restart', 'fine'], failing)).toMatchObject({ exit: 4, stdout: '' })
  expect((await run(['restart', '--help'])).stdout).toContain('A running program keeps the connection it has')
})
