import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { freePort } from '../support/free-port.ts'
import { addServices, errorOf, mcpstore, program, startMcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'
import { hasShell } from '../support/shells.ts'

let box: Box
let closedAddress: string

beforeAll(async () => {
  box = new Box()
  closedAddress = await startHttpServer(box, { token: 'right' })
  await addServices(box, {
    fixture: fixtureServer(box),
    closed: { url: closedAddress },
    gone: { url: `http://127.0.0.1:${await freePort()}/mcp` },
  })
  expect(await mcpstore(box, ['wait', 'fixture'])).toMatchObject({ exit: 0, stderr: '' })
})
afterAll(() => box[Symbol.asyncDispose]())

/** With `--json`: the exit code, whether stdout has a document, and the code of the error on stderr. */
it.each<[exit: number, document: boolean, code: string | null, command: string]>([
  [0, true, null, 'list'],
  [0, true, null, 'use-tool fixture/echo text=hi'],
  [0, true, null, 'use-tool fixture/rich'],
  [0, true, null, 'list-tools'],
  [0, true, null, '--version'],
  [0, true, null, 'use-tool --help'],
  [1, false, 'usage', 'lsit'],
  [1, false, 'unknown_service', 'info nobody'],
  [1, false, 'unknown_tool', 'use-tool fixture/nothing'],
  [1, false, 'bad_arguments', 'use-tool fixture/echo'],
  [1, true, 'bad_config', 'add {"mcpServers":{"bad":{"comand":"x"}}}'],
  [1, false, 'bad_config', 'add {"comand":"x"}'],
  [2, true, null, 'use-tool fixture/broken'],
  [2, false, 'server_error', 'use-tool fixture/trouble'],
  [3, false, 'auth_required', 'wait closed'],
  [3, true, 'auth_required', 'add again {url} --check'],
  [4, false, 'unreachable', 'list-tools gone'],
  [4, false, 'timeout', 'use-tool fixture/mute --timeout 1'],
  [4, false, 'outcome_unknown', 'use-tool fixture/die'],
  [5, false, 'storage', 'list --home /dev/null'],
  [5, true, 'storage', 'status --home /dev/null'],
])('%i, document %s, error %s: mcpstore %s --json', async (exit, document, code, command) => {
  const argv = command.split(' ').map((word) => (word === '{url}' ? closedAddress : word))
  const outcome = await mcpstore(box, [...argv, '--json'])
  expect({ exit: outcome.exit, document: outcome.stdout !== '' }).toEqual({ exit, document })
  expect(outcome.stderr === '' ? null : errorOf(outcome).code).toBe(code)
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s during a call: the server and what it started are gone, and the exit code says so',
  async (signal) => {
    await using own = new Box()
    const countFile = own.path('calls')
    await addServices(own, {
      fixture: fixtureServer(own, {
        countFile,
        noticeFile: own.path('notices'),
        stubborn: true,
        grandchild: own.grandchildFile,
      }),
    })
    const call = startMcpstore(own, ['use-tool', 'fixture/mute', '--json'])
    await until('the call runs', () => existsSync(countFile))
    expect(own.running()).toHaveLength(2)
    call.child.kill(signal)
    const outcome = await call.outcome
    expect(own.running()).toEqual([])
    expect(outcome).toMatchObject({ exit: { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal], stdout: '' })
    const { code, message, hint } = errorOf(outcome)
    expect({ code, message }).toEqual({
      code: 'aborted',
      message: 'interrupted: "tools/call" to service "fixture" was aborted; the tool may have run',
    })
    expect(hint).toContain('Find out before you call it again. No server that was started for it runs')
    expect(readFileSync(countFile, 'utf8'), 'called once').toBe('mute\n')
    expect(readFileSync(own.path('notices'), 'utf8'), 'the server was told').toBe(
      'notifications/initialized\nnotifications/cancelled\n',
    )
  },
)

it('SIGINT during a call of a remote server: it is told', async () => {
  await using own = new Box()
  const [countFile, noticeFile] = [own.path('calls'), own.path('notices')]
  await addServices(own, { remote: { url: await startHttpServer(own, { countFile, noticeFile }) } })
  const call = startMcpstore(own, ['use-tool', 'remote/mute'])
  await until('the call runs', () => existsSync(countFile))
  call.child.kill('SIGINT')
  expect(await call.outcome).toMatchObject({ exit: 130, stdout: '' })
  expect(readFileSync(noticeFile, 'utf8')).toBe('notifications/initialized\nnotifications/cancelled\n')
})

it('a second SIGINT does not wait for a server that will not go, and takes it along', async () => {
  await using own = new Box()
  const countFile = own.path('calls')
  await addServices(own, { fixture: fixtureServer(own, { countFile, stubborn: true }) })
  const call = startMcpstore(own, ['use-tool', 'fixture/mute'])
  await until('the call runs', () => existsSync(countFile))
  call.child.kill('SIGINT')
  const second = setInterval(() => call.child.kill('SIGINT'), 50)
  expect(await call.outcome).toMatchObject({ exit: 130, stdout: '' })
  clearInterval(second)
  await until('the server is gone', () => own.running().length === 0)
})

it.runIf(hasShell('bash'))('Ctrl-C ends the loop of a shell that runs it', async () => {
  await using own = new Box()
  const countFile = own.path('calls')
  await addServices(own, { fixture: fixtureServer(own, { countFile }) })
  const first = `'${process.execPath}' '${program}' use-tool fixture/mute`
  const loop = `for turn in 1 2; do if [ $turn = 1 ]; then ${first}; else echo on; fi; done`
  const shell = own.spawn('bash', ['-c', loop], { detached: true })
  const ended = Promise.all([text(shell.stdout!), text(shell.stderr!), once(shell, 'close')])
  await until('the call runs', () => existsSync(countFile))
  // A terminal sends it to all of the group.
  process.kill(-shell.pid!, 'SIGINT')
  const [stdout, stderr, [, signal]] = await ended
  expect({ stdout, signal }).toEqual({ stdout: '', signal: 'SIGINT' })
  expect(stderr).toMatch(/^error: interrupted: /)
  expect(readFileSync(countFile, 'utf8'), 'called once').toBe('mute\n')
})
