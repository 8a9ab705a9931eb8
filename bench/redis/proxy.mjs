import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import { freePort } from './server.mjs'

/** How every command of the protocol begins. */
const COMMAND = /\*\d+\r\n\$/g

/**
 * Stands before a server, counts what is asked of it, the bytes that it is `sent` and those that it sends itself (`bytes`),
 * and can keep everybody out.
 */
export async function startProxy(target) {
  const port = await freePort()
  const sockets = new Set()
  let listening
  const proxy = {
    port,
    requests: 0,
    sent: 0,
    bytes: 0,
    /** Cuts every connection, and lets nobody in. */
    async refuse() {
      const closed = once(listening.close(), 'close')
      for (const socket of sockets) socket.destroy()
      await closed
    },
    async accept() {
      listening = createServer((client) => {
        const server = createConnection({ host: '127.0.0.1', port: target })
        client.on('data', (bytes) => {
          proxy.sent += bytes.length
          proxy.requests += bytes.toString('latin1').match(COMMAND)?.length ?? 0
        })
        server.on('data', ({ length }) => {
          proxy.bytes += length
        })
        join(client, server)
      })
      await once(listening.listen(port, '127.0.0.1'), 'listening')
    },
  }
  await proxy.accept()
  return proxy

  function join(client, server) {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      sockets.add(from)
      from.setNoDelay(true)
      from.pipe(to)
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  }
}
