// A Redis of the example's own: on a free port of the loopback interface, keeping nothing on disk.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

const command = process.env.REDIS_SERVER || 'redis-server'

/** What to do where there is none; `undefined` where there is one. */
export function missingRedis() {
  if (spawnSync(command, ['--version']).status === 0) return undefined
  return [
    `This example starts a Redis server of its own, and there is no "${command}" here.`,
    'Install one (Debian, Ubuntu: apt install redis-server; macOS: brew install redis), or say where it is: REDIS_SERVER=/path/to/redis-server.',
  ].join('\n')
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Starts the server on that port, with nothing in it. Resolves with how to stop it. */
export async function startRedis(port, folder) {
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn(command, options.map(String), { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  let log = ''
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      log += text
      if (log.includes('Ready to accept connections')) resolve()
    })
    child.once('close', () => reject(new Error(`redis-server did not start:\n${log}`)))
    child.once('error', reject)
  })
  return async () => {
    child.kill('SIGKILL')
    await ended
  }
}
