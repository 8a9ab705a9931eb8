import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, errorOf, mcpstore, program } from '../support/mcpstore.ts'
import { fixtureServer, startHttpServer } from '../support/servers.ts'

/** Command lines that fail, and how. `$BOX` is the folder. */
const failing: readonly [string, string[]][] = [
  ['not_listed', ['use-tool', 'unlisted/echo', '--dry-run']],
  ['usage', ['lsit']],
  ['usage', ['list', '--jsno']],
  ['usage', ['list', '--force']],
  ['usage', ['remove']],
  ['usage', ['list', 'a']],
  ['usage', ['list', '--timeout', 'soon']],
  ['usage', ['list', '--policy', 'none']],
  ['usage', ['list', '--dataspace', 'auto']],
  ['usage', ['add', 'x', 'y']],
  ['usage', ['add', 'nothing.json']],
  ['usage', ['use-tool', 'my docs/echo', 'text']],
  ['usage', ['use-tool', 'my docs/echo', 'text=@nothing']],
  ['usage', ['use-tool', 'my docs/echo', 'text=a', '--extract', '[']],
  ['usage', ['export', '--as', 'curser']],
  ['usage', ['completion', 'tcsh']],
  ['usage', ['clear']],
  ['bad_config', ['add', '{"mcpServers":{"x":{"comand":"y"}}}']],
  ['bad_config', ['use-tool', 'unset/echo']],
  ['already_exists', ['add', 'my docs', 'https://example.com/mcp', '--if-absent']],
  ['unknown_service', ['info', 'my docz']],
  ['unknown_service', ['remove', 'nothing-like-it']],
  ['unknown_service', ['use-tool', 'nothing/echo']],
  ['unknown_service', ['list-tools', 'my docs', '--agent', 'some body']],
  ['unknown_tool', ['use-tool', 'my docs/ecko']],
  ['ambiguous_tool', ['use-tool', 'echo']],
  ['unknown_resource', ['read-resource', 'my docs', 'x://y']],
  ['unknown_prompt', ['get-prompt', 'my docs/none']],
  ['bad_arguments', ['use-tool', 'my docs/echo']],
  ['bad_arguments', ['use-tool', 'my docs/echo', '--args', '{']],
  ['bad_arguments', ['use-tool', 'my docs/echo', 'text:=}']],
  ['disabled', ['use-tool', 'off/echo']],
  ['auth_required', ['use-tool', 'locked/echo', 'text=a']],
  ['unreachable', ['use-tool', 'gone/echo']],
  ['unreachable', ['check', 'missing']],
  ['unreachable', ['list-tools', 'gone']],
  ['timeout', ['use-tool', 'mute/echo', 'text=a', '--timeout', '300ms']],
  ['storage', ['list', '--home', '/dev/null/x']],
]

it('every error ends with a command that can be run as it stands, about the same dataspace', {
  timeout: 120_000,
}, async () => {
  await using box = new Box()
  const locked = await startHttpServer(box, { authorization: {} })
  await addServices(box, {
    'my docs': fixtureServer(box),
    others: fixtureServer(box),
    mute: fixtureServer(box, { mute: ['tools/call'] }),
    unlisted: fixtureServer(box),
    off: { ...fixtureServer(box), disabled: true },
    unset: { command: process.execPath, env: { A: '${NOT_SET_ANYWHERE}' } },
    locked: { url: locked },
    gone: { url: 'http://127.0.0.1:1/mcp' },
    missing: { command: 'no-such-program-anywhere' },
  }).catch(() => {})
  for (const name of ['my docs', 'others']) expect((await mcpstore(box, ['list-tools', name])).exit).toBe(0)
  const commands = new Set<string>()
  for (const [code, argv] of failing) {
    const { stderr } = await mcpstore(box, [...argv, '--json'])
    const error = errorOf({ stderr: stderr.split('\n')[0]! })
    expect(error.code, `${argv.join(' ')}: ${stderr}`).toBe(code)
    expect(error.hint, argv.join(' ')).toMatch(/\bmcpstore (?:[a-z]|--)/)
    // Pasted, the full stop of a sentence is a part of the last word.
    expect(error.hint, argv.join(' ')).not.toMatch(/\bmcpstore (?:[^.,;\n]|\.(?!\s|$))*[^.,;\n]\.$/m)
    expect(error.hint, argv.join(' ')).not.toMatch(
      /\b(?:signIn|setupStore|[a-z]+(?:Service|Tools|Prompts))\b/,
    )
    const [, next] = /[Nn]ext: (mcpstore .*)$/.exec(error.hint ?? '') ?? []
    if (next !== undefined) commands.add(next)
  }
  expect(commands.size).toBeGreaterThan(10)
  box.write('bin/mcpstore', `#!/bin/sh\nexec '${process.execPath}' "$PROGRAM" "$@"\n`, 0o755)
  for (const command of commands) {
    const env = box.environment({ PROGRAM: program, PATH: `${box.path('bin')}:${process.env['PATH']}` })
    const { stderr, stdout } = spawnSync('sh', ['-c', `${command} </dev/null`], {
      env,
      cwd: box.folder,
      encoding: 'utf8',
    })
    expect(stderr, command).not.toMatch(/there is no|has no option|needs more/)
    expect(stdout + stderr, command).not.toBe('')
  }
})

it('the commands that hints name are about the dataspace that the command line was about', async () => {
  await using box = new Box()
  const place = ['--dataspace', 'other one', '--namespace', 'mine']
  const added = JSON.stringify({
    mcpServers: { demo: fixtureServer(box), gone: { url: 'http://127.0.0.1:1/mcp' } },
  })
  expect((await mcpstore(box, ['add', added, ...place])).exit).toBe(0)
  box.write('bin/mcpstore', `#!/bin/sh\nexec '${process.execPath}' "$PROGRAM" "$@"\n`, 0o755)
  const env = box.environment({ PROGRAM: program, PATH: `${box.path('bin')}:${process.env['PATH']}` })
  for (const argv of [
    ['use-tool', 'demo/echo', '--dry-run'],
    ['use-tool', 'gone/echo'],
    ['check', 'gone'],
    ['info', 'gome'],
    ['list-tools', 'demo', '--agent', 'a g'],
  ]) {
    const { stderr } = await mcpstore(box, [...argv, ...place, '--json'])
    const { hint } = errorOf({ stderr: stderr.split('\n')[0]! })
    const commands = hint!.match(/mcpstore [a-z-]+ --.*$/) ?? []
    expect(commands, `${argv.join(' ')}: ${hint}`).not.toEqual([])
    for (const command of commands) {
      expect(command).toContain(" --namespace mine --dataspace 'other one'")
      const pasted = spawnSync('sh', ['-c', `${command} </dev/null`], {
        env,
        cwd: box.folder,
        encoding: 'utf8',
      })
      expect(pasted.stderr, command).not.toMatch(/there is no|has no option|needs more/)
    }
  }
  for (const argv of [
    ['info', 'demo/echo'],
    ['list-tools'],
    ['doctor'],
    ['list', '--agent', 'nobody'],
    ['grep', 'echo'],
  ]) {
    const { stdout, stderr } = await mcpstore(box, [...argv, ...place])
    const commands = (stdout + stderr).match(/\bmcpstore [a-z-]+ .*$/gm) ?? []
    expect(commands, `${argv.join(' ')}: ${stdout}${stderr}`).not.toEqual([])
    for (const command of commands)
      expect(command, argv.join(' ')).toContain(" --namespace mine --dataspace 'other one'")
  }
  const secret = await mcpstore(box, [
    'list',
    '--redis',
    'redis://:pass-word@127.0.0.1:1/0',
    '--policy',
    'strict',
    '--json',
  ])
  expect(secret.stderr).toContain('MCPSTORE_REDIS_URL')
  expect(secret.stderr).not.toContain('pass-word')
})

it.each([[], ['--agent', "it's me"]])(
  'a disabled service was to be enabled in a config that nobody has (%s %s)',
  async (...whose) => {
    await using box = new Box()
    const env = { SECRET_TOKEN: 'tk_5up3r5ecret0000000000000000001' }
    const disabled = { 'my docs': { ...fixtureServer(box), env, disabled: true } }
    expect(await mcpstore(box, ['add', JSON.stringify(disabled), ...whose])).toMatchObject({ exit: 0 })
    const call = ['call', 'my docs/env', '--json', ...whose]
    const { code, hint } = errorOf(
      await mcpstore(box, ['call', 'my docs/env', '--fresh', '--json', ...whose]),
    )
    expect({ code, hint }).toEqual({ code: 'disabled', hint: expect.stringMatching(/^Enable it: mcpstore /) })
    const line = `mcpstore() { '${process.execPath}' '${program}' "$@"; }; ${hint!.replace(/^Enable it: /, '')}`
    const pasted = spawnSync('sh', ['-c', line], {
      cwd: box.folder,
      env: box.environment(),
      encoding: 'utf8',
    })
    expect(pasted).toMatchObject({ status: 0, stderr: '' })
    const { exit, stdout } = await mcpstore(box, call)
    expect(exit).toBe(0)
    expect(stdout, 'what is not shown was kept').toContain(env.SECRET_TOKEN)
  },
)
