import { once } from 'node:events'
import { median } from '../statistics.mjs'
import { bare, filled, ours, started } from './many-tools.mjs'
import { startProxy } from './proxy.mjs'
import { withRedis } from './with-redis.mjs'

const CHANGES = 20

/**
 * What each process takes where so many of them have one dataspace open, which others have filled, by their count: its CPU
 * time and memory when all open at once and list all tools, that of as many bare processes, and what a change of one list costs
 * for each.
 */
export function measureManyProcesses(sandbox, { services, tools, counts }) {
  return withRedis(sandbox, async (redis) => {
    const home = sandbox.folder('home')
    const options = { namespace: 'bench', dataspace: 'many', mirror: false, home, logger: false, pin: 'off' }
    const { store, stop } = await filled(redis, options, { services, tools })
    const proxy = await startProxy(redis.port)
    // So many that start at once may have to wait for the processors; a sign of life would be counted with the changes.
    const patient = {
      url: `redis://127.0.0.1:${proxy.port}`,
      socketTimeoutMs: 60_000,
      healthcheckIntervalMs: 3_600_000,
    }
    const open = () => started(ours, [{ ...options, redis: patient }, services, tools], sandbox)
    try {
      const found = {}
      for (const count of counts) {
        const processes = await Promise.all(Array.from({ length: count }, open))
        const changes = await changesSeen(store, { processes, proxy })
        for (const { end } of processes) await end()
        const middle = (figure) => median(processes.map(({ figures }) => figures[figure]))
        const bareCpu = await cpuOfBare(count, { port: redis.port, sandbox })
        found[count] = { cpu: middle('cpu'), rss: middle('rss'), bareCpu, ...changes }
      }
      return found
    } finally {
      await proxy.refuse()
      await store.close()
      stop()
    }
  })
}

/** The CPU time of each of so many bare processes that read the same at once. */
async function cpuOfBare(count, { port, sandbox }) {
  const open = () => started(bare, [port, 'bench:many:'], sandbox)
  const processes = await Promise.all(Array.from({ length: count }, open))
  for (const { end } of processes) await end()
  return median(processes.map(({ figures }) => figures.cpu))
}

/** What the processes ask for and are sent after one change, each of them. */
async function changesSeen(store, { processes, proxy }) {
  const [requests, bytes] = [proxy.requests, proxy.sent + proxy.bytes]
  for (let change = 0; change < CHANGES; change++) {
    const seen = Promise.all(processes.map(({ child }) => once(child, 'message')))
    await store.forStore().listTools(`service-${change}`, { fresh: true })
    await seen
  }
  const each = (total) => total / CHANGES / processes.length
  return { requests: each(proxy.requests - requests), bytes: each(proxy.sent + proxy.bytes - bytes) }
}
