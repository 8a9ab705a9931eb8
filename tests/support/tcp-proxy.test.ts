import { describe, expect, it } from 'vitest'
import { until } from './processes.ts'
import { startProxiedRedis } from './proxied-redis.ts'
import { connectRedis } from './redis-connection.ts'
import { hasRedisServer, type RedisServer, startRedis } from './redis-server.ts'

/** Whether the promise is still open after the server has answered somebody else over the same proxy's target. */
async function isSilent(reply: Promise<unknown>, redis: RedisServer): Promise<boolean> {
  let silent = true
  const settle = (): void => {
    silent = false
  }
  reply.then(settle, settle)
  for (let turn = 0; turn < 5; turn++) await redis.command('PING')
  return silent
}

describe.skipIf(!hasRedisServer)('a proxy in front of redis', () => {
  it('refuses: connections are reset, the port is closed, until it passes again', async () => {
    await using line = await startProxiedRedis()
    using client = await connectRedis(line.proxy.port)
    await client.send('PING')
    await line.proxy.refuse()
    await expect(client.send('PING')).rejects.toThrow()
    expect(line.proxy.counts.cuts).toBe(1)
    await expect(connectRedis(line.proxy.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await line.proxy.pass()
    using again = await connectRedis(line.proxy.port)
    expect(await again.send('PING')).toBe('PONG')
  })

  it('hangs up: accepts, and resets at once', async () => {
    await using line = await startProxiedRedis()
    line.proxy.hangUp()
    const reset = connectRedis(line.proxy.port).then((client) => client.send('PING'))
    await expect(reset).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) })
    expect(line.proxy.counts).toMatchObject({ connections: 1, hungUp: 1, commands: 0 })
  })

  it.each([
    ['close', 'the connection was closed'],
    ['reset', 'ECONNRESET'],
  ] as const)('cuts every connection: %s', async (how, message) => {
    await using line = await startProxiedRedis()
    using first = await connectRedis(line.proxy.port)
    using second = await connectRedis(line.proxy.port)
    await Promise.all([first.send('PING'), second.send('PING')])
    line.proxy.blackhole('reply')
    const replies = [first, second].map((client) => expect(client.send('PING')).rejects.toThrow(message))
    await until(
      'the replies are swallowed',
      () => line.proxy.counts.reply.swallowed === 2 * '+PONG\r\n'.length,
    )
    line.proxy.cut(how)
    await Promise.all(replies)
    expect(line.proxy.counts.cuts).toBe(2)
    expect(line.proxy.open).toBe(0)
  })

  it('swallows requests: the server never hears of them, the connection stays until it passes again', async () => {
    await using line = await startProxiedRedis()
    using client = await connectRedis(line.proxy.port)
    await client.send('INCR', 'n')
    line.proxy.blackhole('request')
    const reply = client.send('INCR', 'n')
    await until('it is swallowed', () => line.proxy.counts.request.swallowed > 0)
    expect(await isSilent(reply, line.redis)).toBe(true)
    expect(await line.redis.command('GET', 'n')).toBe('1')
    using late = await connectRedis(line.proxy.port)
    expect(await isSilent(late.send('INCR', 'n'), line.redis)).toBe(true)
    await line.proxy.pass()
    await expect(reply).rejects.toThrow('ECONNRESET')
    expect(line.proxy.counts.cuts).toBe(2)
    expect(await line.redis.command('GET', 'n')).toBe('1')
  })

  it('swallows replies: the server has executed', async () => {
    await using line = await startProxiedRedis()
    using client = await connectRedis(line.proxy.port)
    line.proxy.blackhole('reply')
    const reply = client.send('INCR', 'n')
    await until('it is swallowed', () => line.proxy.counts.reply.swallowed === ':1\r\n'.length)
    expect(await isSilent(reply, line.redis)).toBe(true)
    expect(await line.redis.command('GET', 'n')).toBe('1')
    await line.proxy.pass()
    await expect(reply).rejects.toThrow('ECONNRESET')
  })

  it('holds requests: the server executes them late, even when the client has given up', async () => {
    await using line = await startProxiedRedis()
    using client = await connectRedis(line.proxy.port)
    using gone = await connectRedis(line.proxy.port)
    line.proxy.hold('request')
    const reply = client.send('INCR', 'n')
    const given = expect(gone.send('INCR', 'n')).rejects.toThrow('closed')
    await until('both are held', () => line.proxy.commands.length === 2)
    gone.socket.destroy()
    await given
    expect(await isSilent(reply, line.redis)).toBe(true)
    expect(await line.redis.command('GET', 'n')).toBe(null)
    expect(line.proxy.counts.request.held).toBeGreaterThan(0)
    await line.proxy.pass()
    await reply
    await until('the ghost was executed', async () => (await line.redis.command('GET', 'n')) === '2')
    expect(line.proxy.counts.cuts).toBe(0)
  })

  it('delays: what was sent in order comes in order, not before its time', async () => {
    await using line = await startProxiedRedis()
    using client = await connectRedis(line.proxy.port)
    line.proxy.delay(60)
    const start = performance.now()
    const replies = [client.send('INCR', 'n'), client.send('INCR', 'n')]
    await until('both are on the way', () => line.proxy.counts.request.delayed > 0)
    line.proxy.delay(5, 'request')
    replies.push(client.send('INCR', 'n'))
    expect(await Promise.all(replies)).toEqual([1, 2, 3])
    expect(performance.now() - start).toBeGreaterThan(118)
    expect(line.proxy.counts.reply.delayed).toBe(3 * ':1\r\n'.length)
  })

  it('splits: every byte is a chunk, and nothing else changes', async () => {
    await using line = await startProxiedRedis()
    using client = await connectRedis(line.proxy.port)
    line.proxy.splitBytes()
    const chunks: number[] = []
    client.socket.on('data', (chunk: Buffer) => chunks.push(chunk.length))
    expect(await client.send('ECHO', '北京')).toBe('北京')
    expect(chunks).toEqual(Array(12).fill(1))
    expect(line.proxy.counts.reply.split).toBe(12)
    expect(line.proxy.counts.request.split).toBe(client.socket.bytesWritten)
  })

  it('leads new connections to another target, and resets when the target is dead', async () => {
    await using line = await startProxiedRedis()
    await using other = await startRedis()
    await other.command('SET', 'whose', 'other')
    line.proxy.target = other.port
    using client = await connectRedis(line.proxy.port)
    expect(await client.send('GET', 'whose')).toBe('other')
    await other.kill()
    await until('the end is passed on', () => client.socket.destroyed)
    const dead = connectRedis(line.proxy.port).then((late) => late.send('PING'))
    await expect(dead).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) })
  })

  it('passes on what it does not understand', async () => {
    await using line = await startProxiedRedis()
    await using replica = await startRedis({ config: [`replicaof 127.0.0.1 ${line.proxy.port}`] })
    await line.redis.command('SET', 'k', 'v'.repeat(100_000))
    await until('the replica has it', async () => (await replica.command('STRLEN', 'k')) === 100_000)
    using inline = await connectRedis(line.proxy.port)
    inline.socket.write('PING\r\n')
    expect(await inline.next()).toBe('PONG')
  })
})
