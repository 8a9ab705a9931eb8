import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'

/** A shell that becomes the command, with a watcher that kills it when standard input ends. */
export const leashScript =
  'exec 3<&0; (cat <&3; kill -9 $$) >/dev/null 2>&1 4>&- & exec "$0" "$@" 3<&- </dev/null'

export interface LeashOptions {
  /** Instead of the environment of this process. */
  env?: NodeJS.ProcessEnv
  /** For a Node program: with `process.send` and messages, in which also `undefined`, maps and dates survive. */
  ipc?: boolean
}

/**
 * Starts a process that cannot outlive this one: the kernel closes the pipe it is held by however this process ends,
 * `kill -9` included. Its `pid` is the command's own; ending its `stdin` kills it too.
 */
export function spawnLeashed(
  command: string,
  args: readonly string[],
  { env = process.env, ipc = false }: LeashOptions = {},
): ChildProcess {
  // The shell has the third for itself.
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', ...(ipc ? (['ignore', 'ipc'] as const) : [])]
  return spawn('sh', ['-c', leashScript, command, ...args], { env, stdio, serialization: 'advanced' })
}
