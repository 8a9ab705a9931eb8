import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { addServices, documentOf, errorOf, type Foreign, mcpstore } from '../support/mcpstore.ts'
import { configsIn } from '../support/records.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'

interface Case {
  what: string
  config: (box: Box) => object | Promise<object>
  /** Where waiting longer is of no use. */
  timeout?: string
  exit: number
  code: string
  says: RegExp
  hint?: RegExp
  /** How `list` shows it afterwards. */
  status: string
}

const cases: Case[] = [
  {
    what: 'a command that is not on this machine',
    config: () => ({ command: 'no-such-program-anywhere' }),
    exit: 4,
    code: 'unreachable',
    says: /"failing" cannot start: the command "no-such-program-anywhere" was not found/,
    hint: /Install it/,
    status: 'failing',
  },
  {
    what: 'a folder that does not exist',
    config: (box) => ({ command: process.execPath, cwd: box.path('nowhere') }),
    exit: 4,
    code: 'unreachable',
    says: /"failing" cannot start: its folder ".*nowhere" does not exist/,
    hint: /"cwd"/,
    status: 'failing',
  },
  {
    what: 'a server that dies at its start',
    config: (box) => fixtureServer(box, { dieAtStart: { code: 3, stderr: 'fatal: no license\nbye' } }),
    exit: 4,
    code: 'unreachable',
    says: /"failing".*\b3\b[\s\S]*fatal: no license/,
    status: 'failing',
  },
  {
    what: 'a server that never answers and will not go',
    config: (box) =>
      fixtureServer(box, { muteInitialize: true, stubborn: true, grandchild: box.grandchildFile }),
    timeout: '1',
    exit: 4,
    code: 'timeout',
    says: /"failing"/,
    // Who allows a second finds out nothing for others.
    status: 'new',
  },
  {
    what: 'an address that refuses',
    config: async () => ({ url: `http://127.0.0.1:${await freePort()}/mcp` }),
    timeout: '5',
    exit: 4,
    code: 'unreachable',
    says: /"failing".*127\.0\.0\.1/,
    status: 'failing',
  },
  {
    what: 'an address that wants authorization',
    config: async (box) => ({ url: await startHttpServer(box, { token: 'right' }) }),
    exit: 3,
    code: 'auth_required',
    says: /"failing"/,
    status: 'auth',
  },
  {
    what: 'a variable that is not set',
    config: () => ({ url: 'https://example.com', headers: { Authorization: 'Bearer ${NOT_SET_ANYWHERE}' } }),
    exit: 1,
    code: 'bad_config',
    says: /"failing": variable NOT_SET_ANYWHERE is not set \(headers\.Authorization\)/,
    status: 'new',
  },
]

it.each(cases)('$what: said with its name, while all else works', async (one) => {
  const { config, timeout = '20', exit, code, says, hint, status } = one
  await using box = new Box()
  await addServices(box, { failing: await config(box), fixture: fixtureServer(box) })
  expect(await mcpstore(box, ['wait', 'fixture', '--timeout', '25'])).toMatchObject({ exit: 0, stderr: '' })
  const before = configsIn(box)

  const waited = await mcpstore(box, ['wait', 'failing', '--timeout', timeout, '--json'])
  expect({ exit: waited.exit, stdout: waited.stdout, code: errorOf(waited).code }).toEqual({
    exit,
    stdout: '',
    code,
  })
  expect(errorOf(waited).message).toMatch(says)
  expect(errorOf(waited).hint ?? '').toMatch(hint ?? /^/)
  const called = await mcpstore(box, ['use-tool', 'failing/echo', 'text=hi', '--timeout', timeout])
  expect({ exit: called.exit, stdout: called.stdout }).toEqual({ exit, stdout: '' })
  expect(called.stderr).toMatch(/^error: /)
  expect(called.stderr).toMatch(says)

  const listed = await mcpstore(box, ['list-tools', '--timeout', timeout])
  expect(listed.exit).toBe(0)
  expect(listed.stdout).toContain('fixture/echo')
  expect(listed.stderr).toMatch(/^warning: /)
  expect(listed.stderr).toMatch(says)
  const services = documentOf(await mcpstore(box, ['list', '--json'])).services
  expect(services.map(({ name, status: word }: Foreign) => [name, word])).toEqual([
    ['failing', status],
    ['fixture', 'ok'],
  ])
  expect(configsIn(box)).toEqual(before)
})
