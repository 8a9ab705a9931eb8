import { bootOfMachine, thisMachine } from '@mcpstore/storage'

/** What stands in the lock of this process: whose it is, and where that can be found out. */
export function markOf(token: string): string {
  return `${token} ${process.pid} ${bootOfMachine()} ${thisMachine().space}`
}

/** Whether the process that left this mark is known not to run any more. */
export function isGone(mark: string): boolean {
  const [, pid, boot, space] = /^\S+ ([1-9]\d*) (\S+) (\S+)$/.exec(mark) ?? []
  const here = thisMachine()
  const isOfHere = boot !== undefined && boot === bootOfMachine() && space === here.space
  return isOfHere && !here.isRunning(Number(pid))
}
