import { type Backend, BackendError, type Time } from '@mcpstore/storage'
import { MAX_CONFLICTS } from '../../src/backend.ts'
import { historyText, whatBecame } from '../../src/backends/redis/former.ts'
import { clearTables, countShares, leaseLeft, mergeWrite, missingIds } from '../../src/backends/rules.ts'
import { randomId } from '../../src/records/clock.ts'
import { formatStamp, NO_STAMP } from '../../src/records/stamp.ts'
import type { FakeServer, Held } from './fake-server.ts'

/** What becomes of a request: `lost` never arrives, `unanswered` is executed without a reply, `twice` is executed again later. */
export type Fate = 'fine' | 'lost' | 'unanswered' | 'twice'

export interface Network {
  /** Resolves when what is under way arrives. */
  travel(what: string): Promise<unknown>
  fate(what: string): Fate
  /** Whether this hint is lost. */
  losesHint(): boolean
}

export interface FakeRemote extends Backend {
  /** Ends the connection, as a reset does. */
  cut(): void
  /** From now on nothing can be reached, or everything again. */
  setReachable(reachable: boolean): void
}

export interface FakeRemoteOptions {
  server: FakeServer
  network: Network
  /** The clock of the process. */
  time: Time
  /** The clock of the server, ms since 1970. */
  serverNow: () => number
  timeoutMs?: number
}

const failure = (state: 'down' | 'suspect', message: string, broken = false) =>
  new BackendError(state, message, { hint: 'heal it', broken })
/** What was sent may have been done. */
const unanswered = (state: 'down' | 'suspect', message: string) =>
  new BackendError(state, message, { hint: 'heal it', unsure: true })

interface Connection {
  epoch: string
  silent: boolean
  /** Ends what waits for a reply. */
  readonly ending: Set<(error: BackendError) => void>
  open: boolean
}

/** A backend on the fake server, behind a network that loses, repeats, delays and reorders. */
export function fakeRemote(options: FakeRemoteOptions): FakeRemote {
  const { server, network, time, serverNow, timeoutMs = 2000 } = options
  const listeners = new Set<(rev?: number) => void>()
  let connection: Connection | undefined
  let reachable = true

  function end(reason: string, { quietly = false } = {}): void {
    const ended = connection
    connection = undefined
    if (!ended?.open) return
    ended.open = false
    for (const fail of [...ended.ending]) fail(unanswered('down', reason))
    if (quietly) return
    if (ended.epoch !== '') for (const listener of listeners) listener()
  }

  /** Sends a request. What it is asked for may be executed although the caller has long given up. */
  function request<Reply>(over: Connection, what: string, operation: (held: Held) => Reply): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const cancel = time.after(timeoutMs, () => {
        const again = over.silent
        over.silent = true
        finish(() => reject(unanswered(again ? 'down' : 'suspect', 'no answer')))
        if (again) end('no answer')
      })
      const fail = (error: BackendError) => finish(() => reject(error))
      const finish = (settle: () => void) => {
        cancel()
        over.ending.delete(fail)
        settle()
      }
      over.ending.add(fail)
      const deliver = async (fate: Fate): Promise<void> => {
        await network.travel(what)
        if (fate === 'lost' || !reachable) return end('the connection was cut')
        let reply: Reply
        try {
          reply = server.execute(operation)
        } catch (error) {
          return fail(error as BackendError)
        }
        if (fate === 'twice') void again(what, operation)
        if (fate === 'unanswered') return end('the connection was cut')
        await network.travel(`reply to ${what}`)
        over.silent = false
        if (over.open) finish(() => resolve(reply))
      }
      if (reachable) void deliver(network.fate(what))
      else fail(failure('down', 'unreachable'))
    })
  }

  /** A late execution of what has been executed; nobody hears the reply. */
  async function again(what: string, operation: (held: Held) => unknown): Promise<void> {
    await network.travel(`${what} again`)
    try {
      server.execute(operation)
    } catch {
      // It holds another history by now.
    }
  }

  async function tell(rev: number): Promise<void> {
    await network.travel('hint')
    for (const listener of listeners) listener(rev)
  }

  function ask<Reply>(what: string, operation: (held: Held) => Reply): Promise<Reply> {
    const over = connection
    if (!over) return Promise.reject(failure('suspect', 'there is no connection', true))
    const { epoch } = over
    return request(over, what, (held) => {
      if (held.epoch !== epoch) throw failure('suspect', 'it holds another history', true)
      return operation(held)
    })
  }

  server.onRestart = chain(server.onRestart, () => end('the server restarted'))
  server.onChange = chain(server.onChange, (rev) => {
    if (connection && reachable && !network.losesHint()) {
      void tell(rev)
    }
  })

  return {
    kind: 'redis',
    durable: 'redis',
    location: 'fake',
    cut: () => end('the connection was cut'),
    setReachable(value) {
      reachable = value
      if (!value) end('unreachable')
    },
    async open(known = {}) {
      end('another connection was opened', { quietly: true })
      connection = { epoch: '', silent: true, ending: new Set(), open: true }
      const over = connection
      const clock = once(serverNow)
      const made = { epoch: randomId(time), id: randomId(time) }
      const { ids, now, ...found } = await request(over, 'look', (held) => {
        const { tables } = held
        if (held.epoch === '') {
          held.epoch = made.epoch
          const isEmpty = tables.records.size === 0
          held.began = isEmpty ? formatStamp(clock() - 1, 0, made.epoch) : NO_STAMP
        }
        held.ids.push(...missingIds(held.ids, known, () => made.id))
        const { epoch, began } = held
        return { run: server.run, epoch, began, cleared: tables.cleared(), ids: [...held.ids], now: clock() }
      })
      const before = await whatBecame(found, known, (keys) =>
        request(over, 'probe', ({ tables }) => keys.map((key) => tables.records.get(key)?.stamp ?? null)),
      )
      over.epoch = found.epoch
      over.silent = false
      const { began } = found
      return { ids, now, history: historyText(found)!, ...(began && { began }), ...(before && { before }) }
    },
    merge: (writes) => {
      const now = once(serverNow)
      return ask('merge', ({ tables }) => {
        for (const { record } of writes) server.arrived.set(record.stamp, record)
        return writes.map((write) => mergeWrite(tables, write, now()))
      })
    },
    pull: (cursor, _, options) => {
      const now = once(serverNow)
      return ask('pull', ({ tables }) => ({ ...tables.page(cursor, options), now: now() }))
    },
    read: (keys) => ask('read', ({ tables }) => keys.flatMap((key) => tables.record(key) ?? [])),
    beat: () => {
      const now = once(serverNow)
      return ask('beat', ({ tables }) => ({ rev: tables.rev, now: now() }))
    },
    count: (node, cleared, totals) => {
      const now = once(serverNow)
      return ask('count', ({ tables }) => countShares(tables, node, cleared, totals, now()))
    },
    // A command of a node that left must not count again; the mark that sees to it is not modelled.
    leave: () => Promise.resolve(),
    clear: (stamp) => {
      const now = once(serverNow)
      return ask('clear', ({ tables }) => clearTables(tables, stamp, now()))
    },
    lease: (name, holder, ttlMs) => {
      const now = once(serverNow)
      return ask('lease', ({ tables }) => {
        const held = tables.leases.get(name)
        const left = held && held.holder !== holder ? leaseLeft(held, now()) : 0
        if (left === 0) tables.leases.set(name, { holder, until: now() + ttlMs, ttlMs })
        return left
      })
    },
    release: (name, holder) =>
      ask('release', ({ tables }) => {
        if (tables.leases.get(name)?.holder === holder) tables.leases.delete(name)
      }),
    report: (conflicts) =>
      ask('report', ({ tables }) => {
        for (const conflict of conflicts) tables.addConflict(conflict, MAX_CONFLICTS)
      }),
    conflicts: () => ask('conflicts', ({ tables }) => tables.conflicts),
    onHint(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      listeners.clear()
      end('closed')
    },
  }
}

/** The first answer of a clock, again and again: what is executed anew after a loss is what was executed before. */
function once(clock: () => number): () => number {
  let first: number | undefined
  return () => {
    first ??= clock()
    return first
  }
}

function chain<Args extends unknown[]>(first: (...args: Args) => void, second: (...args: Args) => void) {
  return (...args: Args): void => {
    first(...args)
    second(...args)
  }
}
