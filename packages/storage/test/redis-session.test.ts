import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type StoredRecord, systemTime, type Write } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { hasRedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { formatStamp } from '../src/records/stamp.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function backendAt(url: string, timeoutMs = 100) {
  const backend = redisBackend({ target: redisTarget({ url }), namespace: 'n', dataspace: 'd', timeoutMs })
  cleanups.push(() => backend.close())
  let hints = 0
  backend.onHint(() => void hints++)
  return { backend, hints: () => hints }
}

/** A write of that many characters. */
function writeOf(name: string, size = 1): Write {
  const stamp = formatStamp(Date.now(), 0, 'a'.repeat(10))
  const value = { json: JSON.stringify('x'.repeat(size)), stamp, basis: '', seen: [], rev: 0, expires: null }
  return { record: { key: `services:${name}:config`, ...value } as StoredRecord }
}

/** A server that takes connections and says nothing. */
async function silentServer() {
  const sockets: Socket[] = []
  const listener = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  const { port } = listener.address() as { port: number }
  return { url: `redis://127.0.0.1:${port}`, sockets }
}

/** A program that ends once the server has answered a PING. */
const pingOf = (port: number) => `
  const socket = require('node:net').connect(${port}, '127.0.0.1', () => socket.write('PING\\r\\n'))
  socket.once('data', () => socket.destroy())
`

it('a connection that never came about is no reason to try again at once', async () => {
  const { backend, hints } = backendAt('redis://127.0.0.1:1')
  await expect(backend.open()).rejects.toMatchObject({ state: 'down' })
  expect(hints()).toBe(0)
})

it('a server that says nothing is an outage after one deadline, not after two', async () => {
  const { url, sockets } = await silentServer()
  const { backend, hints } = backendAt(url)
  await expect(backend.open()).rejects.toMatchObject({
    state: 'down',
    message: expect.stringContaining('within 100 ms'),
  })
  expect(sockets.length, 'one attempt: one connection for commands, one for hints').toBe(2)
  expect(hints()).toBe(0)
})

it('closing gives up an attempt to connect, and lets none begin', async () => {
  const { url, sockets } = await silentServer()
  const { backend } = backendAt(url, 60_000)
  const attempt = backend.open()
  attempt.catch(() => {})
  await expect.poll(() => sockets.length).toBe(2)
  // What it says first is on its way by now.
  await Promise.all(sockets.map((socket) => once(socket, 'readable')))
  await backend.close()
  await expect(attempt).rejects.toMatchObject({ state: 'down' })
  await expect(backend.open()).rejects.toThrow('it was closed')
  expect(sockets.length).toBe(2)
})

describe.skipIf(!hasRedisServer)('a connection that worked', () => {
  it('is waited for once, although what was asked left this machine', async () => {
    await using server = await startRedis()
    let waits = 0
    const time = {
      ...systemTime,
      after: (...args: Parameters<typeof systemTime.after>) => {
        waits++
        return systemTime.after(...args)
      },
    }
    const backend = redisBackend({
      target: redisTarget({ url: server.url }),
      namespace: 'n',
      dataspace: 'd',
      timeoutMs: 300,
      time,
    })
    cleanups.push(() => backend.close())
    await backend.open()
    process.kill(server.pid, 'SIGSTOP')
    waits = 0
    await expect(backend.beat!('node')).rejects.toMatchObject({ state: 'suspect' })
    expect(waits).toBe(1)
  })

  it('is not taken for silent by a process that stood still while the answer came', async () => {
    await using server = await startRedis()
    let longestMs = Number.POSITIVE_INFINITY
    const time = {
      ...systemTime,
      after: (...[ms, task, options]: Parameters<typeof systemTime.after>) =>
        systemTime.after(Math.min(ms, longestMs), task, options),
    }
    const target = redisTarget({ url: server.url })
    const backend = redisBackend({ target, namespace: 'n', dataspace: 'd', time })
    cleanups.push(() => backend.close())
    await backend.open()
    longestMs = 1
    const beaten = backend.beat!('node')
    // The server takes what is asked in turn.
    execFileSync(process.execPath, ['-e', pingOf(server.port)])
    // What is asked after it has its usual time.
    longestMs = Number.POSITIVE_INFINITY
    await expect(beaten).resolves.toMatchObject({ rev: 0 })
  })

  it('leaves hints that come close together in the socket, and reads them together', async () => {
    await using server = await startRedis()
    const pauses: (() => void)[] = []
    const time = {
      ...systemTime,
      after: (...[ms, task, options]: Parameters<typeof systemTime.after>) => {
        // No request here has as little time.
        if (ms >= 10) return systemTime.after(ms, task, options)
        pauses.push(task)
        return () => {}
      },
    }
    const endPause = () => pauses.splice(0).map((end) => end()).length
    const target = redisTarget({ url: server.url })
    const backend = redisBackend({ target, namespace: 'n', dataspace: 'd', time })
    cleanups.push(() => backend.close())
    const heard: unknown[] = []
    backend.onHint((rev) => void heard.push(rev))
    await backend.open()
    const publish = (rev: number) => server.command('PUBLISH', 'n:d:changes', rev)

    await publish(1)
    await expect.poll(() => heard).toEqual([1])
    for (let rev = 2; rev <= 50; rev++) await publish(rev)
    // What was asked after they were sent is answered.
    await backend.beat!('node')
    expect(heard).toEqual([1])
    expect(endPause()).toBe(1)
    expect(heard).toHaveLength(50)
    expect(endPause(), 'there were some, so it goes on').toBe(1)
    expect(endPause(), 'there was none').toBe(0)
    await publish(51)
    await expect.poll(() => heard.at(-1)).toBe(51)
  })

  it('asks for what others have counted once in a while, however many hints there are of it', async () => {
    await using server = await startRedis()
    const later: [ms: number, task: () => void][] = []
    const time = {
      ...systemTime,
      after: (...[ms, task, options]: Parameters<typeof systemTime.after>) => {
        if (ms !== 500) return systemTime.after(ms, task, options)
        later.push([ms, task])
        return () => {}
      },
    }
    const target = redisTarget({ url: server.url })
    const backend = redisBackend({ target, namespace: 'n', dataspace: 'd', time, timeoutMs: 2000 })
    cleanups.push(() => backend.close())
    const heard: unknown[] = []
    backend.onHint((rev) => void heard.push(rev))
    await backend.open()
    const publish = (message: string) => server.command('PUBLISH', 'n:d:changes', message)
    for (const message of ['~1', '~3', '~2', '4']) await publish(message)
    await expect.poll(() => heard).toEqual([4])
    expect(later).toHaveLength(1)
    later[0]![1]()
    expect(heard).toEqual([4, 3])
    await publish('~5')
    await expect.poll(() => later).toHaveLength(2)
    expect(heard).toEqual([4, 3])
  })

  it('is a reason to look when it ends by itself', async () => {
    await using server = await startRedis()
    const { backend, hints } = backendAt(server.url, 2000)
    await backend.open()
    await server.stop()
    await expect.poll(hints).toBe(1)
  })

  it('writes of which a first part was taken were none when the next part met no connection', async () => {
    await using server = await startRedis()
    let left = Number.POSITIVE_INFINITY
    const serverNow = () => {
      // Another attempt to connect begins.
      if (--left === 0) void backend.open().catch(() => {})
      return Date.now()
    }
    const target = redisTarget({ url: server.url })
    const backend = redisBackend({ target, namespace: 'n', dataspace: 'd', serverNow })
    cleanups.push(() => backend.close())
    await backend.open()
    left = 2
    const written = backend.merge([writeOf('a', 900_000), writeOf('b', 900_000), writeOf('c')])
    await expect(written).rejects.toMatchObject({
      unsure: true,
      message: expect.stringContaining('is not connected to'),
    })
    expect(await server.command('EXISTS', 'n:d:services:a:config')).toBe(1)
    left = 1
    const none = backend.merge([writeOf('d'), writeOf('e')])
    await expect(none).rejects.toMatchObject({ unsure: false })
  })

  it('writes of which some were taken before the script was lost were none when it could not be sent', async () => {
    await using server = await startRedis()
    const host = new Redis(server.url, { lazyConnect: true })
    const duplicate = host.duplicate.bind(host)
    let runs = 0
    host.duplicate = (options) => {
      const own = duplicate(options)
      const pipeline = own.pipeline.bind(own)
      own.pipeline = () => {
        const made = pipeline()
        const evalsha = made.evalsha.bind(made) as (...args: unknown[]) => typeof made
        let calls = 0
        const unknown = '0'.repeat(40)
        made.evalsha = (sha: unknown, ...args: unknown[]) => evalsha(calls++ === 0 ? sha : unknown, ...args)
        made.eval = () => {
          runs++
          made.exec = () => Promise.reject(new Error('CLUSTERDOWN The cluster is down'))
          return made
        }
        return made
      }
      return own
    }
    const backend = redisBackend({ target: redisTarget({ client: host }), namespace: 'n', dataspace: 'd' })
    cleanups.push(() => backend.close())
    await backend.open()
    // The script is known there from now on.
    await backend.merge([writeOf('first')])
    const written = backend.merge([writeOf('a'), writeOf('b'), writeOf('c')])
    await expect(written).rejects.toMatchObject({
      unsure: true,
      message: expect.stringContaining('CLUSTERDOWN'),
    })
    expect(runs).toBe(2)
    expect(await server.command('EXISTS', 'n:d:services:a:config', 'n:d:services:b:config')).toBe(1)
  })
})
