import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddReport } from '@mcpstore/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { added, type FakeWorld, fakeService, fakeStatus, libraryError, run } from './fakes.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpstore-add-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function reporting(report: AddReport, more: FakeWorld['services'] = {}): FakeWorld {
  return {
    services: { addService: async () => report, ...more },
    host: { cwd: folder },
  }
}

function reported(name: string) {
  return { name, config: fakeService(name).config }
}

async function inputOf(argv: string[], world: Partial<FakeWorld> = {}): Promise<unknown> {
  const result = await run(['add', ...argv], { ...reporting(added('weather')), ...world })
  expect(result.stderr).toBe('')
  return result.calls['addService']?.[0]?.[0]
}

describe('the form is decided by what is written', () => {
  it('a file, relative to the current folder', async () => {
    await writeFile(join(folder, 'mcp.json'), '{}')
    expect(await inputOf(['mcp.json'])).toEqual({ file: join(folder, 'mcp.json') })
  })

  it('stdin', async () => {
    expect(await inputOf(['-'], { stdin: '{"mcpServers":{}}' })).toBe('{"mcpServers":{}}')
  })

  it.each(['{"mcpServers":{}}', ' [{"name":"a"}]'])('JSON: %s', async (json) => {
    expect(await inputOf([json])).toBe(json)
  })

  it('a name and a URL', async () => {
    expect(await inputOf(['weather', 'https://w.example/mcp'])).toEqual({
      name: 'weather',
      url: 'https://w.example/mcp',
    })
    const more = ['--transport', 'sse', '--header', 'A: 1', '--header', 'B: 2']
    expect(await inputOf(['weather', 'HTTP://w.example', ...more])).toEqual({
      name: 'weather',
      url: 'HTTP://w.example',
      type: 'sse',
      headers: { A: '1', B: '2' },
    })
  })

  it('a name and a program, whose own options stay its own', async () => {
    const argv = ['fs', '--env', 'A=1', '--cwd', 'sub', '--', 'npx', '-y', 'server', '--json']
    expect(await inputOf(argv)).toEqual({
      name: 'fs',
      command: 'npx',
      args: ['-y', 'server', '--json'],
      env: { A: '1' },
      cwd: 'sub',
    })
  })

  it.each([
    [['no-such-file.json'], 'there is no file "no-such-file.json"'],
    [['name', 'npx'], 'no http(s):// URL'],
    [['name', '--'], 'no command follows'],
    [['name', 'https://w.example', '--', 'npx'], 'stands before "--"'],
    [['--', 'npx'], 'not told what to add'],
  ])('%j is none of them, and the forms are shown', async (argv, message) => {
    const { exit, stdout, stderr, opened } = await run(['add', ...argv], reporting(added()))
    expect({ exit, stdout, opened }).toEqual({ exit: 1, stdout: '', opened: [] })
    expect(stderr).toContain(message)
    for (const form of ['add [--all]', 'add FILE|-|JSON', 'add NAME URL', 'add NAME [--env'])
      expect(stderr).toContain(form)
  })

  it('nothing, where nothing is found of other clients, is none of them either', async () => {
    const { exit, stdout, stderr } = await run(['add'], reporting(added(), { findConfigs: async () => [] }))
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
    expect(stderr).toContain('not told what to add')
    expect(stderr).toContain('add FILE|-|JSON')
  })

  it.each([
    [['name', 'https://w.example', '--env', 'A=1'], '--env'],
    [['{}', '--cwd', '.'], '--cwd'],
    [['{}', '--header', 'A: 1'], '--header'],
    [['name', '--transport', 'sse', '--', 'npx'], '--transport'],
    [['name', 'https://w.example', '--transport', 'stdio'], '--transport'],
    [['name', 'https://w.example', '--header', 'nonsense'], '--header'],
  ])('%j names the option that does not fit', async (argv, option) => {
    const { exit, stderr } = await run(['add', ...argv], reporting(added()))
    expect(exit).toBe(1)
    expect(stderr).toContain(option)
  })
})

it('passes on --if-absent and the current folder, and starts nothing', async () => {
  const { calls } = await run(['add', 'w', 'https://w.example', '--if-absent'], reporting(added('w')))
  expect(calls['addService']?.[0]?.[1]).toEqual({ cwd: folder, ifAbsent: true })
  expect(calls['waitService']).toBeUndefined()
})

describe('the report', () => {
  const report: AddReport = {
    results: [
      { ...reported('weather'), status: 'added', ignored: ['timeout', 'auth'] },
      { ...reported('files'), status: 'unchanged' },
      {
        name: 'broken',
        status: 'failed',
        error: libraryError('bad_config', 'url: no URL', 'Write one.') as never,
      },
    ],
    durable: 'local',
  }

  it('says one line for each entry and where it was saved; failures and notes go to stderr', async () => {
    const { exit, stdout, stderr } = await run(['add', '{}'], reporting(report))
    expect(exit).toBe(1)
    expect(stdout).toMatchInlineSnapshot(`
      "added      weather  http  https://weather.example/mcp
      unchanged  files    http  https://files.example/mcp
      saved in /home/me/.local/share/mcpstore/local/default/default.db
      "
    `)
    expect(stderr).toMatchInlineSnapshot(`
      "weather: ignored timeout, auth; to sign in: mcpstore login weather
      failed: broken: url: no URL
      hint:   Write one.
      "
    `)
  })

  it('--json is the document, and one line for what failed', async () => {
    const { exit, stdout, stderr } = await run(['add', '{}', '--json'], reporting(report))
    expect(exit).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      results: [
        { name: 'weather', status: 'added', ignored: ['timeout', 'auth'] },
        { name: 'files', status: 'unchanged' },
        {
          name: 'broken',
          status: 'failed',
          error: { code: 'bad_config', message: 'url: no URL', hint: 'Write one.' },
        },
      ],
      durable: 'local',
    })
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'bad_config',
        message: '1 of 3 entries could not be added; broken: url: no URL',
        hint: 'Write one. Next: mcpstore add --help',
      },
    })
  })

  it('a message that names the service is not made to name it twice', async () => {
    const results: AddReport['results'] = [
      { name: 'a', status: 'failed', error: libraryError('bad_config', 'service "a": no URL') as never },
      { name: 'b', status: 'failed', error: libraryError('bad_config', 'no URL') as never },
    ]
    const { stderr } = await run(['add', '{}'], reporting({ results, durable: 'local' }))
    expect(stderr).toBe('failed: service "a": no URL\nfailed: b: no URL\n')
  })

  it('the hint of one that failed was about another dataspace, and named the library', async () => {
    const error = libraryError('untrusted', 'not trusted', 'Approve it: mcpstore trust a (trustService)')
    const results: AddReport['results'] = [{ name: 'a', status: 'failed', error: error as never }]
    const { stderr } = await run(['add', '{}', '--dataspace', 'd'], reporting({ results, durable: 'local' }))
    expect(stderr).toBe('failed: a: not trusted\nhint:   Approve it: mcpstore trust --dataspace d a\n')
  })

  it('warns of variables that are not set here, once each, and of none that has a default', async () => {
    const headers = { A: 'Bearer ${TOKEN}', B: '${TOKEN}', C: '${SET}', D: '${OTHER:-x}' }
    const config = { type: 'http' as const, url: 'https://${HOST_NAME}/mcp', headers }
    const world = reporting({ results: [{ name: 'w', status: 'added', config }], durable: 'local' })
    const { exit, stderr } = await run(['add', '{}'], { ...world, host: { env: { SET: '1' } } })
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'warning: w: not set here: HOST_NAME, TOKEN\n' })
    const { stdout } = await run(['add', '{}', '--json'], { ...world, host: { env: { SET: '1' } } })
    expect(JSON.parse(stdout).results[0].warnings).toEqual(['w: not set here: HOST_NAME, TOKEN'])
  })

  it('shows a command with what would drive the terminal made visible', async () => {
    const config = { type: 'stdio' as const, command: 'sh', args: ['-c', 'x\u001b[8m\nrm'] }
    const world = reporting({ results: [{ name: 'w', status: 'added', config }], durable: 'local' })
    expect((await run(['add', '{}'], world)).stdout).toContain('added  w  stdio  sh -c x\\x1b[8m rm\n')
  })
})

describe('--check', () => {
  const waiting = (name: string) =>
    name === 'bad'
      ? Promise.reject(libraryError('unreachable', 'refused'))
      : Promise.resolve(fakeService(name))

  it('connects to what was added and says whether it works', async () => {
    const { exit, stdout, calls } = await run(
      ['add', '{}', '--check', '--timeout', '5'],
      reporting(added('w'), { waitService: waiting }),
    )
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^saved in .*\nok {2}w {2}2 tools\n$/m)
    expect(calls['waitService']).toEqual([['w', { timeout: 5000 }]])
  })

  it('some of several failing is a warning, all of them is a failure', async () => {
    const some = await run(['add', '{}', '--check'], reporting(added('w', 'bad'), { waitService: waiting }))
    expect(some).toMatchObject({ exit: 0, stderr: 'warning: bad: refused\n' })
    const all = await run(
      ['add', '{}', '--check', '--json'],
      reporting(added('bad'), { waitService: waiting }),
    )
    expect(all.exit).toBe(4)
    expect(JSON.parse(all.stdout).results).toEqual([
      {
        name: 'bad',
        status: 'added',
        check: { error: { code: 'unreachable', message: 'refused', hint: null } },
      },
    ])
    expect(JSON.parse(all.stderr).error.code).toBe('unreachable')
  })
})

describe('a write that nothing keeps', () => {
  const error = libraryError('storage', 'The disk is full.', 'Make room.') as never
  const status = fakeStatus({ state: 'write-degraded', error })
  const world = { ...reporting({ ...added('w'), durable: 'memory' }), host: { cwd: '/' }, status, left: 1 }

  it('is said plainly, with the reason and what to do, and ends with 5', async () => {
    const { exit, stdout, stderr } = await run(['add', '{}'], world)
    expect(exit).toBe(5)
    expect(stdout).toBe('')
    expect(stderr).toContain('NOT saved')
    expect(stderr).toContain('The disk is full.')
    expect(stderr).toContain('hint:  Make room.')
  })

  it('is said as JSON beside the document', async () => {
    const { exit, stdout, stderr } = await run(['add', '{}', '--json'], world)
    expect(exit).toBe(5)
    expect(JSON.parse(stdout).durable).toBe('memory')
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'not_durable',
      hint: 'Make room. Next: mcpstore doctor',
    })
  })

  it('but was taken at the last moment, when the store was closed, is saved', async () => {
    const late = { ...world, status: fakeStatus({ state: 'suspect', error }), left: 0 }
    const { exit, stdout, stderr } = await run(['add', '{}'], late)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toContain('saved in')
    expect(JSON.parse((await run(['add', '{}', '--json'], late)).stdout).durable).toBe('local')
  })

  it('is nothing to report when every entry was refused', async () => {
    const results: AddReport['results'] = [
      { name: 'x', status: 'failed', error: libraryError('already_exists', 'x exists') as never },
    ]
    const { exit } = await run(['add', '{}'], { ...reporting({ results, durable: 'memory' }), status })
    expect(exit).toBe(1)
  })
})

it('a URL without a name is not taken for a file', async () => {
  const { exit, stderr, opened } = await run(['add', 'https://user:s3cr3t@example.com/mcp'])
  expect({ exit, opened }).toEqual({ exit: 1, opened: [] })
  expect(stderr).toMatch(/^error: a URL needs a name before it\nhint: [\s\S]*mcpstore add NAME URL/)
  expect(stderr).not.toContain('s3cr3t')
})
