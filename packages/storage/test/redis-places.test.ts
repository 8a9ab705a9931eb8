import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend, StoredRecord } from '@mcpstore/storage'
import { type RedisAddress, redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../tests/support/free-port.ts'
import { hasRedisServer, type RedisServer, startRedis } from '../../../tests/support/redis-server.ts'
import { removeFolder, temporaryFolder } from '../../../tests/support/temporary-folder.ts'
import { makeCertificates } from '../../../tests/support/test-certificates.ts'

const key = 'services:weather:config'

function backendAt(address: RedisAddress): Backend {
  return redisBackend({ target: redisTarget(address), namespace: 'n', dataspace: 'd' })
}

/** Writes a record, reads it back, and looks around. */
async function use(address: RedisAddress): Promise<{ records: StoredRecord[]; rights: string | undefined }> {
  const backend = backendAt(address)
  try {
    await backend.open()
    const stamp = `${Date.now().toString(16).padStart(12, '0')}0000-aaaaaaaaaa`
    await backend.merge([{ record: { key, json: '{}', stamp, basis: '', seen: [], rev: 0, expires: null } }])
    await backend.project!([{ key: 'tools:t:info', field: 'weather', json: '{}' }])
    const { records } = await backend.pull(0)
    const findings = await backend.inspect!()
    expect(findings.filter(({ severity }) => severity !== 'ok')).toEqual([])
    return { records, rights: findings.find(({ name }) => name === 'rights')?.text }
  } finally {
    await backend.close()
  }
}

const used = { records: [expect.objectContaining({ key })], rights: 'all that are needed' }

/** A cluster of one node, which has all slots. */
async function startCluster(): Promise<RedisServer> {
  const server = await startRedis({
    config: ['cluster-enabled yes', 'cluster-announce-ip 127.0.0.1', `cluster-port ${await freePort()}`],
  })
  await server.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  const state = () => server.command('CLUSTER', 'INFO')
  await expect.poll(state, { timeout: 15_000 }).toContain('cluster_state:ok')
  return server
}

describe.skipIf(!hasRedisServer)('a dataspace in Redis lies', () => {
  it('in the database of the URL', async () => {
    await using server = await startRedis()
    expect(await use({ url: `${server.url}/3` })).toEqual(used)
    expect(await server.command('INFO', 'keyspace')).toMatch(/db3:keys=5/)
  })

  it('behind a socket of this machine', async () => {
    await using server = await startRedis({ config: ['unixsocket redis.sock'] })
    expect(await use({ url: `unix://${join(server.dir, 'redis.sock')}?db=1` })).toEqual(used)
  })

  it("where a client of the host's is, which is neither used nor closed", async () => {
    await using server = await startRedis()
    await server.command('CONFIG', 'SET', 'requirepass', 'secret')
    const client = new Redis({ port: server.port, password: 'secret', db: 2, keyPrefix: 'theirs:' })
    expect(await use({ client })).toEqual(used)
    expect(await client.info('keyspace')).toMatch(/db2:keys=5/)
    expect(await client.set('still', 'open')).toBe('OK')
    client.disconnect()
  })

  it('in one slot of a cluster', async () => {
    await using server = await startCluster()
    const cluster = [{ host: '127.0.0.1', port: server.port }]
    expect(await use({ cluster })).toEqual(used)
    expect(((await server.command('KEYS', '*')) as string[]).sort()).toEqual([
      // Of the namespace.
      'n::dataspaces',
      '{n:d}:index',
      '{n:d}:meta',
      `{n:d}:${key}`,
      '{n:d}:tools:t:info',
    ])
  })

  it('behind TLS, if the certificate is one that is trusted', async () => {
    const folder = temporaryFolder('redis-tls-')
    const tls = makeCertificates(folder)
    await using server = await startRedis({ tls })
    const url = `rediss://127.0.0.1:${server.tlsPort}/0`
    expect(await use({ url, tls: { ca: readFileSync(tls.ca) } })).toEqual(used)
    await expect(use({ url })).rejects.toThrow(/cannot be reached \(.*certificate/)
    removeFolder(folder)
  })

  it('in one layout, and is not begun in the other one', async () => {
    await using server = await startRedis()
    await use({ url: server.url })
    const options = {
      target: redisTarget({ url: server.url }),
      namespace: 'n',
      dataspace: 'd',
      hashTag: true,
    }
    const tagged = redisBackend(options)
    await expect(tagged.open()).rejects.toMatchObject({ hint: expect.stringContaining('hashTag') })
    await tagged.close()
  })
})
