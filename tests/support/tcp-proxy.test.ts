import { describe, expect, it } from 'vitest'
import { until } from './processes.ts'
import { connectRedis } from './redis-connection.ts'
import { hasRedisServer, type RedisServer, startRedis } from './redis-server.ts'
import { startProxy, type TcpProxy } from './tcp-proxy.ts'

interface Line extends AsyncDisposable {
  redis: RedisServer
  proxy: TcpProxy
}

async function proxied(): Promise<Line> {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const dispose = async (): Promise<void> => {
    await proxy[Symbol.asyncDispose]()
    await redis.stop()
  }
  return { redis, proxy, [Symbol.asyncDispose]: dispose }
}

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
  it('passes everything, sees commands by name, and counts a pipeline as one batch', async () => {
    await using line = await proxied()
    using client = await connectRedis(line.proxy.port)
    await client.send('set', 'k', '北京')
    expect(
      await Promise.all(
        client.pipeline([
          ['GET', 'k'],
          ['INCR', 'n'],
          ['INCR', 'n'],
        ]),
      ),
    ).toEqual(['北京', 1, 2])
    await client.send('GET', 'x'.repeat(200_000))
    const { proxy } = line
    expect(proxy.commands.slice(0, 4)).toEqual([
      { connection: 1, batch: 1, name: 'SET', args: ['k', '北京'] },
      { connection: 1, batch: 2, name: 'GET', args: ['k'] },
      { connection: 1, batch: 2, name: 'INCR', args: ['n'] },
      { connection: 1, batch: 2, name: 'INCR', args: ['n'] },
    ])
    expect(proxy.counts).toMatchObject({ connections: 1, commands: 5, batches: 3, cuts: 0 })
    expect(proxy.counts.request.delivered).toBe(client.socket.bytesWritten)
    expect(proxy.counts.reply.delivered).toBe(client.socket.bytesRead)
    proxy.forget()
    expect([proxy.commands, proxy.counts.commands, proxy.counts.request.delivered]).toEqual([[], 0, 0])
    expect(proxy.open).toBe(1)
    client.socket.end()
    await until('the conversation is over', () => proxy.open === 0)
    await until('the server knows', async () => (await line.redis.stats()).clients === 1)
  })

  it('refuses: connections are reset, the port is closed, until it passes again', async () => {
    await using line = await proxied()
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
    await using line = await proxied()
    line.proxy.hangUp()
    const reset = connectRedis(line.proxy.port).then((client) => client.send('PING'))
    await expect(reset).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) })
    expect(line.proxy.counts).toMatchObject({ connections: 1, hungUp: 1, commands: 0 })
  })

  it.each([
    ['close', 'the connection was closed'],
    ['reset', 'ECONNRESET'],
  ] as const)('cuts every connection: %s', async (how, message) => {
    await using line = await proxied()
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
    await using line = await proxied()
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
    await using line = await proxied()
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
    await using line = await proxied()
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
    await using line = await proxied()
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
    await using line = await proxied()
    using client = await connectRedis(line.proxy.port)
    line.proxy.splitBytes()
    const chunks: number[] = []
    client.socket.on('data', (chunk: Buffer) => chunks.push(chunk.length))
    expect(await client.send('ECHO', '北京')).toBe('北京')
    expect(chunks).toEqual(Array(12).fill(1))
    expect(line.proxy.counts.reply.split).toBe(12)
    expect(line.proxy.counts.request.split).toBe(client.socket.bytesWritten)
  })

  it('drops requests: cut before the server has them, what was sent before them is answered', async () => {
    await using line = await proxied()
    using client = await connectRedis(line.proxy.port)
    line.proxy.dropRequests(1, { to: ({ args }) => args[0] === 'lost' })
    const [kept, lost] = client.pipeline([
      ['INCR', 'kept'],
      ['INCR', 'lost'],
    ])
    await expect(lost).rejects.toThrow('closed')
    await kept!.catch(() => {})
    expect(line.proxy.counts).toMatchObject({ requestsDropped: 1, repliesDropped: 0 })
    expect(await line.redis.command('MGET', 'kept', 'lost')).toEqual(['1', null])
    using again = await connectRedis(line.proxy.port)
    expect(await again.send('INCR', 'lost')).toBe(1)
  })

  it('drops replies: the server executed, the client knows of what came before only', async () => {
    await using line = await proxied()
    line.proxy.dropReplies(2, { to: ({ name, args }) => name === 'INCR' && args[0] === 'n' })
    for (const n of ['1', '2']) {
      using client = await connectRedis(line.proxy.port)
      const [before, lost, after] = client.pipeline([
        ['INCR', 'm'],
        ['INCR', 'n'],
        ['INCR', 'm'],
      ])
      expect(await before).toBeTypeOf('number')
      await Promise.all([lost, after].map((reply) => expect(reply).rejects.toThrow('closed')))
      expect(await line.redis.command('GET', 'n')).toBe(n)
      expect(line.proxy.counts.repliesDropped).toBe(Number(n))
    }
    using client = await connectRedis(line.proxy.port)
    expect(await client.send('INCR', 'n')).toBe(3)
  })

  it('drops messages: the subscription stays, and other replies', async () => {
    await using line = await proxied()
    using client = await connectRedis(line.proxy.port)
    await Promise.all([client.send('SUBSCRIBE', 'hints'), client.send('PSUBSCRIBE', 'x*')])
    line.proxy.dropMessages(1)
    expect(await line.redis.command('PUBLISH', 'hints', 'lost')).toBe(1)
    await line.redis.command('PUBLISH', 'hints', 'kept')
    expect(await client.next()).toEqual(['message', 'hints', 'kept'])
    expect(line.proxy.counts.messagesDropped).toBe(1)
    line.proxy.dropReplies(1, { to: ({ name }) => name === 'PING' })
    await expect(client.send('PING')).rejects.toThrow('closed')
  })

  it('leads new connections to another target, and resets when the target is dead', async () => {
    await using line = await proxied()
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
    await using line = await proxied()
    await using replica = await startRedis({ config: [`replicaof 127.0.0.1 ${line.proxy.port}`] })
    await line.redis.command('SET', 'k', 'v'.repeat(100_000))
    await until('the replica has it', async () => (await replica.command('STRLEN', 'k')) === 100_000)
    using inline = await connectRedis(line.proxy.port)
    inline.socket.write('PING\r\n')
    expect(await inline.next()).toBe('PONG')
  })
})
