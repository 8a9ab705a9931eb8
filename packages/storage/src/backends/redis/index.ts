import type { Backend, Counter, MergeReply, Write } from '../../backend.ts'
import type { RecordKey } from '../../keyspace.ts'
import { systemTime, type Time } from '../../time.ts'
import { enter, type Remembered } from './enter.ts'
import { otherHistory } from './errors.ts'
import { conflictFrom, mergeCall, mergeReply, reportCall } from './hashes.ts'
import { readPage } from './page.ts'
import { placeOf, type Visit } from './place.ts'
import { type Script, scripts } from './scripts.ts'
import { RedisSession, type ScriptCall, type ScriptReply } from './session.ts'
import type { RedisTarget } from './target.ts'

export interface RedisBackendOptions {
  /** From `redisTarget`. */
  target: RedisTarget
  namespace: string
  dataspace: string
  /** How long connecting, or the answer to a command, may take, in ms. Default: 2,000. */
  timeoutMs?: number
  /** Keys with a hash tag, as a cluster needs them. Default: as the server is. */
  hashTag?: boolean
  /** For a dataspace that ends with its process: how long its keys live when nobody renews them, in ms. */
  lifetimeMs?: number
  /** What other processes are told of this one. */
  about?: string
  time?: Time
  /** The clock that stands in for the server's, ms since 1970; for tests of what clocks do. */
  serverNow?: () => number
}

const DEFAULT_TIMEOUT_MS = 2000
/** How much is sent at once, in bytes of values. */
const BATCH_BYTES = 1024 * 1024
/** How long the mark of a node that left keeps its late commands from counting, in ms. */
const LEFT_MS = 24 * 3_600_000

/** A backend in Redis, Valkey, a Sentinel setup or a Redis Cluster. */
export function redisBackend(options: RedisBackendOptions): Backend {
  const { target, namespace, dataspace, timeoutMs = DEFAULT_TIMEOUT_MS, time = systemTime } = options
  const isCluster = target.kind === 'cluster' || target.client?.isCluster === true
  const place = placeOf(namespace, dataspace, options.hashTag ?? isCluster)
  const lifetime = options.lifetimeMs === undefined ? '' : String(options.lifetimeMs)
  const listeners = new Set<(rev?: number) => void>()
  let visit: Visit | undefined
  let remembered: Remembered | undefined
  let closed = false

  function here(): Visit {
    if (!visit) throw otherHistory(target.label)
    return visit
  }

  async function run(script: Script, calls: readonly ScriptCall[]): Promise<ScriptReply[]> {
    const replies = await here().session.run(script, calls)
    const lost = replies.some(({ reply }) => Array.isArray(reply) && reply[0] === 'lost')
    if (lost) throw otherHistory(target.label)
    return replies
  }

  /** One run that cannot be refused for its own sake. */
  async function runOnce(script: Script, call: ScriptCall): Promise<unknown> {
    const [answer] = await run(script, [call])
    if (answer!.refused !== undefined) throw new Error(answer!.refused)
    return answer!.reply
  }

  async function sweep(dead: readonly RecordKey[]): Promise<void> {
    const calls = dead.map((member) => ({
      keys: [place.key(member), place.index, place.meta],
      args: [member],
    }))
    if (calls.length > 0) await run(scripts.sweep, calls)
  }

  return {
    kind: 'redis',
    durable: 'redis',
    location: target.label,
    async open(known = {}) {
      visit?.session.close()
      visit = undefined
      const session = await RedisSession.open({
        target,
        timeoutMs,
        name: `mcpstore:${dataspace}`.replace(/[^\x21-\x7e]/g, '_'),
        channel: place.changes,
        onHint: (rev) => {
          for (const listener of listeners) listener(rev)
        },
        time,
      })
      try {
        const entered = await enter(session, place, {
          label: target.label,
          lifetime,
          known,
          remembered,
          time,
        })
        if (closed) session.close()
        remembered = { run: entered.run, epoch: entered.epoch }
        const now = () => (options.serverNow ? String(options.serverNow()) : '')
        visit = { session, place, epoch: entered.epoch, generations: new Map(), now, lifetime }
        return { ids: entered.ids, run: entered.run }
      } catch (thrown) {
        session.close()
        throw thrown
      }
    },
    async merge(writes) {
      const replies: MergeReply[] = []
      for (const batch of batches(writes)) {
        const answers = await run(
          scripts.merge,
          batch.map((write) => mergeCall(here(), write)),
        )
        answers.forEach(({ reply, refused }, at) => {
          const { key } = batch[at]!.record
          replies.push(
            refused === undefined
              ? mergeReply(key, reply)
              : { verdict: 'refused', problem: refused, now: time.now() },
          )
        })
      }
      return replies
    },
    async pull(cursor, known) {
      const { page, dead } = await readPage(here(), cursor, known, target.label)
      // What is dead is so for every reader already.
      void sweep(dead).catch(() => {})
      return page
    },
    async beat(node) {
      const { epoch, now } = here()
      const call = {
        keys: [place.meta, place.nodes],
        args: [epoch, now(), node, options.about ?? '', lifetime],
      }
      const [, clock, rev] = (await runOnce(scripts.beat, call)) as [string, string, string]
      return { rev: Number(rev || 0), now: Number(clock) }
    },
    async count(node, cleared, totals) {
      const { epoch, now } = here()
      const calls = groups(totals).map(({ key, service, counters }) => ({
        keys: [place.key(key), place.shares(node), place.index, place.meta, place.key(configOf(service))],
        args: [epoch, now(), place.changes, lifetime, key, cleared, service, ...counters.flat()],
      }))
      const replies = await run(scripts.count, calls)
      return replies.every(({ reply }) => (reply as string[] | undefined)?.[0] !== 'cleared')
    },
    async leave(node) {
      await run(scripts.leave, [{ keys: [place.shares(node), place.nodes], args: [node, LEFT_MS] }])
      if (lifetime !== '') await removeAll(here(), node)
    },
    async clear(stamp) {
      const { session, epoch, now } = here()
      const call = { keys: [place.meta], args: [epoch, now(), place.changes, stamp] }
      const [, clock, cleared] = (await runOnce(scripts.clear, call)) as [string, string, string]
      await sweep(await session.ask((client) => client.zrange(place.index, 0, -1)))
      return { cleared, now: Number(clock) }
    },
    async lease(name, holder, ttlMs) {
      const args = [here().now(), holder, ttlMs]
      return Number(await runOnce(scripts.lease, { keys: [place.lease(name)], args }))
    },
    async release(name, holder) {
      await runOnce(scripts.release, { keys: [place.lease(name)], args: [holder] })
    },
    async report(conflicts) {
      await run(
        scripts.report,
        conflicts.map((conflict) => reportCall(place, conflict)),
      )
    },
    async conflicts() {
      const kept = await here().session.ask((client) => client.zrange(place.conflicts, 0, -1))
      return kept.flatMap((text) => conflictFrom(text) ?? [])
    },
    onHint(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      closed = true
      listeners.clear()
      visit?.session.close()
    },
  }
}

/** Removes a dataspace that ends with its process. */
async function removeAll({ session, place }: Visit, node: string): Promise<void> {
  const members = await session.ask((client) => client.zrange(place.index, 0, -1))
  const own = [place.index, place.meta, place.conflicts, place.nodes, place.shares(node)]
  await session.askEach((pipeline) => {
    for (const key of [...members.map(place.key), ...own]) pipeline.del(key)
  })
}

/** The writes in the same order, in parts that are sent one after the other. */
function batches(writes: readonly Write[]): Write[][] {
  const made: Write[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const write of writes) {
    bytes += write.record.json?.length ?? 0
    if (bytes > BATCH_BYTES) {
      made.push([])
      bytes = write.record.json?.length ?? 0
    }
    made.at(-1)!.push(write)
  }
  return made
}

interface Group {
  key: string
  service: string
  counters: [counter: string, total: number][]
}

/** Totals by statistics key and service: what one run of the script takes. */
function groups(totals: readonly Counter[]): Group[] {
  const made = new Map<string, Group>()
  for (const { key, field, total } of totals) {
    const [service, counter] = field.split(':') as [string, string]
    const id = `${key} ${service}`
    const group = made.get(id) ?? { key, service, counters: [] }
    group.counters.push([counter, total])
    made.set(id, group)
  }
  return [...made.values()]
}

/** The config of a service whose name is encoded already. */
function configOf(service: string): RecordKey {
  return `services:${service}:config`
}
