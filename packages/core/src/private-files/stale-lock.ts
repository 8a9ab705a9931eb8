import { linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { draftOf, isSharedFolder } from '@mcpstore/storage'
import { isGone } from './lock-holder.ts'

/** Whoever works for long shows that he is there: one that does not was stopped, or killed elsewhere. */
const STALE_MS = 5000

/** Ends a lock of which the holder is gone, or has not shown for long. */
export function endStale(lock: string): void {
  const seen = versionOf(lock)
  if (seen && (Date.now() - seen.touched >= STALE_MS || isKnownToBeGone(lock, seen))) end(lock, seen)
}

/** Copies of a virtual machine have what tells a machine in common: between them only time tells. */
function isKnownToBeGone(lock: string, { mark }: Version): boolean {
  return isGone(mark) && !isSharedFolder(dirname(lock))
}

/** Ends the lock of this mark, if it is not lost. */
export function release(lock: string, mark: string): void {
  const seen = versionOf(lock)
  if (seen?.mark === mark) end(lock, seen)
}

/**
 * Takes this very lock away. Who was stopped before he does finds another one in its place, which he puts back, unless somebody has taken
 * the lock by then. Its holder has lost it then: work of `underLock` sees that, of `whileLocked` two may go on at once.
 */
function end(lock: string, seen: Version): void {
  if (!isSame(versionOf(lock), seen)) return
  const aside = draftOf(lock)
  try {
    renameSync(lock, aside)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return
    throw thrown
  }
  try {
    if (!isSame(versionOf(aside), seen)) putBack(aside, lock)
  } finally {
    rmSync(aside, { force: true })
  }
}

function putBack(aside: string, lock: string): void {
  try {
    linkSync(aside, lock)
  } catch {
    // There is another one, or no file can have two names there; then its holder has lost it.
  }
}

/** One lock, as it was when it was last touched. */
interface Version {
  /** Empty where it may not be read. */
  mark: string
  touched: number
  file: number
}

function versionOf(lock: string): Version | undefined {
  const found = statSync(lock, { throwIfNoEntry: false })
  return found && { mark: contentOf(lock) ?? '', touched: found.mtimeMs, file: found.ino }
}

function isSame(found: Version | undefined, seen: Version): boolean {
  return found?.mark === seen.mark && found.touched === seen.touched && found.file === seen.file
}

/** What stands in a lock, if there is one. */
export function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
