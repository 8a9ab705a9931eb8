import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnLeashed } from './leash.ts'

const command = process.env['REDIS_SERVER'] || 'redis-server'
const base = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no', '--logfile', '']
const attempts = 5

/** Whether `startRedis` can work here: `describe.skipIf(!hasRedisServer)`. */
export const hasRedisServer: boolean = spawnSync(command, ['--version']).status === 0

/** A private server of one test; its data goes with it. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly pid: number
  /** The server's working directory, for tests that switch persistence on. */
  readonly dir: string
  /** Kills the server, waits until it is gone, removes its directory. May be called twice. */
  stop(): Promise<void>
}

/**
 * Starts `redis-server` on a free port of 127.0.0.1, without persistence, and waits until it answers.
 * It never outlives this process. Throws with the server's own output if it does not start.
 *
 * @param options.args More arguments of `redis-server`; later ones win.
 */
export async function startRedis({ args = [] }: { args?: readonly string[] } = {}): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'mcpstore-redis-'))
  const removeDir = (): void => rmSync(dir, { recursive: true, force: true })
  process.once('exit', removeDir)
  try {
    const { child, port } = await startOnFreePort([...base, '--dir', dir, ...args])
    const gone = once(child, 'exit')
    const stop = async (): Promise<void> => {
      child.kill('SIGKILL')
      await gone
      removeDir()
      process.off('exit', removeDir)
    }
    const url = `redis://127.0.0.1:${port}`
    return { port, url, pid: child.pid!, dir, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    removeDir()
    throw error
  }
}

/** Between finding a free port and binding it another process may take it; then the next one is tried. */
async function startOnFreePort(args: readonly string[]): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const child = spawnLeashed(command, ['--port', String(port), ...args])
    const output = await outputUntil(child, 'Ready to accept connections')
    if (child.exitCode === null && child.signalCode === null) {
      await expectPong(port)
      return { child, port }
    }
    if (attempt === attempts || !/in use/.test(output))
      throw new Error(`${command} did not start:\n${output}`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address.port
}

/** What the process printed, once it printed `text` or ended. */
function outputUntil(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve) => {
    let output = ''
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
      if (output.includes(text)) resolve(output)
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    child.once('close', () => resolve(output))
  })
}

/** The log line alone could be a stranger's on another port; PONG on this port is ours. */
async function expectPong(port: number): Promise<void> {
  const answer = await sendCommand(port, 'PING')
  if (answer !== '+PONG') throw new Error(`port ${port} answered PING with ${answer}`)
}

/** Sends one inline command over a fresh connection and answers the raw reply, trimmed. Rejects when refused. */
export async function sendCommand(port: number, line: string): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    socket.write(`${line}\r\n`)
    const [reply] = (await once(socket, 'data')) as [Buffer]
    return reply.toString().trim()
  } finally {
    socket.destroy()
  }
}
