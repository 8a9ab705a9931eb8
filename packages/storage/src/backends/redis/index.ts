import type { Backend, HintListener, MergeReply } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import type { BackendError } from '../../link/health.ts'
import { MOST_ABOUT } from '../../presence/nodes.ts'
import { REMEMBERED_MS } from '../../presence/presence.ts'
import type { RecordKey } from '../../records/keyspace.ts'
import { FOREIGN } from '../../records/record.ts'
import { isStamp } from '../../records/stamp.ts'
import { systemTime, type Time } from '../../time.ts'
import { batches } from './batches.ts'
import { blamed } from './blame.ts'
import { counting } from './counting.ts'
import { enter } from './enter.ts'
import { betweenConnections, classify, doneInPart, otherHistory, unusable } from './errors.ts'
import { historyText } from './former.ts'
import { conflictFrom, mergeCall, mergeReply, notesFrom, reportCall } from './hashes.ts'
import { inspectRedis } from './inspect.ts'
import { Lifetime } from './lifetime.ts'
import { noteDataspace } from './namespace.ts'
import { readPage, readRecords } from './page.ts'
import { placeOf, type Visit } from './place.ts'
import { type Script, scripts } from './scripts.ts'
import { RedisSession, type ScriptCall, type ScriptReply } from './session.ts'
import { isCluster, type RedisTarget } from './target.ts'

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
  time?: Time
  /** The clock that stands in for the server's, ms since 1970; for tests of what clocks do. */
  serverNow?: () => number
}

const DEFAULT_TIMEOUT_MS = 2000

/** A backend in Redis, Valkey, a Sentinel setup or a Redis Cluster. @throws `usage` for a cluster without hash tags */
export function redisBackend(options: RedisBackendOptions): Backend {
  const { target, namespace, dataspace, timeoutMs = DEFAULT_TIMEOUT_MS, time = systemTime } = options
  const needsTag = isCluster(target)
  if (needsTag && options.hashTag === false) {
    throw new StorageError('usage', 'redis: hashTag must not be false on a cluster', {
      hint: 'Leave it out: a dataspace has to lie in one slot.',
    })
  }
  const place = placeOf(namespace, dataspace, options.hashTag ?? needsTag)
  const lifetime = options.lifetimeMs === undefined ? '' : String(options.lifetimeMs)
  const lifetimes = new Lifetime(options.lifetimeMs, time)
  const listeners = new Set<HintListener>()
  let visit: Visit | undefined
  const opening = new Set<RedisSession>()
  const now = () => (options.serverNow ? String(options.serverNow()) : '')
  let closed = false

  /** Opens a session, unless the backend is closed by then. */
  async function connect(onHint: HintListener): Promise<RedisSession> {
    if (closed) throw classify(new Error('it was closed'), target.label)
    const name = `mcpstore:${dataspace}`.replace(/[^\x21-\x7e]/g, '_')
    const session = new RedisSession({
      target,
      timeoutMs,
      name,
      time,
      hints: { channel: place.changes, onHint },
    })
    opening.add(session)
    await session.start().finally(() => opening.delete(session))
    return session
  }

  function here(): Visit {
    if (!visit) throw betweenConnections(target.label)
    return visit
  }

  async function run(script: Script, calls: readonly ScriptCall[]): Promise<ScriptReply[]> {
    const replies = await here().session.run(script, calls)
    const lost = replies.some(({ reply }) => Array.isArray(reply) && reply[0] === 'lost')
    if (lost) throw otherHistory(target.label)
    return blamed(here(), calls, replies)
  }

  /** One run that cannot be refused for its own sake. */
  async function runOnce(script: Script, call: ScriptCall): Promise<unknown> {
    const [answer] = await run(script, [call])
    const { foreign, refused, reply } = answer!
    // Else the last one that it writes to: without the others there would be no connection.
    if (refused !== undefined)
      throw unusable(target.label, foreign ?? call.keys.at(-1)!, foreign ? FOREIGN : refused)
    return reply
  }

  const shares = counting({ here, run })

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
      const session = await connect((...hint) => {
        for (const listener of listeners) listener(...hint)
      })
      try {
        // On its way together with the first question.
        if (lifetime === '') void noteDataspace(session, { namespace, dataspace, now: now() })
        const entered = await enter(session, place, {
          label: target.label,
          lifetime,
          // What has ended by itself was not removed by anybody.
          known: lifetimes.mayBeOver ? { ...known, history: undefined } : known,
          time,
          now: now(),
        })
        if (closed) session.close()
        visit = { session, place, epoch: entered.epoch, now, lifetime }
        const missing = [...session.missing]
        if (entered.run === '')
          missing.push('INFO: nobody can tell whether data was lost or removed on purpose')
        const history = historyText(entered)
        const { ids, began, before } = entered
        return {
          ids,
          missing,
          now: entered.now,
          ...(history !== undefined && { history }),
          ...(isStamp(began) && { began }),
          ...(before && { before }),
        }
      } catch (thrown) {
        session.close()
        throw thrown
      }
    },
    async merge(writes) {
      const replies: MergeReply[] = []
      for (const batch of batches(writes)) {
        let answers: ScriptReply[]
        try {
          answers = await run(
            scripts.merge,
            batch.map((write) => mergeCall(here(), write)),
          )
        } catch (thrown) {
          throw replies.length > 0 ? doneInPart(thrown as BackendError) : thrown
        }
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
    async pull(cursor, known, options) {
      const { page, dead } = await readPage(here(), cursor, known, { ...options, label: target.label })
      // What is dead is so for every reader already.
      void sweep(dead).catch(() => {})
      return page
    },
    read: (keys) => readRecords(here(), keys),
    async beat(node, { about, most } = { about: '', most: 0 }) {
      const { epoch, now } = here()
      const call = {
        keys: [place.meta, place.nodes],
        args: [epoch, now(), node, about, lifetime, most, REMEMBERED_MS, MOST_ABOUT],
      }
      const [, clock, rev, found] = (await runOnce(scripts.beat, call)) as [string, string, string, string[]?]
      await lifetimes.renew(here(), node)
      const beat = { rev: Number(rev || 0), now: Number(clock) }
      return found ? { ...beat, nodes: notesFrom(found) } : beat
    },
    async nodes() {
      const found = await here().session.ask((client) => client.hgetall(place.nodes))
      return notesFrom(Object.entries(found).flat())
    },
    count: shares.count,
    async leave(node) {
      await shares.leave(node)
      await lifetimes.end(here(), node)
    },
    // What ends with its process needs no housekeeping.
    ...(lifetime === '' && { stay: shares.stay, fold: shares.fold }),
    async clear(stamp) {
      const { session, epoch, now } = here()
      const call = { keys: [place.meta], args: [epoch, now(), place.changes, stamp] }
      const [, clock, cleared] = (await runOnce(scripts.clear, call)) as [string, string, string]
      await sweep(await session.ask((client) => client.zrange(place.index, 0, -1)))
      return { cleared, now: Number(clock) }
    },
    async lease(name, holder, ttlMs) {
      // A dataspace of one run has nobody to share the work with.
      if (options.lifetimeMs !== undefined) return 0
      const args = [here().now(), holder, ttlMs]
      return Number(await runOnce(scripts.lease, { keys: [place.lease(name)], args }))
    },
    async release(name, holder) {
      if (options.lifetimeMs !== undefined) return
      await runOnce(scripts.release, { keys: [place.lease(name)], args: [holder] })
    },
    async report(conflicts) {
      const calls = conflicts.map((conflict) => reportCall(place, conflict))
      await run(scripts.report, calls)
    },
    async conflicts() {
      const kept = await here().session.ask((client) => client.zrange(place.conflicts, 0, -1))
      return kept.flatMap((text) => conflictFrom(text) ?? [])
    },
    async inspect() {
      // A connection of its own: where the one at work was refused something, the reason is found here.
      const session = await connect(() => {})
      try {
        return await inspectRedis(session, place)
      } finally {
        session.close()
      }
    },
    project: (fields) => lifetimes.project(here(), fields),
    onHint(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      listeners.clear()
      closed = true
      for (const session of opening) session.close()
      visit?.session.close()
    },
  }
}
