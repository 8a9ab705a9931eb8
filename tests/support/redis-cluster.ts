import { until } from './processes.ts'
import { type RedisGroup, startGroup } from './redis-group.ts'
import type { RedisServer } from './redis-server.ts'

const MASTERS = 3
const SLOTS = 16_384
const config = [
  // A replica that never heard anything is not told to clients.
  'repl-ping-replica-period 1',
  'cluster-enabled yes',
  'cluster-node-timeout 1000',
  'cluster-replica-validity-factor 0',
  'cluster-migration-barrier 10',
]

/** A cluster of three masters with a replica each. */
export interface RedisCluster extends RedisGroup {
  /** The server that all living ones agree on for the slot of the key. Waits while they do not, or the cluster is down. */
  masterOf(key: string): Promise<RedisServer>
  /** Swaps that master and its replica, without loss: the old one answers MOVED. Resolves with the new one. */
  failoverOf(key: string): Promise<RedisServer>
  /** Kills that master. Resolves with the new one when the cluster is well again. */
  killMasterOf(key: string): Promise<RedisServer>
}

/** Starts six servers and makes a cluster of them. */
export function startCluster(): Promise<RedisCluster> {
  return startGroup(Array(2 * MASTERS).fill({ config }), async (servers) => {
    await join(servers)
    return failovers(servers)
  })
}

/** What `redis-cli --cluster create` does, without the pauses it makes. */
async function join(servers: readonly RedisServer[]): Promise<void> {
  const masters = servers.slice(0, MASTERS)
  const ids = await Promise.all(servers.map((server) => server.command('CLUSTER', 'MYID')))
  for (const [at, server] of servers.entries()) await server.command('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)
  for (const [at, server] of servers.entries()) {
    for (const other of servers.slice(at + 1)) {
      await server.command('CLUSTER', 'MEET', '127.0.0.1', other.port)
    }
  }
  const slots = Array.from({ length: SLOTS }, (_, slot) => slot)
  for (const [at, master] of masters.entries()) {
    const isOf = (slot: number): boolean => Math.floor((slot * MASTERS) / SLOTS) === at
    await master.command('CLUSTER', 'ADDSLOTS', ...slots.filter(isOf))
  }
  await until('all nodes know each other', async () => {
    const views = await Promise.all(servers.map((server) => server.command('CLUSTER', 'NODES')))
    return views.every((view) => ids.every((id) => String(view).includes(String(id))))
  })
  for (const [at, replica] of servers.slice(MASTERS).entries()) {
    await replica.command('CLUSTER', 'REPLICATE', String(ids[at]))
  }
  await until('the replicas are in sync, and the cluster is well', async () => {
    const roles = await Promise.all(servers.slice(MASTERS).map((server) => server.command('ROLE')))
    const synced = roles.every((role) => Array.isArray(role) && role[3] === 'connected')
    const views = await Promise.all(servers.map((server) => shardsOf(server)))
    return synced && views.flat().every(({ ports }) => ports.length === 2) && (await areWell(servers))
  })
}

function failovers(servers: readonly RedisServer[]): Omit<RedisCluster, keyof RedisGroup> {
  const living = (): RedisServer[] => servers.filter(({ isRunning }) => isRunning)
  /** The servers for the slot, the master first, if all agree on that one. */
  const agreed = async (slot: number): Promise<RedisServer[]> => {
    const views = await Promise.all(living().map((server) => shardsOf(server)))
    const shards = views.map((shards) => shards.find(({ first, last }) => first <= slot && slot <= last))
    const masters = new Set(shards.map((shard) => shard?.ports[0]))
    if (masters.size !== 1 || !(await areWell(living()))) return []
    return shards[0]!.ports.map((port) => servers.find((server) => server.port === port)!)
  }
  const shardOf = async (key: string, size: number): Promise<RedisServer[]> => {
    const slot = Number(await living()[0]!.command('CLUSTER', 'KEYSLOT', key))
    let shard: RedisServer[] = []
    await until(`the cluster agrees on ${size} servers for ${key}`, async () => {
      shard = await agreed(slot)
      return shard.length >= size
    })
    return shard
  }
  const masterOf = async (key: string): Promise<RedisServer> => (await shardOf(key, 1))[0]!
  const failedOver = async (key: string, old: RedisServer): Promise<RedisServer> => {
    await until(`another master of ${key}`, async () => (await masterOf(key)) !== old)
    return masterOf(key)
  }
  return {
    masterOf,
    failoverOf: async (key) => {
      const [old, replica] = await shardOf(key, 2)
      await replica!.command('CLUSTER', 'FAILOVER')
      return failedOver(key, old!)
    },
    killMasterOf: async (key) => {
      const old = await masterOf(key)
      await old.kill()
      return failedOver(key, old)
    },
  }
}

async function areWell(servers: readonly RedisServer[]): Promise<boolean> {
  const infos = await Promise.all(servers.map((server) => server.command('CLUSTER', 'INFO')))
  return infos.every((info) => String(info).includes('cluster_state:ok'))
}

interface Shard {
  first: number
  last: number
  /** The master's first, then those of its replicas. */
  ports: number[]
}

async function shardsOf(server: RedisServer): Promise<Shard[]> {
  const ranges = (await server.command('CLUSTER', 'SLOTS')) as [number, number, ...[string, number][]][]
  return ranges.map(([first, last, ...nodes]) => ({ first, last, ports: nodes.map(([, port]) => port) }))
}
