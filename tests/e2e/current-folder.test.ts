import { mkdirSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, mcpstore } from '../support/mcpstore.ts'

it('in a folder that was removed what does not need it works, and the rest says what is missing', async () => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com' } })
  const cwd = box.path('gone')
  const run = (...argv: string[]) => {
    mkdirSync(cwd)
    return mcpstore(box, argv, { cwd, prefix: ['sh', '-c', 'rmdir "$PWD" && exec "$0" "$@"'] })
  }
  expect(await run('--help')).toMatchObject({ exit: 0, stderr: '' })
  expect(await run('list')).toMatchObject({ exit: 0, stderr: '', stdout: expect.stringContaining('weather') })
  expect(await run('add', 'far', 'https://example.org')).toMatchObject({ exit: 0, stderr: '' })
  for (const argv of [
    ['add', 'mcp.json'],
    ['add'],
    ['add', 'here', '--', 'node'],
    ['add', '{"command":"node","name":"here"}'],
    ['export', 'out.json'],
    ['export', 'out.json', '--as', 'claude'],
    ['use-tool', 'weather/now', '--save', 'out'],
    ['use-tool', 'weather/now', 'text=@in'],
  ]) {
    expect(await run(...argv), argv.join(' ')).toMatchObject({ exit: 1, stdout: '', stderr: missing })
  }
  expect((await run('export', '-')).exit).toBe(0)
  expect((await run('export', box.path('out.json'))).exit).toBe(0)
})

it('in a folder that was removed every command failed without PWD, and with a stale one files were looked for there', async () => {
  await using box = new Box()
  await addServices(box, { weather: { url: 'https://example.com' } })
  const elsewhere = box.path('elsewhere')
  mkdirSync(elsewhere)
  const run = (pwd: string, env: Record<string, string>, ...argv: string[]) => {
    mkdirSync(box.path('gone'))
    const start = `rmdir "$PWD" && PWD="${pwd}" && export PWD && exec "$0" "$@"`
    return mcpstore(box, argv, { cwd: box.path('gone'), prefix: ['sh', '-c', start], env })
  }
  for (const pwd of ['', elsewhere]) {
    expect(await run(pwd, {}, 'list')).toMatchObject({ exit: 0, stdout: expect.stringContaining('weather') })
    expect(await run(pwd, {}, 'status')).toMatchObject({ exit: 0, stderr: '' })
    expect(await run(pwd, {}, 'export', 'x.json')).toMatchObject({ exit: 1, stderr: missing })
  }
  expect(readdirSync(elsewhere)).toEqual([])
  for (const [env, ...argv] of [[{ MCPSTORE_HOME: 'here' }], [{}, '--home', 'here']] as const) {
    expect(await run('', env, 'list', ...argv)).toMatchObject({ exit: 1, stdout: '', stderr: missing })
  }
})

const missing = expect.stringMatching(/^error: the current folder does not exist any more\n/)
