import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

const LOOK_MS = 10
/** What a mutant has broken never happens. */
const LIMIT_MS = process.env['MUTANT'] ? 5_000 : process.env['MCPSTORE_SOAK'] ? 60_000 : 15_000

/** Whether a process of this id runs. A zombie does not: it only waits to be collected. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !['Z', 'X'].includes(stateOf(pid) ?? '')
}

/** The letter for the state of a process: `T` is stopped, `Z` a zombie; `undefined` when there is none. */
export function stateOf(pid: number): string | undefined {
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-o', 'state=', '-p', String(pid)]).stdout?.toString()[0]
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat[stat.lastIndexOf(')') + 2]
  } catch {
    return undefined
  }
}

/** What `$?` of a shell says of how a process ended: its exit code, or 128 and the number of the signal it died of. */
export function shellExit(code: number | null, signal: NodeJS.Signals | null): number {
  return signal ? 128 + constants.signals[signal] : code!
}

/** Resolves as soon as `holds` does. Throws, saying `what` was waited for, when that takes too long. */
export async function until(
  what: string,
  holds: () => boolean | undefined | Promise<boolean | undefined>,
): Promise<void> {
  const end = performance.now() + LIMIT_MS
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`this did not happen: ${what}`)
    await delay(LOOK_MS)
  }
}
