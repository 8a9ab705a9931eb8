import { until } from './processes.ts'
import { type RedisGroup, startGroup } from './redis-group.ts'
import { type RedisPair, startPair } from './redis-pair.ts'
import type { RedisServer } from './redis-server.ts'
import type { Reply } from './resp.ts'

const NAME = 'main'
const COUNT = 3
const QUORUM = 2

/** How often they look, in ms, for servers that can be told (7.0): with the usual 10 s a failover takes as long. */
const EAGER = ['info-period', 500, 'publish-period', 200, 'ask-period', 200]

/** Sentinels that watch over a master and a replica. A failover of theirs takes one to five seconds. */
export interface RedisSentinels extends RedisGroup {
  /** The name the sentinels know the master by. */
  readonly name: string
  /** The servers they watch over, with the roles of the start. */
  readonly pair: RedisPair
  /** The one that all sentinels agree on. Waits while they do not. */
  master(): Promise<RedisServer>
  /** Orders the sentinels to swap master and replica. Resolves with the new master when both have their new roles. */
  failover(): Promise<RedisServer>
  /** Resolves with the new master when all sentinels agree on another one than `old`, and it takes writes. */
  failedOver(old: RedisServer): Promise<RedisServer>
  /** Kills the master. Resolves with the new one, as `failedOver`. */
  killMaster(): Promise<RedisServer>
}

/** Starts five servers, and waits until the sentinels know each other and the replica. */
export async function startSentinels(): Promise<RedisSentinels> {
  const pair = await startPair()
  const config = [
    `sentinel monitor ${NAME} 127.0.0.1 ${pair.master.port} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} 500`,
    `sentinel failover-timeout ${NAME} 3000`,
  ]
  try {
    const options = Array.from({ length: COUNT }, () => ({ sentinel: true, config }))
    const group = await startGroup(options, (sentinels) => watch(sentinels, pair))
    const stop = async (): Promise<void> => {
      await Promise.all([group, pair].map((servers) => servers[Symbol.asyncDispose]()))
    }
    return { ...group, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await pair[Symbol.asyncDispose]()
    throw error
  }
}

async function watch(
  sentinels: readonly RedisServer[],
  pair: RedisPair,
): Promise<Omit<RedisSentinels, keyof RedisGroup>> {
  const all = (...args: string[]): Promise<Reply[]> =>
    Promise.all(sentinels.map((sentinel) => sentinel.command('SENTINEL', ...args, NAME)))
  const agreed = async (): Promise<RedisServer | undefined> => {
    const addresses = await all('GET-MASTER-ADDR-BY-NAME')
    const ports = new Set(addresses.map((address) => (Array.isArray(address) ? Number(address[1]) : 0)))
    const server = pair.servers.find(({ port }) => ports.has(port))
    return ports.size === 1 ? server : undefined
  }
  const failedOver = async (old: RedisServer): Promise<RedisServer> => {
    const [server] = pair.servers.filter((other) => other !== old)
    await until('the sentinels agree on another master', async () => (await agreed()) === server)
    await until('it takes writes', async () => (await roleOf(server!)) === 'master')
    return server!
  }
  const master = async (): Promise<RedisServer> => {
    await until('the sentinels agree on a master', async () => (await agreed()) !== undefined)
    return (await agreed())!
  }
  await Promise.all(sentinels.map((sentinel) => sentinel.command('SENTINEL', 'DEBUG', ...EAGER))).catch(
    () => {},
  )
  await until('the sentinels know each other and the replica', async () => {
    const views = (await all('MASTER')).map(fieldsOf)
    return views.every(
      (view) => view['num-other-sentinels'] === String(COUNT - 1) && view['num-slaves'] === '1',
    )
  })
  return {
    name: NAME,
    pair,
    master,
    failedOver,
    failover: async () => {
      const old = await master()
      await sentinels[0]!.command('SENTINEL', 'FAILOVER', NAME)
      const server = await failedOver(old)
      await until('the old master is a replica', async () => (await roleOf(old)) === 'slave')
      return server
    },
    killMaster: async () => {
      const old = await master()
      await old.kill()
      return failedOver(old)
    },
  }
}

/** Unknown while it changes: whoever changes it, kills the clients of the server. */
async function roleOf(server: RedisServer): Promise<Reply | undefined> {
  const role = await server.command('ROLE').catch(() => undefined)
  return Array.isArray(role) ? role[0] : undefined
}

function fieldsOf(reply: Reply): Record<string, Reply> {
  const list = Array.isArray(reply) ? reply : []
  return Object.fromEntries(
    list.flatMap((field, at) => (at % 2 === 0 ? [[String(field), list[at + 1] ?? null]] : [])),
  )
}
