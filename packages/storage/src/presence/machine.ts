import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A machine as far as ids of processes mean the same on it. */
export interface Machine {
  host: string
  /** Containers may share the name of a host and have ids of their own; empty where nobody can tell. */
  space: string
  pid: number
  isRunning(pid: number): boolean
}

/** The machine this process runs on. */
export function thisMachine(): Machine {
  return { host: hostname(), space: processSpace(), pid: process.pid, isRunning }
}

/**
 * Tells this run of this machine from every other: a folder may be shared by machines of one name. Empty where nobody can
 * tell, so that none is taken for this one.
 */
export function bootOfMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
