import { type ChildProcess, execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Guard } from './guard.ts'

const windows = process.platform === 'win32'

/** How long to wait between two looks at a dying group, in ms. */
const FIRST_LOOK_MS = 4
const LONGEST_LOOK_MS = 50
/** After SIGKILL nothing can refuse; only the kernel may be slow. */
const KILL_PATIENCE_MS = 1000

const live = new Set<ProcessGroup>()
const guard = new Guard()
let exitHookSet = false

/** Spawn options that make a child the leader of its own group. On Windows the tree is found by `taskkill`. */
export const ownGroup: { detached: boolean; windowsHide: boolean } = {
  detached: !windows,
  windowsHide: true,
}

/**
 * A started child and all its descendants. Until it is gone, an exit of this process, also by an uncaught
 * exception, kills it, and so does the guard when this process is killed itself.
 */
export class ProcessGroup {
  readonly #child: ChildProcess
  #gone = false
  #isKilled = false

  /** `child` must have been spawned with `ownGroup`, and have a pid. */
  constructor(child: ChildProcess) {
    this.#child = child
    live.add(this)
    guard.add(child.pid!)
    if (!exitHookSet) process.on('exit', killLiveGroups)
    exitHookSet = true
  }

  /** Waits `graceMs` for the group to end by itself, SIGTERMs it, waits `termMs`, and kills what is left; whether anything was. */
  async end(graceMs: number, termMs: number): Promise<boolean> {
    if (await this.#goneWithin(graceMs)) return this.#isKilled
    this.#signal('SIGTERM')
    if (await this.#goneWithin(termMs)) return this.#isKilled
    this.#isKilled = true
    this.#signal('SIGKILL')
    await this.#goneWithin(KILL_PATIENCE_MS)
    this.#forget()
    return true
  }

  /** For when there is no time to wait: done when it returns. */
  killNow(): void {
    try {
      if (windows) execFileSync('taskkill', this.#taskkill, { stdio: 'ignore' })
      else process.kill(-this.#child.pid!, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }

  async #goneWithin(ms: number): Promise<boolean> {
    const end = performance.now() + ms
    for (let look = FIRST_LOOK_MS; !this.#isGone(); look = Math.min(look * 1.5, LONGEST_LOOK_MS)) {
      if (performance.now() >= end) return false
      await sleep(look)
    }
    return true
  }

  #isGone(): boolean {
    if (this.#gone) return true
    const leaderLives = this.#child.exitCode === null && this.#child.signalCode === null
    if (leaderLives || (!windows && groupLives(this.#child.pid!))) return false
    this.#forget()
    return true
  }

  // Once gone, the id may belong to somebody else: it must never be signalled again.
  #forget(): void {
    this.#gone = true
    live.delete(this)
    guard.forget(this.#child.pid!)
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#gone) return
    if (windows) {
      execFile('taskkill', this.#taskkill, () => {})
      return
    }
    try {
      process.kill(-this.#child.pid!, signal)
    } catch {
      // Gone already.
    }
  }

  get #taskkill(): string[] {
    return ['/pid', String(this.#child.pid), '/T', '/F']
  }
}

function killLiveGroups(): void {
  for (const group of live) group.killNow()
}

/** Whether a process of the group still runs. A zombie does not, but answers to signals until it is reaped. */
function groupLives(id: number): boolean {
  try {
    process.kill(-id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  if (process.platform !== 'linux') return true
  try {
    return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && isRunningMember(entry, id))
  } catch {
    return true
  }
}

function isRunningMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(processGroup) === group && state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}
