import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join as pathOf } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { join } from '../support/member.ts'
import { until } from '../support/processes.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../support/redis-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, makeCertificates } from '../support/test-certificates.ts'

const SECRET = 'p@ss/word:#1%'

describe.skipIf(!hasRedisServer)('a server', () => {
  let redis: RedisServer
  let socket: string
  beforeAll(async () => {
    socket = pathOf(temporaryFolder('mcpstore-socket-'), 'redis.sock')
    redis = await startRedis({ config: [`unixsocket ${socket}`, 'databases 4', `requirepass ${SECRET}`] })
    await redis.command('ACL', 'SETUSER', 'app', 'on', `>${SECRET}`, '~*', '&*', '+@all')
  })
  afterAll(() => redis?.stop())

  const authority = (user: string, password: string) =>
    `${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${redis.port}`
  const userOf = async (name: string) =>
    String(await redis.command('CLIENT', 'LIST'))
      .split('\n')
      .filter((line) => line.includes(`name=mcpstore:${name} `))
      .map((line) => `${/user=(\S+)/.exec(line)?.[1]} ${/db=(\d+)/.exec(line)?.[1]}`)

  it('is reached by every kind of address, as the right user, in the right database', async () => {
    const url = `redis://127.0.0.1:${redis.port}`
    const addresses = {
      'in-url': [{ url: `redis://${authority('', SECRET)}/2` }, 'default 2'],
      'user-in-url': [{ url: `redis://${authority('app', SECRET)}` }, 'app 0'],
      beside: [{ url: `${url}/3`, username: 'app', password: SECRET }, 'app 3'],
      'password-beside': [{ url, password: SECRET }, 'default 0'],
      'beside-before-url': [
        { url: `redis://${authority('app', 'wrong')}/1`, username: 'default', password: SECRET },
        'default 1',
      ],
      socket: [{ url: `unix://${socket}?db=1`, password: SECRET }, 'default 1'],
    } as const
    for (const [dataspace, [address, user]] of Object.entries(addresses)) {
      await using a = await join(redis, { address, dataspace })
      expect(await a.put('one', dataspace), dataspace).toMatchObject({ durable: 'redis' })
      expect(await userOf(dataspace)).toEqual([user, user])
      expect(`${a.status.location} ${a.log.join()}`).not.toMatch(/p@ss|p%40ss|wrong/)
    }
    const names = Array.from(String((await redis.stats()).info['db1']).matchAll(/keys=(\d+)/g), ([, n]) =>
      Number(n),
    )
    expect(names[0]).toBeGreaterThan(0)
  })

  it('without that database says so, and nothing lands in another one', async () => {
    await using a = await join(redis, {
      address: { url: `redis://127.0.0.1:${redis.port}/9`, password: SECRET },
      dataspace: 'nowhere',
    })
    await a.is('down')
    expect(a.status.reason).toMatch(/has no such database/)
    expect((await a.put('one', 1)).durable).toBe('memory')
    for (const db of [0, 1, 2, 3]) {
      await redis.command('SELECT', db)
      expect(await redis.command('EXISTS', `${a.prefix}meta`)).toBe(0)
    }
    await redis.command('SELECT', 0)
  })
})

describe.skipIf(!hasRedisServer)('a node of a cluster', () => {
  it('that is given as a server of its own is named as what it is', async () => {
    await using redis = await startRedis({ config: ['cluster-enabled yes'] })
    await redis.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383)
    await until('it serves', async () => String(await redis.command('CLUSTER', 'INFO')).includes('state:ok'))
    await using a = await join(redis)
    await a.is('down')
    expect(a.status.reason).toMatch(/^redis:\S+ is a node of a cluster, .*\(CROSSSLOT /)
    expect(a.status.error!.hint).toContain('the option cluster')
    expect((await a.put('one', 1)).durable).toBe('memory')
  })
})

describe.skipIf(!hasRedisServer || !hasOpenssl)('a server with TLS', () => {
  it('of a private authority is reached with its certificate, and refused without', async () => {
    const certificates = makeCertificates(temporaryFolder('mcpstore-tls-'))
    await using redis = await startRedis({ tls: certificates })
    const url = `rediss://127.0.0.1:${redis.tlsPort}`
    const ca = readFileSync(certificates.ca)
    await using a = await join(redis, { address: { url, tls: { ca } } })
    expect((await a.put('one', 1)).durable).toBe('redis')
    expect(a.status.location).toMatch(/^rediss:/)
    await using b = await join(redis, { address: { url } })
    await b.is('down')
    expect(b.status.reason).toMatch(/certificate/)
    await using plain = await join(redis, {
      address: { url: `redis://127.0.0.1:${redis.tlsPort}` },
      waitMs: 500,
    })
    await plain.is('down')
    expect(plain.status.backend).toBe('memory')
    await using encrypted = await join(redis, {
      address: { url: `rediss://127.0.0.1:${redis.port}`, tls: { ca } },
      waitMs: 500,
    })
    await encrypted.is('down')
    expect(encrypted.status.error?.hint).toContain('speaks TLS')
  })
})

it('something else than Redis at the address is named, and nobody is asked to report a bug', async () => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    await using a = await join({ url: `redis://127.0.0.1:${port}` })
    await a.is('down')
    expect(a.status.reason).toBe(
      `redis://127.0.0.1:${port}/0 is not Redis: what answers there speaks another protocol`,
    )
    expect(a.status.error?.hint).toContain('Check host and port')
    expect(a.log.join()).not.toMatch(/report/i)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
