import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { storeError } from '../errors.ts'

const WAIT_MS = 15_000
/** The work under the lock is synchronous and short: whoever holds it for longer was stopped, or killed. */
const STALE_MS = 5000
const RETRY_MS = 10

/**
 * Does synchronous work on a file while no other process does. A holder that was stopped for long loses the lock;
 * `isOurs` is to be asked right before the work takes effect, and work that answers `undefined` is done again.
 * @throws `storage` when the lock is not to be had, and what `work` throws.
 */
export async function underLock<Result>(
  file: string,
  token: string,
  work: (isOurs: () => boolean) => Result | undefined,
): Promise<Result> {
  const lock = `${file}.lock`
  const isOurs = () => contentOf(lock) === token
  for (let waited = 0; waited < WAIT_MS; ) {
    if (take(lock, token)) {
      try {
        const result = work(isOurs)
        if (result !== undefined) return result
      } finally {
        if (isOurs()) rmSync(lock, { force: true })
      }
    }
    endStale(lock, token)
    const pause = RETRY_MS * (0.5 + Math.random())
    await sleep(pause)
    waited += pause
  }
  throw storeError('storage', `${file} is being changed by another process all the time`, {
    hint: `Try again; if no mcpstore is running, remove ${lock}.`,
  })
}

function take(lock: string, token: string): boolean {
  let opened: number
  try {
    opened = openSync(lock, 'wx', 0o600)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  }
  try {
    writeSync(opened, token)
  } finally {
    closeSync(opened)
  }
  return true
}

/** Moves an old lock away first: of two who find it old only one ends it. */
function endStale(lock: string, token: string): void {
  const found = statSync(lock, { throwIfNoEntry: false })
  if (!found || Date.now() - found.mtimeMs < STALE_MS) return
  const aside = `${lock}.${token}`
  try {
    renameSync(lock, aside)
  } catch {
    return
  }
  rmSync(aside, { force: true })
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
