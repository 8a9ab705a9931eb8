import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Durability, StoredRecord } from '@mcpstore/storage'
import { until } from '../support/processes.ts'
import { type RedisPair, startPair } from '../support/redis-pair.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startWorker, type Worker } from '../support/worker.ts'
import type { PeerOptions, requests } from './programs/peer.ts'
import { chanceOf } from './random-chance.ts'
import { type Fault, faults, type Scene } from './random-faults.ts'
import {
  type Asked,
  brokenChain,
  type Chain,
  type Ending,
  goneWithoutAWord,
  notTheMaximum,
  readJournal,
  type Stored,
} from './random-history.ts'
import { readLosers, readStored } from './random-truth.ts'

export type FaultName = keyof typeof faults

export interface RunOptions {
  seed: number
  ms: number
  /** Each of them comes at least once. */
  faults: readonly FaultName[]
  /** Lines of `redis.conf`. */
  config?: readonly string[]
  /** A file that two of the processes share. */
  mirror?: boolean
  pair?: boolean
  /** Somebody clears everything now and then; what was written before is then beyond the checks. */
  clears?: boolean
}

type Peer = Worker<typeof requests>

const SERVICE = 'counted'
/** A number that is only changed by who has seen it as it is. */
const CHAIN = 'services:chain:config'
/** How far the clocks of the processes are off. */
const SKEWS = [0, 37 * 60_000, -2 * 3_600_000]

interface Seat {
  peer: Peer
  options: PeerOptions
}

/** Three processes at work while things go wrong. */
export class RandomRun implements AsyncDisposable {
  /** How often each fault was met. */
  readonly met: Partial<Record<FaultName, number>> = {}
  /** How many writes were told to be where. */
  readonly told: Partial<Record<Durability, number>> = {}
  readonly #options: RunOptions
  readonly #chance: () => number
  readonly #folder = temporaryFolder('mcpstore-random-')
  readonly #asked: Asked[] = []
  readonly #reported = new Set<string>()
  readonly #counted = new Map<string, number>()
  readonly #deadCounters = new Set<string>()
  #seats: Seat[] = []
  #proxies: TcpProxy[] = []
  #pair: RedisPair | undefined
  #redis!: RedisServer
  #working = true
  #value = 0
  #cleared = false
  readonly #chain: Chain = { reached: [], unknown: 0 }
  readonly #unread: string[] = []
  readonly #journals: string[] = []

  constructor(options: RunOptions) {
    this.#options = options
    this.#chance = chanceOf(options.seed)
  }

  async run(): Promise<void> {
    const { config = [], pair, faults: names, ms } = this.#options
    if (pair) this.#pair = await startPair({ config })
    this.#redis = this.#pair?.master ?? (await startRedis({ config }))
    this.#proxies = await Promise.all(SKEWS.map(() => startProxy(this.#redis.port)))
    this.#seats = await Promise.all(SKEWS.map((_, n) => this.#seat(n)))
    await this.#put(0, `services:${SERVICE}:config`, {})
    await until('all see the service', async () => (await this.#shown()).every((shown) => shown.length === 1))
    const work = this.#seats.map((_, n) => this.#work(n))
    const end = performance.now() + ms
    const left = [...names]
    while (left.length > 0 || performance.now() < end) {
      const name = left.shift() ?? names[Math.floor(this.#chance() * names.length)]!
      const times = await (faults[name] as Fault)(this.#scene())
      this.met[name] = (this.met[name] ?? 0) + times
      await until('somebody is up', async () => (await this.#statuses()).some(({ state }) => state === 'up'))
    }
    this.#working = false
    await Promise.all(work)
  }

  /** Resolves when all is well again: everybody is up, has sent what waited, and sees the same. */
  async heal(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.pass()))
    await until('all are up and nothing waits', async () => {
      await Promise.all(this.#seats.map(({ peer }) => peer.ask('pass', 60_000)))
      const statuses = await this.#statuses()
      return statuses.every(({ state, pendingWrites }) => state === 'up' && pendingWrites === 0)
    })
    await until('all see the same', async () => {
      const [first, ...others] = await this.#views()
      return others.every((other) => other === first)
    }).catch(() => {})
  }

  /** What is wrong, in words; nothing if all is well. */
  async problems(): Promise<string[]> {
    await this.#keepConflicts()
    const [redis, ...seen] = await this.#views()
    const found = seen.flatMap((view, n) =>
      view === redis ? [] : [`process ${n} sees ${view}, Redis has ${redis}`],
    )
    const stored = await readStored(this.#redis, SERVICE)
    const statuses = await this.#statuses()
    const parked = statuses.flatMap((status) => [...status.parked, ...status.quarantined])
    const sent = this.#seats.flatMap(({ options }): StoredRecord[] => readJournal(options.journal))
    const lossy = this.#options.faults.some((name) => LOSSY.includes(name))
    const ending: Ending = {
      asked: this.#asked,
      sent: this.#journals.flatMap(readJournal),
      stored,
      reported: this.#reported,
      mayHaveLost: ({ durable }) =>
        durable === 'memory' || (lossy && durable === 'redis' && !this.#options.mirror),
    }
    return [
      ...found,
      ...parked.map(({ key, problem }) => `${key} was set aside: ${problem}`),
      ...goneWithoutAWord(ending),
      ...notTheMaximum({ ...ending, sent }, Date.now()),
      ...this.#miscounted(stored),
      ...(await this.#misled()),
      ...(this.#cleared ? [] : this.#unread),
      ...(lossy && !this.#isDurable
        ? []
        : brokenChain(this.#chain, this.#cleared ? undefined : numberIn(stored))),
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#working = false
    // One that ended by itself fails the run.
    for (const { peer } of this.#seats) await peer[Symbol.asyncDispose]()
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]()
    await (this.#pair?.[Symbol.asyncDispose]() ?? this.#redis.stop())
  }

  async #seat(n: number): Promise<Seat> {
    const journal = join(this.#folder, `${this.#journals.length}.jsonl`)
    writeFileSync(journal, '')
    this.#journals.push(journal)
    const mirror = this.#options.mirror && { mirror: join(this.#folder, `mirror-${Math.min(n, 1)}.db`) }
    const options: PeerOptions = { url: this.#proxies[n]!.url, skewMs: SKEWS[n]!, journal, ...mirror }
    const script = new URL('./programs/peer.ts', import.meta.url)
    return { options, peer: await startWorker<typeof requests>(script, { args: [JSON.stringify(options)] }) }
  }

  #scene(): Scene {
    return {
      redis: this.#redis,
      ...(this.#pair && { pair: this.#pair }),
      proxies: this.#proxies,
      chance: this.#chance,
      keepConflicts: () => this.#keepConflicts(),
      replaceProcess: (behind) => {
        const at = behind
          ? this.#proxies.indexOf(behind)
          : 1 + Math.floor(this.#chance() * (SKEWS.length - 1))
        return this.#replace(at)
      },
      follow: (server) => {
        this.#redis = server
        for (const proxy of this.#proxies) {
          proxy.target = server.port
          proxy.cut()
        }
      },
    }
  }

  async #replace(n: number): Promise<void> {
    const { peer } = this.#seats[n]!
    this.#deadCounters.add(`calls${n}`)
    for (const asked of this.#asked) if (this.#owners.get(asked) === peer) asked.orphaned = true
    await peer.kill()
    this.#seats[n] = await this.#seat(n)
  }

  readonly #owners = new WeakMap<Asked, Peer>()

  async #put(n: number, key: string, value: object | undefined): Promise<void> {
    const { peer } = this.#seats[n]!
    const asked: Asked = { key, json: value === undefined ? null : JSON.stringify(value), orphaned: false }
    this.#asked.push(asked)
    this.#owners.set(asked, peer)
    try {
      const { own, ...result } = await peer.ask('put', key, value as never)
      asked.result = result
      const { durable, status } = result
      if (key.includes('once') && status === 'written' && JSON.stringify(own) !== asked.json)
        this.#unread.push(`the writer of ${asked.json} to ${key} reads ${JSON.stringify(own)}`)
      this.told[durable] = (this.told[durable] ?? 0) + 1
    } catch (error) {
      if (peer.isRunning) throw error
      asked.orphaned = true
    }
  }

  /** Four of five writes are to a key that is never written again: nothing later hides their loss. */
  async #work(n: number): Promise<void> {
    const chance = chanceOf(this.#options.seed * 7 + n)
    while (this.#working) {
      const dice = chance()
      const hot = `services:hot${Math.floor(chance() * 4)}:config`
      if (dice < 0.2) await this.#put(n, hot, dice < 0.03 ? undefined : { n: ++this.#value })
      else await this.#put(n, `services:once${++this.#value}:config`, { n: this.#value })
      if (chance() < 0.3) await this.#count(n)
      if (chance() < 0.2) await this.#increase(n)
      if (this.#options.clears && chance() < 0.002) await this.#clear(n)
      await new Promise((resolve) => setTimeout(resolve, chance() * 10))
    }
  }

  async #count(n: number): Promise<void> {
    const counter = `calls${n}`
    const { peer } = this.#seats[n]!
    this.#counted.set(counter, (this.#counted.get(counter) ?? 0) + 1)
    await peer.ask('count', SERVICE, counter).catch((error) => {
      if (peer.isRunning) throw error
    })
  }

  async #increase(n: number): Promise<void> {
    const { peer } = this.#seats[n]!
    const outcome = await peer.ask('increase', CHAIN).catch((error) => {
      if (peer.isRunning) throw error
      return 'outcome_unknown'
    })
    if (typeof outcome === 'number') this.#chain.reached.push(outcome)
    else if (outcome === 'outcome_unknown') this.#chain.unknown++
    else if (!['refused', 'unavailable'].includes(outcome)) throw new Error(outcome)
  }

  async #clear(n: number): Promise<void> {
    this.#cleared = true
    await this.#seats[n]!.peer.ask('clear').catch(() => {})
  }

  /** Where somebody was killed or everything cleared, counts may be missing, but never too many. */
  #miscounted({ counters }: Stored): string[] {
    return [...this.#counted].flatMap(([counter, expected]) => {
      const actual = counters[`${SERVICE}:${counter}`] ?? 0
      const inexact = this.#cleared || this.#deadCounters.has(counter)
      const wrong = inexact ? actual > expected : actual !== expected
      return wrong ? [`${counter} is ${actual} instead of ${expected}`] : []
    })
  }

  /** What a watcher was told last is what a reader gets. */
  async #misled(): Promise<string[]> {
    const told = await Promise.all(this.#seats.map(({ peer }) => peer.ask('watched')))
    const shown = await this.#shown()
    return shown.flatMap((list, n) => {
      const [read, watched] = [list.map(([key, json]) => [key, json]), told[n]!].map((pairs) =>
        JSON.stringify([...pairs].sort()),
      )
      return read === watched ? [] : [`process ${n} reads ${read}, its watcher was told ${watched}`]
    })
  }

  /** Whether the server has all that it acknowledged, whatever becomes of it. */
  get #isDurable(): boolean {
    return this.#options.config?.includes('appendfsync always') === true
  }

  async #keepConflicts(): Promise<void> {
    for (const loser of await readLosers(this.#redis)) this.#reported.add(loser)
  }

  #statuses() {
    return Promise.all(this.#seats.map(({ peer }) => peer.ask('status')))
  }

  #shown() {
    return Promise.all(this.#seats.map(({ peer }) => peer.ask('shown')))
  }

  /** What Redis has, and what each process shows, as texts. */
  async #views(): Promise<string[]> {
    const { records, counters } = await readStored(this.#redis, SERVICE)
    const live = [...records].filter(([, { json }]) => json !== null)
    const redis = [live.map(([key, { json, stamp }]) => [key, json, stamp]).sort(), sorted(counters)]
    const shown = await this.#shown()
    const counts = await Promise.all(this.#seats.map(({ peer }) => peer.ask('counters')))
    return [redis, ...shown.map((list, n) => [[...list].sort(), sorted(counts[n]!)])].map((view) =>
      JSON.stringify(view),
    )
  }
}

/** Faults that have the server lose what it had acknowledged. */
const LOSSY: readonly FaultName[] = ['roll back', 'fail over with losses', 'kill the server']

function numberIn({ records }: Stored): number {
  return (JSON.parse(records.get(CHAIN)?.json ?? '{"n":0}') as { n: number }).n
}

function sorted(counters: Record<string, number>): [string, number][] {
  return Object.entries(counters).sort(([a], [b]) => (a < b ? -1 : 1))
}
