import { setTimeout as delay } from 'node:timers/promises'
import type { RedisPair } from '../support/redis-pair.ts'
import type { RedisServer } from '../support/redis-server.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'

/** What a fault does its work on. */
export interface Scene {
  redis: RedisServer
  pair?: RedisPair
  proxies: TcpProxy[]
  chance: () => number
  /** Notes the conflicts that the server keeps, before it loses them. */
  keepConflicts(): Promise<void>
  /** Kills one of the processes, or the one behind this proxy, and starts another one in its place. */
  replaceProcess(behind?: TcpProxy): Promise<void>
  /** The server that holds the truth from now on. */
  follow(server: RedisServer): void
}

/** Makes something go wrong, for a moment. Returns how often it was met. */
export type Fault = (scene: Scene) => Promise<number>

/** A port of 127.0.0.1 that nobody listens at. */
const NOWHERE = 1
/** How many moments a fault waits to be met. */
const PATIENCE = 10

const pick = ({ proxies, chance }: Scene): TcpProxy => proxies[Math.floor(chance() * proxies.length)]!
const moment = ({ chance }: Scene): Promise<void> => delay(100 + chance() * 300)

/** Waits for a moment, and for more of them until the fault was met. Returns how often it was. */
async function met(scene: Scene, times: () => number | Promise<number>): Promise<number> {
  await moment(scene)
  for (let more = 0; more < PATIENCE && (await times()) === 0; more++) await moment(scene)
  return times()
}

async function refused(redis: RedisServer, code: string): Promise<number> {
  const { info } = await redis.stats()
  return Number(/count=(\d+)/.exec(info[`errorstat_${code}`] ?? '')?.[1] ?? 0)
}

/** Lets nothing through while the server is killed, so that what it has told so far is known. */
async function killed(scene: Scene, meanwhile: () => Promise<void>): Promise<number> {
  for (const proxy of scene.proxies) proxy.hold('both')
  await scene.keepConflicts()
  await scene.redis.kill()
  await Promise.all(scene.proxies.map((proxy) => proxy.pass()))
  await moment(scene)
  await meanwhile()
  return 1
}

export const faults = {
  'kill a process': async (scene) => {
    await scene.replaceProcess()
    return 1
  },
  'kill a process in an outage': async (scene) => {
    const proxy = scene.proxies[1 + Math.floor(scene.chance() * (scene.proxies.length - 1))]!
    await proxy.refuse()
    await moment(scene)
    await scene.replaceProcess(proxy)
    await proxy.pass()
    return 1
  },
  'kill the server': (scene) => killed(scene, () => scene.redis.start()),
  'stop the server': async (scene) => {
    await scene.redis.pause()
    await moment(scene)
    await moment(scene)
    await scene.redis.resume()
    return 1
  },
  cut: async (scene) => {
    const proxy = pick(scene)
    const before = proxy.counts.cuts
    return met(scene, () => {
      if (proxy.counts.cuts === before) proxy.cut(scene.chance() < 0.5 ? 'reset' : 'close')
      return proxy.counts.cuts - before
    })
  },
  'half open': async (scene) => {
    const proxy = pick(scene)
    const direction = scene.chance() < 0.5 ? 'request' : 'reply'
    const before = proxy.counts[direction].swallowed
    proxy.blackhole(direction)
    await moment(scene)
    const times = await met(scene, () => proxy.counts[direction].swallowed - before)
    await proxy.pass()
    return times
  },
  delay: async (scene) => {
    const proxy = pick(scene)
    const before = proxy.counts.reply.delayed
    proxy.delay(20 + scene.chance() * 100)
    const times = await met(scene, () => proxy.counts.reply.delayed - before)
    await proxy.pass()
    return times
  },
  'lose a reply': async (scene) => {
    const proxy = pick(scene)
    const before = proxy.counts.repliesDropped
    proxy.dropReplies(1, { to: ({ name }) => name.startsWith('EVAL') })
    const times = await met(scene, () => proxy.counts.repliesDropped - before)
    await proxy.pass()
    return times
  },
  'fill the server': async (scene) => {
    const before = await refused(scene.redis, 'OOM')
    await scene.redis.command('CONFIG', 'SET', 'maxmemory', '1')
    const times = await met(scene, async () => (await refused(scene.redis, 'OOM')) - before)
    await scene.redis.command('CONFIG', 'SET', 'maxmemory', '0')
    return times
  },
  'make it a replica': async (scene) => {
    const before = await refused(scene.redis, 'READONLY')
    await scene.redis.command('REPLICAOF', '127.0.0.1', NOWHERE)
    const times = await met(scene, async () => (await refused(scene.redis, 'READONLY')) - before)
    await scene.redis.command('REPLICAOF', 'NO', 'ONE')
    return times
  },
  'roll back': async (scene) => {
    for (const proxy of scene.proxies) proxy.hold('both')
    await scene.keepConflicts()
    await scene.redis.command('SAVE')
    await Promise.all(scene.proxies.map((proxy) => proxy.pass()))
    await moment(scene)
    return killed(scene, () => scene.redis.start())
  },
  'fail over with losses': async (scene) => {
    const { pair } = scene
    if (!pair?.master.isRunning) return 0
    await pair.inSync()
    await pair.pauseReplica()
    await moment(scene)
    await killed(scene, () => pair.promote())
    scene.follow(pair.replica)
    return 1
  },
} satisfies Record<string, Fault>
