import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, mcpstore, program, startMcpstore } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'

const pipeBytes = 64 * 1024

let box: Box

beforeAll(async () => {
  box = new Box()
  const large = fixtureServer(box, { pages: 900 })
  const fixture = fixtureServer(box)
  await addServices(box, { fixture, one: large, two: large, three: large, four: large, five: large })
  expect(await mcpstore(box, ['list-tools', '--json'])).toMatchObject({ exit: 0, stderr: '' })
})
afterAll(() => box[Symbol.asyncDispose]())

/** Runs shell code in which `mcpstore` is the built program. */
async function shell(code: string): Promise<{ stdout: string; stderr: string }> {
  const script = `mcpstore() { "$NODE" "$PROGRAM" "$@"; }\n${code}`
  const env = box.environment({ NODE: process.execPath, PROGRAM: program })
  const child = box.spawn('sh', ['-c', script], { env })
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')])
  return { stdout, stderr }
}

it.each(['', '--json'])('list-tools %s | head -1 ends without noise', async (form) => {
  const whole = await mcpstore(box, ['list-tools', ...(form ? [form] : [])])
  expect(whole.stdout.length, 'more than a pipe takes at once').toBeGreaterThan(pipeBytes)
  const { stdout, stderr } = await shell(
    `{ mcpstore list-tools ${form}; echo $? >"$HOME/status"; } | head -1; cat "$HOME/status"`,
  )
  const [first, status] = stdout.trimEnd().split('\n')
  expect(whole.stdout.startsWith(first!.replace(/cached .* ago$/, ''))).toBe(true)
  expect({ status, stderr }).toEqual({ status: '0', stderr: '' })
})

it('a reader that goes away before the first word', async () => {
  const child = box.spawn(process.execPath, [program, 'list-tools', '--json'])
  child.stdout!.destroy()
  const [stderr, [exit, signal]] = await Promise.all([text(child.stderr!), once(child, 'exit')])
  expect({ exit, signal, stderr }).toEqual({ exit: 0, signal: null, stderr: '' })
})

if (existsSync('/dev/full')) {
  it('a disk that is full under the output is an error', async () => {
    const { stdout, stderr } = await shell('mcpstore list >/dev/full; echo $?')
    expect(stdout).toBe('1\n')
    expect(stderr).toMatch(
      /^error: the output could not be written: ENOSPC[^\n]*\nhint: {2}Only the output is lost.*\n$/,
    )
  })

  it.each([
    ['', /^error: the tool was called, but its answer could not be written: ENOSPC.*\nhint: {2}Find out/],
    [
      '--json',
      /^\{"error":\{"code":"not_written","message":"the tool was called, but .*"hint":"Find out.*\}\n$/,
    ],
  ])('a disk that is full under the answer of a tool hides no call (%s)', async (form, said) => {
    const { stdout, stderr } = await shell(`mcpstore call fixture/echo text=hi ${form} >/dev/full; echo $?`)
    expect(stdout).toBe('1\n')
    expect(stderr).toMatch(said)
  })

  it('a call whose answer was read was said to have failed where stderr lost a warning', async () => {
    // An argument that the tool does not name is warned of.
    const command = 'mcpstore call fixture/echo text=hi other=1'
    expect((await shell(command)).stderr).toMatch(/^warning: /)
    expect(await shell(`${command} 2>/dev/full; echo $?`)).toEqual({ stdout: 'hi\n0\n', stderr: '' })
  })

  it('a disk that is full under a request that is only shown hides none', async () => {
    const { stderr } = await shell('mcpstore call fixture/echo text=hi --dry-run >/dev/full')
    expect(stderr).toMatch(/^error: the output could not be written/m)
  })
}

it('a command that does not ask for stdin leaves it alone', async () => {
  const commands = [
    'list',
    'list-tools',
    'list-tools fixture --fresh',
    'status',
    'info fixture',
    'wait fixture',
    'use-tool fixture/echo text=hi',
    'use-tool fixture/echo --args \'{"text":"hi"}\'',
    'use-tool fixture/echo',
    'use-tool fixture/echo --dry-run -- text=-',
    'info fixture/echo --offline',
    'grep echo',
    'add other https://example.com',
    'add program -- true',
    'remove other',
    'clear --yes --dataspace scratch',
    'clear',
    'help',
    'no-such-command',
  ]
  const { stdout } = await shell(
    `printf 'one\\ntwo\\n' | { ${commands.map((command) => `mcpstore ${command} >/dev/null 2>&1`).join('\n')}\ncat; }`,
  )
  expect(stdout).toBe('one\ntwo\n')
})

it('a command that asks for stdin reads it to its end', async () => {
  const { stdout, stderr } = await shell(
    `printf '{"text":"from stdin"}' | { mcpstore use-tool fixture/echo --args -; cat; }`,
  )
  expect({ stdout, stderr }).toEqual({ stdout: 'from stdin\n', stderr: '' })
})

it('a command ends though its stdin never does', async () => {
  // That stdin stays open is what every run without stdin does.
  const { child, outcome } = startMcpstore(box, ['use-tool', 'fixture/echo', 'text=hi'])
  expect(await outcome).toEqual({ exit: 0, stdout: 'hi\n', stderr: '' })
  expect(child.stdin!.writableEnded).toBe(false)
})
