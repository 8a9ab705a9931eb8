import type { Backend } from '../backend.ts'
import type { Clock } from '../records/clock.ts'
import { type Stamp, stampMs, stampNode } from '../records/stamp.ts'
import type { Malformed } from '../replica/malformed.ts'
import type { Time } from '../time.ts'
import { type Machine, thisMachine } from './machine.ts'
import { type DataspaceNode, type NodeNote, readAbout } from './nodes.ts'

export interface PresenceOptions {
  backend: Backend
  /** The id of this run. */
  node: string
  time: Time
  clock: Clock
  /** How often this process says that it is here, in ms. */
  beatMs: number
  /** The version of mcpstore, for others to see. */
  version: string | undefined
  machine?: Machine | undefined
  /** What was kept of a node says nothing. */
  onMalformed(malformed: Malformed): void
}

interface KnownNode extends NodeNote, ReturnType<typeof readAbout> {
  /** Its process, on this machine, did not run any more when this was heard. */
  ended: boolean
}

/** Who has missed so many beats is gone. */
const MISSED_BEATS = 3
/** For how long one that is gone is remembered, in ms. */
export const REMEMBERED_MS: number = 24 * 3_600_000
/** How often one says that it is here who was told nothing else, in ms. */
export const DEFAULT_BEAT_MS = 10_000
/** How many nodes are heard of at once after connecting, and with every sign of life. */
const MOST_AT_FIRST = 1000
const MOST_EACH_TIME = 100
/** When a process first says that it is here where no beat does, in ms: most commands are over by then, and write nothing. */
const FIRST_MS = 1000
const ID = /^[0-9a-z]{1,40}$/

/** Who is here besides this process, as far as is known: the backend tells with its beats and pages. */
export class Presence {
  readonly #options: PresenceOptions
  /** By the clock of this machine, ms since 1970; by the server's once that was heard. */
  #startedAt: number
  #isServerTime = false
  #nodes: ReadonlyMap<string, KnownNode> | undefined
  #machine: Machine | undefined
  #cancel = () => {}
  #isAnnounced = false

  constructor(options: PresenceOptions) {
    this.#options = options
    this.#machine = options.machine
    this.#startedAt = options.time.now()
  }

  /** Whether the backend may know of this process by `announce`. */
  get isAnnounced(): boolean {
    return this.#isAnnounced
  }

  /** What this process tells of itself, JSON. */
  get about(): string {
    const { backend, beatMs, version } = this.#options
    const { host, space, pid } = this.#here()
    return JSON.stringify({
      host,
      pid,
      started: new Date(this.#started()).toISOString(),
      version,
      backend: backend.kind,
      beatMs,
      space,
    })
  }

  /** How many nodes the next beat may tell of; 0 where there are too many to hear of all the time. */
  get most(): number {
    if (!this.#nodes) return MOST_AT_FIRST
    return this.#nodes.size <= MOST_EACH_TIME ? MOST_EACH_TIME : 0
  }

  /** Says from time to time that this process is here, where the backend has no beat; keeps no process alive. */
  start(): void {
    const { backend, beatMs, node, time } = this.#options
    if (!backend.announce) return
    const say = async () => {
      this.#cancel = time.after(beatMs, say)
      // Where it cannot be written now, it is the next time.
      this.#isAnnounced = (await backend.announce!(node, this.about).catch(() => false)) || this.#isAnnounced
    }
    this.#cancel = time.after(FIRST_MS, say)
  }

  stop(): void {
    this.#cancel()
  }

  /** Takes over what the backend keeps of all nodes. */
  take(notes: readonly NodeNote[]): void {
    const sound = notes.filter((note) => this.#isSound(note))
    this.#nodes = new Map(sound.map((note) => [note.id, this.#read(note)]))
  }

  /** All that are known, those that are here first, then who was seen last. */
  list(): DataspaceNode[] {
    const { node, clock } = this.#options
    const notes = new Map(this.#nodes)
    if (!notes.has(node)) {
      const own = { id: node, last: clock.now(), about: this.about }
      notes.set(node, this.#read(own))
    }
    return Array.from(notes.values(), (note): DataspaceNode => {
      const { id, last, host, pid, started, version, backend } = note
      const alive = this.#isAlive(note)
      const lastBeat = new Date(last).toISOString()
      return { id, self: id === node, alive, lastBeat, host, pid, started, version, backend }
    }).sort((a, b) => Number(b.alive) - Number(a.alive) || (a.lastBeat < b.lastBeat ? 1 : -1))
  }

  /** Who wrote something, and whether that one is gone without a word, so that nobody stands by it any more. */
  witness(stamp: Stamp): { node: string; gone: boolean } {
    const node = stampNode(stamp)
    if (node === this.#options.node || !this.#nodes) return { node, gone: false }
    const note = this.#nodes.get(node)
    if (note) return { node, gone: !this.#isAlive(note) }
    // It has said goodbye; or it was gone so long that it was forgotten.
    return { node, gone: this.#options.clock.now() - stampMs(stamp) > REMEMBERED_MS }
  }

  /** Whoever says goodbye does so before it ends, so that it is now that a process of this machine has to run. */
  #read(note: NodeNote): KnownNode {
    const told = readAbout(note.about)
    const here = this.#here()
    const isOfHere = told.host === here.host && told.space === here.space
    return { ...note, ...told, ended: isOfHere && told.pid !== null && !here.isRunning(told.pid) }
  }

  #isAlive({ id, last, beatMs, ended }: KnownNode): boolean {
    if (id === this.#options.node) return true
    return !ended && this.#options.clock.now() - last <= MISSED_BEATS * (beatMs ?? DEFAULT_BEAT_MS)
  }

  #isSound({ id, last }: NodeNote): boolean {
    const sound =
      typeof id === 'string' && ID.test(id) && Number.isSafeInteger(last) && last >= 0 && last < 8e15
    if (!sound) {
      const name = JSON.stringify(String(id).slice(0, 60))
      this.#options.onMalformed({ key: 'nodes', problem: `what stands under ${name} is no process` })
    }
    return sound
  }

  /** ms since 1970. Found out once: how far the clock of this machine is off changes when that is set. */
  #started(): number {
    const { clock } = this.#options
    if (this.#isServerTime) return this.#startedAt
    const started = this.#startedAt + clock.offset
    if (clock.isMeasured) {
      this.#startedAt = started
      this.#isServerTime = true
    }
    return started
  }

  #here(): Machine {
    this.#machine ??= thisMachine()
    return this.#machine
  }
}
