import { describe, expect, it } from 'vitest'
import { until } from './processes.ts'
import { startProxiedRedis } from './proxied-redis.ts'
import { connectRedis } from './redis-connection.ts'
import { hasRedisServer } from './redis-server.ts'

describe.skipIf(!hasRedisServer)('a proxy that understands redis', () => {
  it('passes everything, sees commands by name, and counts a pipeline as one batch', async () => {
    await using line = await startProxiedRedis()
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
    using second = await connectRedis(proxy.port)
    await second.send('PING')
    expect(proxy.commands).toEqual([{ connection: 2, batch: 1, name: 'PING', args: [] }])
    second.socket.end()
    await until('the second conversation is over', () => proxy.open === 1)
    client.socket.end()
    await until('the conversation is over', () => proxy.open === 0)
    await until('the server knows', async () => (await line.redis.stats()).clients === 1)
  })

  it('drops requests: cut before the server has them, what was sent before them is answered', async () => {
    await using line = await startProxiedRedis()
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
    await using line = await startProxiedRedis()
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
    await using line = await startProxiedRedis()
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
})
