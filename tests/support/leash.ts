import { type ChildProcess, spawn } from 'node:child_process'

/** A shell that becomes the command, with a watcher that kills it when standard input ends. */
export const leashScript = 'exec 3<&0; (cat <&3; kill -9 $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&- </dev/null'

/**
 * Starts a process that cannot outlive this one: the kernel closes the pipe it is held by however this process ends,
 * `kill -9` included. Its `pid` is the command's own; ending its `stdin` kills it too.
 */
export function spawnLeashed(command: string, args: readonly string[]): ChildProcess {
  return spawn('sh', ['-c', leashScript, command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
}
