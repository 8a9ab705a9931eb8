import { Dataspace } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { Redis } from 'ioredis'
import { freePort, startServer } from './server.mjs'

const NAMESPACE = 'bench'

/** Starts a Redis for one question and ends it afterwards, with everything that was opened on it. */
export async function withRedis(sandbox, question) {
  const port = await freePort()
  const opened = []
  let server = await startServer(sandbox.folder('redis'), port)
  const redis = {
    port,
    /** A plain client; `options` are those of ioredis. */
    client(options = {}) {
      const client = new Redis({ host: '127.0.0.1', port, ...options })
      // One that nobody listens to is printed.
      client.on('error', () => {})
      opened.push(() => client.disconnect())
      return client
    },
    /** A backend on this server, or with `at` on what listens at another port. */
    backend: (name, { at = port, timeoutMs } = {}) => makeBackend(at, name, { timeoutMs }),
    /** An opened dataspace; `options` are its own, or those of `backend`. */
    async dataspace(name, { at, timeoutMs, backend, ...options } = {}) {
      const dataspace = new Dataspace({
        backend: backend ?? redis.backend(name, { at, timeoutMs }),
        namespace: NAMESPACE,
        dataspace: name,
        waitMs: timeoutMs,
        ...options,
      })
      opened.push(() => dataspace.close())
      return dataspace.open()
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
    kill: () => server.kill(),
    async restart() {
      server = await startServer(sandbox.folder('redis'), port)
    },
  }
  try {
    return await question(redis)
  } finally {
    server.resume()
    for (const close of opened.reverse()) await close()
    await server.kill()
  }
}

function makeBackend(port, name, { timeoutMs }) {
  const target = redisTarget({ url: `redis://127.0.0.1:${port}` })
  return redisBackend({ target, namespace: NAMESPACE, dataspace: name, ...(timeoutMs && { timeoutMs }) })
}
