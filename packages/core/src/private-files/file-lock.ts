import { randomUUID } from 'node:crypto'
import { closeSync, openSync, rmSync, utimesSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { McpStoreError, makeFolder, removeDeadDrafts } from '@mcpstore/storage'
import { asError, storeError } from '../errors.ts'
import { markOf } from './lock-holder.ts'
import { contentOf, endStale, release } from './stale-lock.ts'
import { writeRemedy } from './write-remedy.ts'

const WAIT_MS = 15_000
const RETRY_MS = 10
/** Whoever works for longer shows so often that he is there. */
const TOUCH_MS = 1000
/** So long others are waited for whose work is not short. */
const LONG_WAIT_MS = 60_000

/**
 * Does synchronous work on a file while no other process does. A holder that was killed, or stopped for long, loses the lock;
 * `isOurs` is to be asked right before the work takes effect, and work that answers `undefined` is done again.
 * @throws `storage` when the lock is not to be had, and what `work` throws.
 */
export async function underLock<Result>(
  file: string,
  work: (isOurs: () => boolean) => Result | undefined,
): Promise<Result> {
  const lock = `${file}.lock`
  const mark = markOf(randomUUID())
  const isOurs = () => contentOf(lock) === mark
  const result = await inTurn(lock, WAIT_MS, () => {
    if (!take(lock, mark)) return undefined
    try {
      return work(isOurs)
    } finally {
      release(lock, mark)
    }
  })
  if (result !== undefined) return result
  throw storeError('storage', `${file} is being changed by another process all the time`, {
    hint: `Try again; if no mcpstore is running, remove ${lock}.`,
  })
}

/**
 * Does work that takes its time while no other process does the same about this file. A holder that was killed, or stopped
 * for long, loses the lock to the next. @throws `storage` when the lock is not to be had, and what `work` throws.
 */
export async function whileLocked<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${file}.lock`
  const mark = markOf(randomUUID())
  try {
    makeFolder(dirname(lock))
    await takeInTurn(lock, mark)
  } catch (thrown) {
    if (thrown instanceof McpStoreError) throw thrown
    throw storeError('storage', `${lock} cannot be made: ${asError(thrown).message}`, {
      hint: writeRemedy(thrown),
      cause: thrown,
    })
  }
  const touching = setInterval(() => {
    const now = new Date()
    try {
      if (contentOf(lock) === mark) utimesSync(lock, now, now)
    } catch {
      // It was taken away between the two.
    }
  }, TOUCH_MS).unref()
  try {
    return await work()
  } finally {
    clearInterval(touching)
    release(lock, mark)
  }
}

/** Tries until there is a result, ending the lock where it is stale; for `waitMs` at most, then there is none. */
async function inTurn<Result>(
  lock: string,
  waitMs: number,
  attempt: () => Result | undefined,
): Promise<Result | undefined> {
  for (let waited = 0; waited < waitMs; ) {
    const result = attempt()
    if (result !== undefined) return result
    endStale(lock)
    const pause = RETRY_MS * (0.5 + Math.random())
    await sleep(pause)
    waited += pause
  }
  return undefined
}

async function takeInTurn(lock: string, mark: string): Promise<void> {
  if (await inTurn(lock, LONG_WAIT_MS, () => take(lock, mark) || undefined)) return
  throw storeError('storage', `another process holds ${lock} all the time`, {
    hint: `Try again; if no mcpstore is running, remove ${lock}.`,
  })
}

function take(lock: string, mark: string): boolean {
  let opened: number
  try {
    opened = openSync(lock, 'wx', 0o600)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  }
  try {
    writeSync(opened, mark)
  } catch (thrown) {
    // A disk that has no room for it.
    rmSync(lock, { force: true })
    throw thrown
  } finally {
    closeSync(opened)
  }
  removeDeadDrafts(dirname(lock))
  return true
}
