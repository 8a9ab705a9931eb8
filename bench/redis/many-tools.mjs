import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setupStore } from '@mcpstore/core'
import { startProxy } from './proxy.mjs'
import { withRedis } from './with-redis.mjs'

const server = fileURLToPath(new URL('../programs/many-tools-http.mjs', import.meta.url))
export const ours = fileURLToPath(new URL('../programs/many-tools-ours.mjs', import.meta.url))
export const bare = fileURLToPath(new URL('../programs/many-tools-bare.mjs', import.meta.url))
const CHANGES = 9
/** Longer than any measurement: no list becomes stale. */
export const TTL_MS = 3_600_000

/**
 * What processes take that open a dataspace of `services` with so many `tools` each, which others have fetched: in turn with
 * the pins of their user (`pinned`), without any (`ours`), and as a `bare` process reads it. So many `rounds` of each count.
 * `changes` tells what a change of one list takes a process that has all of them.
 */
export function measureManyTools(sandbox, { services, tools, rounds }) {
  return withRedis(sandbox, async (redis) => {
    const folder = sandbox.folder(`home-${services}`)
    const options = { namespace: 'bench', dataspace: 'many', mirror: false, home: folder, logger: false }
    const { store, stop } = await filled(redis, options, { services, tools })
    const open = (port, pin) =>
      started(ours, [{ ...options, redis: `redis://127.0.0.1:${port}`, pin }, services, tools], sandbox)
    const sides = {
      ours: () => open(redis.port, 'off'),
      pinned: () => open(redis.port, 'warn'),
      bare: () => started(bare, [redis.port, 'bench:many:'], sandbox),
    }
    try {
      const found = []
      for (let round = -1; round < rounds; round++) {
        const times = {}
        for (const [side, measure] of Object.entries(sides)) {
          const { figures, end } = await measure()
          times[side] = figures
          await end()
        }
        if (round >= 0) found.push(times)
      }
      const proxy = await startProxy(redis.port)
      const reader = await open(proxy.port, 'warn')
      const changes = await changesOf(store, { proxy, reader: reader.child })
      await reader.end()
      await proxy.refuse()
      return { rounds: found, changes }
    } finally {
      await store.close()
      stop()
    }
  })
}

/** A store that has fetched all tools, from servers that end with it. */
export async function filled(redis, options, { services, tools, names = 'same' }) {
  const args = [server, String(tools), names]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [url] = await once(createInterface(child.stdout), 'line')
  const shared = { ...options, redis: `redis://127.0.0.1:${redis.port}` }
  const store = await setupStore({ ...shared, toolTtlMs: TTL_MS, idleTimeoutMs: 1000 })
  const entries = Array.from({ length: services }, (_, at) => [`service-${at}`, { url: `${url}/${at}` }])
  await store.forStore().addService({ mcpServers: Object.fromEntries(entries) })
  const { length } = await store.forStore().listTools()
  if (length !== services * tools) throw new Error(`${length} tools were fetched`)
  return { store, stop: () => child.kill() }
}

/** What such a process of this sandbox tells, and how to end it. */
export async function started(program, args, { env }) {
  const texts = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)))
  const child = fork(program, texts, { stdio: 'inherit', env })
  const gone = once(child, 'exit')
  const [figures] = await Promise.race([once(child, 'message'), gone.then(failed)])
  const end = async () => {
    child.disconnect()
    await gone
  }
  return { child, figures, end }
}

function failed([code]) {
  throw new Error(`a process that was to be measured ended with ${code}`)
}

/** For each change of one list what another process asked for and was sent, and how many tools it parsed. */
async function changesOf(store, { proxy, reader }) {
  const found = []
  for (let change = 0; change < CHANGES; change++) {
    const [requests, bytes] = [proxy.requests, proxy.bytes]
    const seen = once(reader, 'message')
    await store.forStore().listTools(`service-${change}`, { fresh: true })
    const [{ parsed }] = await seen
    found.push({ requests: proxy.requests - requests, bytes: proxy.bytes - bytes, parsed })
  }
  return found
}
