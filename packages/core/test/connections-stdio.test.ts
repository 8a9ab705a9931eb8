import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  connect,
  failureOf,
  groupOf,
  isRunning,
  linesOf,
  runningInGroup,
  scratch,
  stdioConfig,
  until,
} from './connections-fixtures.ts'
import { throughNpx, throughShell, throughUvx } from './wrappers.ts'

const call = { timeoutMs: 10_000 }

/** Where the fixture notes the process id of each start. */
function startFile(): { startFile: string; pids: () => number[] } {
  const file = join(scratch(), 'starts')
  return { startFile: file, pids: () => linesOf(file).map(Number) }
}

describe('the process group of a stdio server', () => {
  test('is a group of its own, and gone after close()', async () => {
    const { pids, ...note } = startFile()
    const connection = await connect(stdioConfig(note))
    const [pid] = pids()
    expect(runningInGroup(pid!)).toEqual([pid])
    await connection.close()
    expect(() => process.kill(-pid!, 0)).toThrow('ESRCH')
  })

  test('is not started once a signal has come that ends the caller, though nobody has heard it yet', async () => {
    await (await connect(stdioConfig())).close()
    const { pids, ...note } = startFile()
    const stop = new AbortController()
    process.once('SIGUSR2', () => stop.abort())
    process.kill(process.pid, 'SIGUSR2')
    expect(await failureOf(connect(stdioConfig(note), { signal: stop.signal }))).toMatchObject({
      code: 'aborted',
    })
    expect(pids()).toEqual([])
  })

  test('is gone after close() although nobody in it reacts to the end of stdin or to SIGTERM', async () => {
    const { pids, ...note } = startFile()
    const grandchild = join(scratch(), 'grandchild')
    const connection = await connect(stdioConfig({ ...note, stubborn: true, grandchild }))
    const [pid] = pids()
    expect(runningInGroup(pid!)).toHaveLength(2)
    await connection.close()
    expect(runningInGroup(pid!)).toEqual([])
    expect(isRunning(Number(linesOf(grandchild)[0]))).toBe(false)
  })

  test('is gone after close() when only a grandchild outlives its parent', async () => {
    const { pids, ...note } = startFile()
    const grandchild = join(scratch(), 'grandchild')
    const connection = await connect(stdioConfig({ ...note, grandchild }))
    await connection.close()
    expect(runningInGroup(pids()[0]!)).toEqual([])
    expect(isRunning(Number(linesOf(grandchild)[0]))).toBe(false)
  })

  test('is gone after a crash of the server, and the grandchild with it', async () => {
    const { pids, ...note } = startFile()
    const grandchild = join(scratch(), 'grandchild')
    const connection = await connect(stdioConfig({ ...note, grandchild }))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    process.kill(pids()[0]!, 'SIGKILL')
    expect((await closed)?.message).toContain('was killed by SIGKILL')
    await connection.close()
    expect(runningInGroup(pids()[0]!)).toEqual([])
    expect(isRunning(Number(linesOf(grandchild)[0]))).toBe(false)
  })

  test('is gone when connect() gives up on a server that never answers', async () => {
    const { pids, ...note } = startFile()
    const grandchild = join(scratch(), 'grandchild')
    const settings = { ...note, grandchild, muteInitialize: true, stubborn: true }
    const error = await failureOf(connect(stdioConfig(settings), { timeoutMs: 3000 }))
    expect(error.code).toBe('timeout')
    expect(error.message).toBe('the connection to service "demo" took longer than 3 s')
    expect(runningInGroup(pids()[0]!)).toEqual([])
  })

  test('is gone when the caller aborts connect()', async () => {
    const { pids, ...note } = startFile()
    const abort = new AbortController()
    const connecting = connect(stdioConfig({ ...note, muteInitialize: true }), { signal: abort.signal })
    await until(() => pids().length === 1)
    abort.abort(new Error('changed my mind'))
    const error = await failureOf(connecting)
    expect(error.code).toBe('aborted')
    expect(error.cause).toEqual(new Error('changed my mind'))
    expect(runningInGroup(pids()[0]!)).toEqual([])
  })

  const wrappers = [
    ['sh -c', throughShell],
    ['npx', throughNpx],
    ['uvx', throughUvx],
  ] as const

  test.each(wrappers)('is gone with %s that wraps a stubborn server, after close()', async (_name, wrap) => {
    const { pids, ...note } = startFile()
    const grandchild = join(scratch(), 'grandchild')
    const connection = await connect(wrap(stdioConfig({ ...note, stubborn: true, grandchild })))
    const group = groupOf(pids()[0]!)!
    expect(runningInGroup(group).length).toBeGreaterThanOrEqual(3)
    await connection.close()
    expect(runningInGroup(group)).toEqual([])
  })

  test.each(wrappers)('is gone with %s that wraps it, when the wrapper is killed', async (_name, wrap) => {
    const { pids, ...note } = startFile()
    const connection = await connect(wrap(stdioConfig({ ...note, stubborn: true })))
    const group = groupOf(pids()[0]!)!
    const closed = new Promise((resolve) => connection.onClose(resolve))
    process.kill(group, 'SIGKILL')
    await closed
    await connection.close()
    expect(runningInGroup(group)).toEqual([])
  })

  test.each(wrappers)('is gone with %s that wraps a server that never answers', async (_name, wrap) => {
    const { pids, ...note } = startFile()
    const abort = new AbortController()
    const config = wrap(stdioConfig({ ...note, muteInitialize: true, stubborn: true }))
    const connecting = failureOf(connect(config, { signal: abort.signal }))
    await until(() => pids().length === 1)
    const group = groupOf(pids()[0]!)!
    abort.abort()
    expect((await connecting).code).toBe('aborted')
    expect(runningInGroup(group)).toEqual([])
  })

  test('never starts when the caller has aborted before', async () => {
    const { pids, ...note } = startFile()
    const error = await failureOf(connect(stdioConfig(note), { signal: AbortSignal.abort() }))
    expect(error.code).toBe('aborted')
    expect(pids()).toEqual([])
  })
})

describe('a stdio server that does not start', () => {
  test('because the command does not exist, is unreachable and says which command', async () => {
    const error = await failureOf(connect({ type: 'stdio', command: 'no-such-command-at-all' }))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('the command "no-such-command-at-all" was not found')
    expect(error.hint).toContain('Install it')
    const runner = await failureOf(connect({ type: 'stdio', command: 'uvx', env: { PATH: scratch() } }))
    expect(runner.hint).toContain('Install uv, which brings it')
  })

  test('because its folder does not exist, says so and does not blame the command', async () => {
    const cwd = join(scratch(), 'nowhere')
    const error = await failureOf(connect(stdioConfig({}, { cwd })))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain(`its folder "${cwd}" does not exist`)
    expect(error.hint).toContain('"cwd"')
  })

  test('because its folder is a file, says so', async () => {
    const cwd = join(scratch(), 'file')
    writeFileSync(cwd, '')
    const error = await failureOf(connect(stdioConfig({}, { cwd })))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('is not a folder')
  })

  test('because its folder lies below a file, or in a circle of links, says so', async () => {
    const folder = scratch()
    writeFileSync(join(folder, 'file'), '')
    symlinkSync(join(folder, 'circle'), join(folder, 'circle'))
    const places = { 'file/below': 'a part of its path is no folder', circle: 'leads in a circle' }
    for (const [place, why] of Object.entries(places)) {
      const error = await failureOf(connect(stdioConfig({}, { cwd: join(folder, place) })))
      expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining(why) })
      expect(error.message).toContain('service "demo" cannot start: its folder')
      expect([error.hint, error.cause]).toEqual(['Correct "cwd" in its config.', expect.any(Error)])
    }
  })

  test('because the command is no program or lacks its interpreter, says so', async () => {
    const command = join(scratch(), 'server')
    writeFileSync(command, '#!/no/such/interpreter\n')
    const plain = await failureOf(connect({ type: 'stdio', command }))
    expect(plain.message).toContain('is not an executable file')
    chmodSync(command, 0o755)
    const orphan = await failureOf(connect({ type: 'stdio', command }))
    expect(orphan.message).toContain('the interpreter of')
  })

  test('because an argument cannot be passed at all, is unreachable and repeats no value', async () => {
    const error = await failureOf(connect({ type: 'stdio', command: 'node', args: ['se\0cret'] }))
    expect(error.code).toBe('unreachable')
    expect(error.message).not.toContain('cret')
  })

  test('because it dies, says how and what it said on stderr and stdout', async () => {
    const dieAtStart = { code: 3, stderr: 'Error: API_KEY is not set', stdout: 'Usage: server FILE' }
    const error = await failureOf(connect(stdioConfig({ dieAtStart })))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('service "demo" exited with code 3')
    expect(error.message).toContain('Error: API_KEY is not set')
    expect(error.message).toContain('Usage: server FILE')
  })

  test('does not leak secrets of its config that it prints', async () => {
    const dieAtStart = { stderr: 'cannot log in with hunter2-hunter2 at home' }
    const config = stdioConfig({ dieAtStart }, { env: { DB_PASSWORD: 'hunter2-hunter2', PLACE: 'at home' } })
    const { message } = await failureOf(connect(config))
    expect(message).toContain('cannot log in with *** at home')
  })

  test('or does not answer, is told about with what it said meanwhile', async () => {
    const config = stdioConfig({ stderrBytes: 10, muteInitialize: true })
    const error = await failureOf(connect(config, { timeoutMs: 1500 }))
    expect(error.message).toContain('longer than 1500 ms. Its last output:\neeeeeeeeee')
  })

  test('because it refuses the handshake, says what it answered', async () => {
    const initializeError = { code: -32000, message: 'no licence' }
    const error = await failureOf(connect(stdioConfig({ initializeError })))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('answered with an error: no licence (code -32000)')
  })

  test('because it speaks no known version of the protocol, says which', async () => {
    const error = await failureOf(connect(stdioConfig({ protocolVersion: '1999-12-31' })))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('speaks version "1999-12-31" of MCP')
  })
})

describe('the streams of a stdio server', () => {
  test.each([120_000, 400_000])(
    '%i bytes on stderr, before the handshake and during a call, block nothing',
    async (bytes) => {
      const { pids, ...note } = startFile()
      const connection = await connect(stdioConfig({ ...note, stderrBytes: bytes }))
      const result = await connection.callTool('chatter', { bytes }, call)
      expect(result.content).toEqual([{ type: 'text', text: 'said it' }])
      await connection.close()
      expect(runningInGroup(pids()[0]!)).toEqual([])
    },
  )

  test('keeps no more than the end of what was said on stderr', async () => {
    const connection = await connect(stdioConfig({ stderrBytes: 400_000 }))
    const { message } = await failureOf(connection.callTool('die', {}, call))
    expect(message).toContain('fatal: out of cheese')
    expect(message.length).toBeLessThan(5000)
  })

  test('lines on stdout that are no messages are passed over', async () => {
    const connection = await connect(stdioConfig({ garbage: true }))
    const result = await connection.callTool('echo', { text: 'grüße 世界' }, call)
    expect(result.content).toEqual([{ type: 'text', text: 'grüße 世界' }])
  })

  test('messages in lists, as one revision has them, were taken for no messages', async () => {
    const connection = await connect(stdioConfig({ batch: true, protocolVersion: '2025-03-26' }))
    const result = await connection.callTool('echo', { text: 'hi' }, call)
    expect(result.content).toEqual([{ type: 'text', text: 'hi' }])
  })

  test('a banner of 500 lines is passed over', async () => {
    const connection = await connect(stdioConfig({ banner: 500 }))
    const result = await connection.callTool('echo', { text: 'hi' }, call)
    expect(result.content).toEqual([{ type: 'text', text: 'hi' }])
  })

  test('a server that floods stdout is ended, says so, and lets the host go on meanwhile', async () => {
    const { pids, ...note } = startFile()
    let turns = 0
    const counting = setInterval(() => turns++, 1)
    const error = await failureOf(connect(stdioConfig({ ...note, flood: true, muteInitialize: true })))
    clearInterval(counting)
    expect(error.code).toBe('unreachable')
    expect(error.message).toMatch(
      /^service "demo" floods its stdout with lines that are no messages, and was ended/,
    )
    expect(turns).toBeGreaterThan(20)
    expect(runningInGroup(pids()[0]!)).toEqual([])
  })

  test('a server that floods stdout during a call is ended, and the call may have run', async () => {
    const connection = await connect(stdioConfig())
    const error = await failureOf(connection.callTool('flood', {}, call))
    expect(error.code).toBe('outcome_unknown')
    expect(error.message).toContain('floods its stdout')
  })

  test('a call waited for the answer of a server that had closed its stdout', async () => {
    const { pids, ...note } = startFile()
    const connection = await connect(stdioConfig(note))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    const error = await failureOf(connection.callTool('hush', {}, { timeoutMs: 600_000 }))
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      message: 'service "demo" closed its stdout, and was ended',
    })
    expect((await closed)?.message).toContain('closed its stdout')
    await connection.close()
    expect(runningInGroup(pids()[0]!)).toEqual([])
  })

  test('a message of 11 MB arrives whole', async () => {
    const connection = await connect(stdioConfig())
    const result = await connection.callTool('big', { bytes: 11_000_000 }, call)
    expect(result.content?.[0]?.['text']).toHaveLength(11_000_000)
  })

  test('a message of more than 64 MiB ends the connection with a clear error, and the server', async () => {
    const { pids, ...note } = startFile()
    const connection = await connect(stdioConfig(note))
    const closed = new Promise<Error | undefined>((resolve) => connection.onClose(resolve))
    const error = await failureOf(connection.callTool('big', { bytes: 68_000_000 }, call))
    expect(error.code).toBe('outcome_unknown')
    expect(error.message).toContain('sent a message of more than 64 MiB')
    expect((await closed)?.message).toContain('more than 64 MiB')
    await connection.close()
    expect(runningInGroup(pids()[0]!)).toEqual([])
  })
})

describe('the environment of a stdio server', () => {
  test('is the short safe list and what its config sets, in the folder its config names', async () => {
    process.env['MCPSTORE_TEST_SECRET'] = 'stays here'
    const cwd = scratch()
    const connection = await connect(stdioConfig({}, { env: { GIVEN: 'yes' }, cwd }))
    delete process.env['MCPSTORE_TEST_SECRET']
    const result = await connection.callTool('env', {}, call)
    const seen = JSON.parse(String(result.content?.[0]?.['text']))
    expect(seen.cwd).toBe(cwd)
    expect(seen.env).toMatchObject({ GIVEN: 'yes', PATH: process.env['PATH'] })
    expect(seen.env).not.toHaveProperty('MCPSTORE_TEST_SECRET')
  })
})
