import { statsField, statsKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'
import { MirrorPlace, type Process } from './support/mirror-place.ts'

const ROUNDS = process.env['MCPSTORE_SOAK'] === '1' ? 100 : 10
const STEPS = 60
const STATS = statsKey('forecast')
const CALLS = statsField('keeper', 'calls')

/** Numbers from 0 up to, but not including, 1; the same ones for the same seed. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Some processes with one mirror, to which anything may happen. */
class Schedule {
  readonly place: MirrorPlace = new MirrorPlace()
  readonly hits: Record<string, number> = {}
  /** The values that were told to be kept somewhere, by key; of one that is written often, any. */
  readonly told: Map<string, string> = new Map()
  counted = { atLeast: 0, atMost: 0 }
  #running: { process: Process; unsure: number }[] = []
  #number = 0
  #unlock: (() => void) | undefined
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = chance(seed)
  }

  async run(): Promise<void> {
    await this.#start()
    await this.#running[0]!.process.dataspace.put('services:keeper:config', 'keeper')
    const steps = [
      () => this.#put(`services:s${++this.#number}:config`),
      () => this.#put(`services:s${++this.#number}:config`),
      () => this.#put(`services:hot${Math.floor(this.#random() * 3)}:config`),
      () => this.#count(),
      () => this.#pass(20),
      () => this.#pass(400),
      () => this.#outage(),
      () => this.#heal(),
      () => this.#kill(),
      () => this.#start(),
      () => this.#loseAnswer(),
      () => this.#lock(),
    ]
    for (let step = 0; step < STEPS; step++) await this.#pick(steps)()
    this.#release()
    for (const { process } of this.#running) {
      process.backend.faults.heal()
      await process.time.pass(20_000)
    }
    await this.#start()
    const last = this.#running.at(-1)!.process
    last.backend.faults.heal()
    await last.time.pass(20_000)
    for (const { unsure } of this.#running) this.counted.atLeast += unsure
  }

  async #start(): Promise<void> {
    if (this.#running.length >= 4) return
    const down = this.#random() < 0.5
    // A start waits for a locked file, on a clock that stands still meanwhile.
    this.#release()
    this.#running.push({ process: await this.place.start({ down }), unsure: 0 })
    this.#hit(down ? 'started without a server' : 'started')
  }

  async #put(key: string, process: Process = this.#pick(this.#running).process): Promise<void> {
    const value = `${key} ${++this.#number}`
    let durable: string | undefined
    void process.dataspace.put(key, value).then((result) => {
      durable = result.durable
    })
    for (let waited = 0; durable === undefined; waited += 100) {
      expect(waited, 'ms that a write waits').toBeLessThanOrEqual(1000)
      await process.time.pass(100)
    }
    this.#hit(durable)
    if (durable !== 'memory') this.told.set(key, value)
  }

  async #count(): Promise<void> {
    const running = this.#pick(this.#running)
    running.process.dataspace.count(STATS, CALLS, 1)
    this.counted.atMost++
    running.unsure++
    this.#hit('counted')
  }

  async #pass(ms: number): Promise<void> {
    await this.#pick(this.#running).process.time.pass(ms)
  }

  async #outage(): Promise<void> {
    const { process } = this.#pick(this.#running)
    process.backend.faults.fail(this.#random() < 0.7 ? 'down' : 'write-degraded')
    void process.dataspace.refresh()
    await process.time.pass(10)
    this.#hit('outage')
  }

  async #heal(): Promise<void> {
    const { process } = this.#pick(this.#running)
    process.backend.faults.heal()
    await process.time.pass(this.#random() < 0.5 ? 10_000 : 100)
  }

  async #loseAnswer(): Promise<void> {
    const { process } = this.#pick(this.#running)
    const { faults } = process.backend
    faults.heal()
    await process.time.pass(10_000)
    const before = faults.hits
    faults.loseNextAnswer()
    await this.#put(`services:s${++this.#number}:config`, process)
    if (faults.hits > before) this.#hit('answer lost')
  }

  /** Its clock never goes on. What it has counted lately may be lost with it. */
  async #kill(): Promise<void> {
    if (this.#running.length < 2) return
    this.#running.splice(Math.floor(this.#random() * this.#running.length), 1)
    this.#hit('killed')
  }

  async #lock(): Promise<void> {
    if (this.#unlock) return this.#release()
    await this.place.make()
    this.#unlock = this.place.lock()
    this.#hit('locked')
  }

  #release(): void {
    this.#unlock?.()
    this.#unlock = undefined
  }

  #hit(what: string): void {
    this.hits[what] = (this.hits[what] ?? 0) + 1
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!
  }
}

test('whatever happens to processes that share a mirror, what was told to be kept arrives, and counts once', {
  timeout: 10_000 + ROUNDS * 5000,
}, async () => {
  const hits: Record<string, number> = {}
  const first = Number(process.env['SEED'] ?? 1)
  for (let seed = first; seed < first + ROUNDS; seed++) {
    const schedule = new Schedule(seed)
    await using place = schedule.place
    await schedule.run()
    const { records, counters } = place.tables
    for (const [key, value] of schedule.told) {
      const there: unknown = JSON.parse(records.get(key)?.json ?? 'null')
      expect(there, `seed ${seed}: ${key}`).toEqual(key.includes(':hot') ? expect.any(String) : value)
    }
    expect(place.waiting(), `seed ${seed}: what waits`).toEqual([])
    expect(place.query('SELECT * FROM totals'), `seed ${seed}: what is not counted`).toEqual([])
    const total = counters.get(`${STATS} ${CALLS}`)?.total ?? 0
    expect(total, `seed ${seed}: counted`).toBeGreaterThanOrEqual(schedule.counted.atLeast)
    expect(total, `seed ${seed}: counted`).toBeLessThanOrEqual(schedule.counted.atMost)
    for (const [what, times] of Object.entries(schedule.hits)) hits[what] = (hits[what] ?? 0) + times
  }
  for (const what of ['redis', 'local', 'memory', 'outage', 'killed', 'locked', 'answer lost', 'counted']) {
    expect(hits[what], what).toBeGreaterThan(ROUNDS / 5)
  }
})
