import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, mcpstore } from '../support/mcpstore.ts'
import { fixtureServer, publishedServer } from '../support/servers.ts'
import { onTerminal } from '../support/terminal.ts'

// util-linux has the options of `script` that are used here.
it.runIf(process.platform === 'linux').each([
  ['Ctrl-C', '\u0003', 130, /\[y\/N\] (?:\^C)?\nerror: interrupted\n$/, 1],
  ['Ctrl-D', '\u0004', 1, /\[y\/N\] \nNothing was removed\.\n$/, 1],
  ['n', 'n\n', 1, /\[y\/N\] n\nNothing was removed\.\n$/, 1],
  ['y', 'y\n', 0, /\[y\/N\] y\nremoved 1 service .*\n$/, 0],
] as const)('at the question of clear %s is understood', async (_what, key, exit, shown, left) => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com' } })
  expect(await onTerminal(box, ['clear'], [['[y/N]', key]])).toEqual({
    exit,
    shown: expect.stringMatching(shown),
  })
  expect(documentOf(await mcpstore(box, ['list', '--json'])).services).toHaveLength(left)
})

describe.runIf(process.platform === 'linux')('while something is waited for', () => {
  const erase = '\u001b[K'
  /** What is left on the screen, which the line was on that anything else erases first. */
  const left = (shown: string) => shown.slice(shown.lastIndexOf(erase) + erase.length)
  const told = { progress: 2, total: 10, message: 'loading \u001b[31mtiles' }
  const call = ['use-tool', 'demo/mute', '--args', JSON.stringify({ progress: told })]
  const words = '  2/10  loading \\x1b[31mtiles'

  it('a line says so, with the progress that the server tells, and Ctrl-C leaves nothing of it', async () => {
    await using box = new Box()
    await addServices(box, { demo: fixtureServer(box) })
    const { exit, shown } = await onTerminal(box, call, [[words, '\u0003']])
    expect(exit).toBe(130)
    expect(shown).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] demo\/mute {2}\d+ s {2}2\/10 {2}loading \\x1b\[31mtiles/)
    expect(left(shown)).toMatch(
      /^error: interrupted: "tools\/call" to service "demo" was aborted; .*\nhint: .*\n$/,
    )
    expect(box.running()).toEqual([])
  })

  it('it is cut to the width of the terminal', async () => {
    await using box = new Box()
    await addServices(box, { demo: fixtureServer(box) })
    const { shown } = await onTerminal(box, call, [['2/10', '\u0003']], { env: { COLUMNS: '28' } })
    expect(shown).toMatch(/ demo\/mute {2}\d+ s {2}2\/10 {2}lo?…/)
  })

  it('it has the progress of a published server', async () => {
    await using box = new Box()
    await addServices(box, { everything: publishedServer(box, 'everything') })
    const argv = ['use-tool', 'everything/trigger-long-running-operation', 'duration:=2', 'steps:=4']
    const { exit, shown } = await onTerminal(box, argv, [])
    expect(exit).toBe(0)
    expect(shown).toMatch(/ everything\/trigger-long-running-operation {2}\d+ s {2}[1-4]\/4/)
    expect(left(shown)).toBe('Long running operation completed. Duration: 2 seconds, Steps: 4.\n')
  })

  it('the result stands alone', async () => {
    await using box = new Box()
    await addServices(box, { demo: fixtureServer(box) })
    const { exit, shown } = await onTerminal(box, ['use-tool', 'demo/late', 'ms:=1000'], [])
    expect({ exit, left: left(shown) }).toEqual({ exit: 0, left: 'after 1000 ms\n' })
    expect(shown).toMatch(/ demo\/late {2}\d+ s/)
  })

  it.each([
    ['use-tool slow/echo', 'looking for slow/echo'],
    ['wait slow', 'waiting for slow'],
    ['check slow', 'checking slow'],
    ['list-tools --fresh', 'asking all services for tools'],
    ['restart slow', 'restarting slow'],
    ['resources slow', 'asking slow for resources'],
    ['prompts', 'asking all services for prompts'],
    ['read-resource slow demo://one', 'reading demo://one of slow'],
    ['get-prompt slow/greet', 'getting slow/greet'],
    ['info slow/echo', 'looking for slow/echo'],
    ['diff slow --fresh', 'asking slow for tools'],
    ['add {slow} --check', 'checking again'],
    ['login silent', 'signing in to silent'],
  ])(
    '%s says so too, and of what was started nothing is left when it is interrupted',
    async (command, said) => {
      await using box = new Box()
      const slow = fixtureServer(box, { muteInitialize: true })
      const silent = createServer().listen(0, '127.0.0.1')
      await once(silent, 'listening')
      const { port } = silent.address() as AddressInfo
      const config = {
        slow,
        ...(command.includes('silent') && { silent: { url: `http://127.0.0.1:${port}` } }),
      }
      await addServices(box, config)
      const words = command
        .split(' ')
        .map((word) => (word === '{slow}' ? JSON.stringify({ again: slow }) : word))
      const { exit, shown } = await onTerminal(box, words, [[`${said}  0 s`, '\u0003']])
      silent.close()
      const end = command.startsWith('add') ? 'added, and not checked: again\\n' : ''
      expect({ exit, left: left(shown) }).toEqual({
        exit: 130,
        left: expect.stringMatching(new RegExp(`^error: interrupted.*${end}`)),
      })
      expect(box.running()).toEqual([])
    },
  )

  it('nothing of it is shown with --json, nor where it is no terminal', async () => {
    await using box = new Box()
    await addServices(box, { demo: fixtureServer(box) })
    const argv = ['use-tool', 'demo/late', 'ms:=1000']
    const { exit, shown } = await onTerminal(box, [...argv, '--json'], [])
    expect({ exit, result: JSON.parse(shown).content }).toEqual({
      exit: 0,
      result: [{ type: 'text', text: 'after 1000 ms' }],
    })
    expect(await mcpstore(box, argv)).toEqual({ exit: 0, stdout: 'after 1000 ms\n', stderr: '' })
  })
})
