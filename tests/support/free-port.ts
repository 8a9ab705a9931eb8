import { once } from 'node:events'
import { createServer } from 'node:net'

const LOWEST = 10_000
const COUNT = 12_000
/** A Redis Cluster node talks to the others here: this much above its port. */
const BUS_OFFSET = 10_000

/**
 * A port of 127.0.0.1 that nobody listens on, nor on the cluster bus port that belongs to it. It lies below the ports the
 * system gives to outgoing connections: on one of those, a client that reconnects to a dead server may be connected to
 * itself, and the server cannot come back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * COUNT)
    if ((await isFree(port)) && (await isFree(port + BUS_OFFSET))) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    await once(server.close(), 'close')
    return true
  } catch {
    return false
  }
}
