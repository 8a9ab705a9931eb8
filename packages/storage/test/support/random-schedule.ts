import { Dataspace, type PutResult, type Stamp, statsField, statsKey } from '@mcpstore/storage'
import type fc from 'fast-check'
import { type FakeRemote, type Fate, fakeRemote } from './fake-network.ts'
import { FakeServer } from './fake-server.ts'
import { keepingLogger } from './logs.ts'
import { ManualTime } from './manual-time.ts'

const START = 1_700_000_000_000
const BEAT_MS = 30_000
export const COUNTED = 'services:counted:config'
export const STATS = statsKey('tool')
export const FIELD = statsField('counted', 'calls')

/** One thing that happens: to a process (`who`), to the server, or to the time. */
export type Step =
  | { do: 'write'; who: number; key: string }
  | { do: 'writeOnce' | 'list' | 'count' | 'clear' | 'cut' | 'part' | 'crash' | 'compareAndSet'; who: number }
  | { do: 'remove'; who: number; key: string }
  | { do: 'jump'; who: number; ms: number }
  | { do: 'pass'; ms: number }
  | ServerStep

type ServerStep =
  | { do: 'rollBack'; count: number; silently: boolean }
  | { do: 'restartEmpty' | 'wipe' | 'evictMeta' }
  | { do: 'evict'; key: string }

interface Schedule {
  steps: readonly Step[]
  /** What becomes of the requests, one after the other, from the beginning again at the end. */
  fates: readonly Fate[]
  /** How much arrives after each step. */
  arrivals: readonly number[]
  scheduler: fc.Scheduler
}

interface Process {
  dataspace: Dataspace
  remote: FakeRemote
  time: ManualTime
  counted: number
}

/** A write that somebody asked for. */
interface Issued {
  key: string
  json: string | null
  by: Dataspace
  /** Once it was answered. */
  result?: PutResult
  /** Somebody has removed everything since, past the tier. */
  wiped?: true
}

/** Runs a schedule: three processes, one server, and everything that can go wrong in between. */
export class RandomRun {
  readonly server = new FakeServer()
  readonly issued: Issued[] = []
  readonly crashed: Set<Dataspace> = new Set()
  readonly processes: Process[] = []
  counted = 0
  /** Whether what was counted may be gone for a good reason. */
  countsMayBeLost = false
  readonly #schedule: Schedule
  readonly #passes: number[] = []
  readonly #serverTime = new ManualTime(START)
  #fate = 0
  #arrival = 0
  #value = 0
  #healed = true
  #chanceState = 1

  constructor(schedule: Schedule) {
    this.#schedule = schedule
  }

  async run(): Promise<void> {
    for (let n = 0; n < 3; n++) this.processes.push(this.#start(n))
    await this.#settle()
    await this.#drain()
    this.#issue(this.processes[0]!, COUNTED, { counted: true })
    await this.#drain()
    this.#healed = false
    for (const step of this.#schedule.steps) {
      this.#perform(step)
      await this.#settle()
      const arrivals = this.#next(this.#schedule.arrivals, this.#arrival++, 1)
      for (let n = 0; n < arrivals && this.#schedule.scheduler.count() > 0; n++) {
        await this.#schedule.scheduler.waitOne()
        await this.#settle()
      }
    }
    await this.#heal()
  }

  async close(): Promise<void> {
    const closing = this.processes.map(({ dataspace }) => dataspace.close())
    await this.#drain()
    await this.#pass(5000)
    await Promise.all(closing)
  }

  #start(n: number): Process {
    const time = new ManualTime(this.#serverTime.now() + n * 3_600_000 * (n === 1 ? 1 : -1), () =>
      this.#chance(),
    )
    const network = {
      travel: (what: string) =>
        this.#healed ? Promise.resolve() : this.#schedule.scheduler.schedule(Promise.resolve(), what),
      fate: (): Fate => (this.#healed ? 'fine' : this.#next(this.#schedule.fates, this.#fate++, 'fine')),
      losesHint: () => !this.#healed && this.#next(this.#schedule.fates, this.#fate++, 'fine') !== 'fine',
    }
    const remote = fakeRemote({ server: this.server, network, time, serverNow: () => this.#serverTime.now() })
    const options = { backend: remote, namespace: 'n', dataspace: 'd', time, logger: keepingLogger() }
    const dataspace = new Dataspace({ ...options, beatMs: BEAT_MS })
    void dataspace.open()
    return { dataspace, remote, time, counted: 0 }
  }

  /** Ids need to differ, nothing else of the run depends on this. */
  #chance(): number {
    this.#chanceState = (this.#chanceState * 1_103_515_245 + 12_345) % 2_147_483_648
    return this.#chanceState / 2_147_483_648
  }

  #next<Item>(list: readonly Item[], at: number, otherwise: Item): Item {
    return list.length === 0 ? otherwise : list[at % list.length]!
  }

  #issue({ dataspace }: Process, key: string, value: object | undefined, basis?: Stamp): void {
    const issued: Issued = { key, json: value === undefined ? null : JSON.stringify(value), by: dataspace }
    this.issued.push(issued)
    void dataspace
      .put(key, value as never, basis === undefined ? {} : { basis, head: { n: 1 } })
      .then((result) => {
        issued.result = result
      })
  }

  #perform(step: Step): void {
    const { server } = this
    if (step.do === 'wipe') {
      this.countsMayBeLost = true
      for (const each of this.issued) each.wiped = true
    }
    if (step.do === 'pass') return void this.#passes.push(step.ms)
    if (step.do === 'rollBack') server.rollBack(step.count, step)
    else if (step.do === 'evict') server.evict(step.key)
    else if (step.do === 'restartEmpty' || step.do === 'wipe' || step.do === 'evictMeta') server[step.do]()
    else if ('who' in step) this.#performBy(this.processes[step.who]!, step)
  }

  #performBy(process: Process, step: Extract<Step, { who: number }>): unknown {
    const { dataspace, remote, time } = process
    const value = { n: ++this.#value }
    switch (step.do) {
      case 'write':
        return this.#issue(process, step.key, value)
      case 'writeOnce':
        return this.#issue(process, `services:once${this.#value}:config`, value)
      case 'remove':
        return this.#issue(process, step.key, undefined)
      case 'list': {
        const config = dataspace.get('services:hot:config')
        return config && this.#issue(process, 'services:hot:cache', value, config.stamp)
      }
      case 'count':
        if (!dataspace.get(COUNTED)) return undefined
        this.counted++
        process.counted++
        return dataspace.count(STATS, FIELD, 1)
      case 'compareAndSet':
        return dataspace.putIf('services:cas:config', value, 'absent').catch(() => {})
      case 'clear':
        return dataspace.clear().catch(() => {})
      case 'cut':
        return remote.cut()
      case 'part':
        return remote.setReachable(false)
      case 'jump':
        return time.jump(step.ms)
      case 'crash': {
        if (process.counted > 0) this.countsMayBeLost = true
        this.crashed.add(dataspace)
        remote.setReachable(false)
        void dataspace.close()
        this.processes[step.who] = this.#start(step.who)
        return undefined
      }
    }
  }

  async #settle(): Promise<void> {
    for (const ms of this.#passes.splice(0)) await this.#pass(ms)
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  async #pass(ms: number): Promise<void> {
    for (const { time } of [{ time: this.#serverTime }, ...this.processes]) await time.pass(ms)
  }

  async #drain(): Promise<void> {
    const { scheduler } = this.#schedule
    await this.#settle()
    while (scheduler.count() > 0) {
      await scheduler.waitOne()
      await this.#settle()
    }
  }

  /** Nothing goes wrong any more, and everything comes back. */
  async #heal(): Promise<void> {
    this.#healed = true
    for (const { remote } of this.processes) remote.setReachable(true)
    await this.#drain()
    for (const ms of [2000, 6000, 6000, 20_000, BEAT_MS, 1000]) await this.#pass(ms)
    await this.#settle()
  }

  /** Long enough for everything that is done now and then to be done. */
  async waitLong(): Promise<void> {
    for (const ms of [600_000, BEAT_MS, BEAT_MS]) await this.#pass(ms)
    await this.#settle()
  }
}
