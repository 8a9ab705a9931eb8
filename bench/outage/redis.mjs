import { Redis } from 'ioredis'
import { freePort, startServer } from '../redis/server.mjs'

/** Nobody who looks at a server in trouble waits longer than this, in ms. */
const LOOK_MS = 400

/** A Redis of one side, that keeps what it has acknowledged. */
export async function startSideRedis(folder) {
  const port = await freePort()
  const start = () => startServer(folder, port, { config: ['--appendonly', 'yes'] })
  let server = await start()
  const redis = {
    port,
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    async startAgain() {
      server = await start()
    },
    /** Asks it one thing over a connection for this alone. @throws what is wrong with it */
    ask: (...command) => redis.askMany((client) => client.call(...command)),
    /** The same for many things. */
    async askMany(questions) {
      const client = clientOf(port)
      let trouble
      client.on('error', (error) => {
        trouble = error
      })
      try {
        await client.connect()
        return await questions(client)
      } catch (error) {
        throw trouble ?? error
      } finally {
        client.disconnect()
      }
    },
    async end() {
      server.resume()
      await server.kill()
    },
  }
  return redis
}

function clientOf(port) {
  return new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    connectTimeout: LOOK_MS,
    commandTimeout: LOOK_MS,
  })
}
