import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

export const redisServer = process.env.REDIS_SERVER || 'redis-server'
/** Below the ports that outgoing connections get: on one of those, a client may be connected to itself. */
const LOWEST_PORT = 10_000
const PORTS = 12_000

/** Whether there is a server to measure with. */
export function hasRedisServer() {
  return spawnSync(redisServer, ['--version']).status === 0
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort() {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    server.close()
    if (isFree) return port
  }
}

/** Starts a private server, for as long as this process lives at most; without persistence unless `config` says otherwise. */
export async function startServer(folder, port, { config = [] } = {}) {
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', ...config]
  const child = spawn(redisServer, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = once(child, 'close')
  let log = ''
  await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', () => reject(new Error(`${redisServer} ended:\n${log}`)))
    child.stdout.on('data', (chunk) => {
      log = (log + chunk).slice(-10_000)
      if (log.includes('Ready to accept connections')) resolve()
    })
  })
  return {
    /** It stands still: connections stay, new ones are accepted, and nothing is answered. */
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async kill() {
      process.off('exit', kill)
      kill()
      await gone
    },
  }
}
