import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { stateOf, until } from './processes.ts'
import { connectRedis, RedisConnection } from './redis-connection.ts'
import { hasRedisServer, startRedis } from './redis-server.ts'
import { removeFolder, temporaryFolder } from './temporary-folder.ts'
import { hasOpenssl, makeCertificates } from './test-certificates.ts'

const slow = ['key-load-delay 300', 'loading-process-events-interval-bytes 1024']
const durable = ['appendonly yes', 'appendfsync always']

describe.skipIf(!hasRedisServer)('a private redis-server', () => {
  it('answers, listens on loopback only, and keeps nothing on disk', async () => {
    await using redis = await startRedis()
    expect(await redis.command('SET', 'k', 'a b\r\n')).toBe('OK')
    expect(await redis.command('GET', 'k')).toBe('a b\r\n')
    expect(await redis.command('CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1'])
    await expect(redis.command('INCR', 'k')).rejects.toMatchObject({ code: 'ERR' })
    await redis.restart()
    expect(await redis.command('GET', 'k')).toBe(null)
  })

  it('is gone after stop, with its directory, and stop may be called twice', async () => {
    await using redis = await startRedis()
    expect(existsSync(redis.dir)).toBe(true)
    await redis.stop()
    await redis.stop()
    await expect(connectRedis(redis.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH')
    expect(existsSync(redis.dir)).toBe(false)
  })

  it('does not clash with a second one', async () => {
    await using first = await startRedis()
    await using second = await startRedis()
    await first.command('SET', 'whose', 'first')
    expect(first.port).not.toBe(second.port)
    expect(await second.command('GET', 'whose')).toBe(null)
  })

  it('says what it printed when it does not start', async () => {
    await expect(startRedis({ config: ['no-such-option x'] })).rejects.toThrow(/no-such-option/)
  })

  it('killed, refuses connections; restarted on its port, it has its data, and is another run', async () => {
    await using redis = await startRedis({ config: durable })
    await redis.command('SET', 'k', 'kept')
    using client = await connectRedis(redis.port)
    const before = await redis.stats()
    const closed = once(client.socket, 'close')
    await redis.kill()
    await closed
    await expect(connectRedis(redis.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(redis.command('PING')).rejects.toThrow('killed')
    await redis.restart()
    expect(await redis.command('GET', 'k')).toBe('kept')
    expect((await redis.stats()).info['run_id']).not.toBe(before.info['run_id'])

    await redis.restart({ keepData: false })
    expect(await redis.command('GET', 'k')).toBe(null)
  })

  it('is rolled back to its last SAVE by a restart', async () => {
    await using redis = await startRedis()
    await redis.command('SET', 'k', 'old')
    await redis.command('SAVE')
    await redis.command('SET', 'k', 'new')
    await redis.restart()
    expect(await redis.command('GET', 'k')).toBe('old')
  })

  it('paused, accepts and stays silent; resumed, it executes what was sent meanwhile', async () => {
    await using redis = await startRedis()
    await redis.pause()
    expect(stateOf(redis.pid)).toBe('T')
    await expect(redis.command('PING')).rejects.toThrow('paused')
    using client = await connectRedis(redis.port)
    let answered = false
    const reply = client.send('INCR', 'n').finally(() => {
      answered = true
    })
    // A second server answers, so there was time enough for the first to do so.
    await using other = await startRedis()
    await other.command('PING')
    expect(answered).toBe(false)
    await redis.resume()
    expect(await reply).toBe(1)
  })

  it('leaves nothing, even when it is stopped while it is paused', async () => {
    await using redis = await startRedis()
    await redis.pause()
    await redis.stop()
    expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH')
    expect(existsSync(redis.dir)).toBe(false)
  })

  it('answers LOADING while it reads its data, to whoever does not wait for the end', async () => {
    await using redis = await startRedis()
    await redis.command('EVAL', "for i = 1, 1000 do redis.call('SET', 'k' .. i, i) end", 0)
    await redis.command('SAVE')
    await redis.restart({ ready: 'loading', config: slow })
    using client = await connectRedis(redis.port)
    await expect(client.send('GET', 'k1')).rejects.toMatchObject({ code: 'LOADING' })
    await until('the data is read', () => redis.log.includes('Ready to accept connections'))
    expect(await client.send('GET', 'k1')).toBe('1')
  })

  it('counts clients, connections and commands', async () => {
    await using redis = await startRedis()
    const before = await redis.stats()
    using client = await connectRedis(redis.port)
    await Promise.all(
      client.pipeline([
        ['SET', 'a', 1],
        ['SET', 'b', 2],
        ['CONFIG', 'GET', 'port'],
      ]),
    )
    const after = await redis.stats()
    expect(after.clients - before.clients).toBe(1)
    expect(after.connections - before.connections).toBe(1)
    expect(after.commands - before.commands).toBe(3 + 1)
    expect(before.calls['set']).toBe(undefined)
    expect(after.calls).toMatchObject({ set: 2, 'config|get': 1 })
  })

  it('answers the tests even when the default user may do nothing', async () => {
    await using redis = await startRedis()
    await redis.command('CONFIG', 'SET', 'requirepass', 'secret')
    using client = await connectRedis(redis.port)
    await expect(client.send('GET', 'k')).rejects.toMatchObject({ code: 'NOAUTH' })
    await redis.command('ACL', 'SETUSER', 'default', 'off')
    expect(await redis.command('GET', 'k')).toBe(null)
  })

  it('comes with users, a limit of memory, and a Unix socket, by its config', async () => {
    const users = ['user reader on >secret ~* -@all +get']
    const config = ['maxmemory 1kb', 'unixsocket redis.sock', ...users]
    await using redis = await startRedis({ config })
    using client = await connectRedis({ path: `${redis.dir}/redis.sock` })
    await expect(client.send('SET', 'k', 'v')).rejects.toMatchObject({ code: 'OOM' })
    await client.send('AUTH', 'reader', 'secret')
    await expect(client.send('SET', 'k', 'v')).rejects.toMatchObject({ code: 'NOPERM' })
  })
})

it.skipIf(!hasRedisServer || !hasOpenssl)('a private redis-server speaks TLS with its own CA', async () => {
  const folder = temporaryFolder('mcpstore-certificates-')
  const tls = makeCertificates(folder)
  await using redis = await startRedis({ tls })
  const strict = connectTls({ host: '127.0.0.1', port: redis.tlsPort })
  const [refusal] = await once(strict, 'error')
  expect(refusal.code).toMatch(/SELF_SIGNED|UNABLE_TO/)
  const socket = connectTls({ host: '127.0.0.1', port: redis.tlsPort, ca: readFileSync(tls.ca) })
  await once(socket, 'secureConnect')
  using client = new RedisConnection(socket)
  expect(await client.send('PING')).toBe('PONG')
  removeFolder(folder)
})
