import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/**
 * Reads which process groups there are, and when its input ends, because whoever wrote to it is no more, ends those
 * that are left: half a second to go by themselves, SIGTERM, as long again, SIGKILL. Written for any shell: dash, bash,
 * the one of macOS, and busybox, which knows `kill -TERM -1` but no `--`.
 */
const SCRIPT = `trap '' HUP INT TERM
groups=
while read -r word group; do
  case $word in
    guard) groups="$groups $group" ;;
    forget)
      left=
      for one in $groups; do [ "$one" = "$group" ] || left="$left $one"; done
      groups=$left ;;
  esac
done
living() {
  left=
  for one in $groups; do kill -0 "-$one" && left="$left $one"; done
  groups=$left
  [ -n "$groups" ]
}
for signal in TERM KILL; do
  for look in 1 2 3 4 5; do
    living || exit 0
    sleep 0.1 || sleep 1
  done
  for one in $groups; do kill -$signal "-$one"; done
done`

/** Its own session, so that no Ctrl-C of a terminal ends it; nothing of the host's is held or read. */
const APART: SpawnOptions = {
  detached: true,
  cwd: '/',
  env: { PATH: '/usr/bin:/bin' },
  stdio: ['pipe', 'ignore', 'ignore'],
}

/**
 * A shell beside this process that outlives it by a second, whatever ends it: no handler runs after a SIGKILL, and a
 * server need not end with its input. It runs while there is a group to guard. Where there is no `/bin/sh`, and on
 * Windows, there is none.
 */
export class Guard {
  readonly #groups = new Set<number>()
  #shell: ChildProcess | undefined

  /** From now on this process group does not outlive this process. */
  add(group: number): void {
    this.#groups.add(group)
    if (this.#shell) this.#tell('guard', group)
    else this.#start()
  }

  /** The group is gone, and its id may be given to another. */
  forget(group: number): void {
    if (!this.#groups.delete(group)) return
    this.#tell('forget', group)
    if (this.#groups.size > 0) return
    this.#shell?.stdin?.end()
    this.#shell = undefined
  }

  #start(): void {
    if (process.platform === 'win32') return
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'mcpstore-guard'], APART)
    this.#shell = shell
    // Should somebody kill it, the next group brings another one.
    const lost = () => {
      if (this.#shell === shell) this.#shell = undefined
    }
    shell.on('error', lost).on('exit', lost).unref()
    const input = shell.stdin as Socket
    input.on('error', () => {})
    input.unref()
    for (const group of this.#groups) this.#tell('guard', group)
  }

  #tell(word: 'guard' | 'forget', group: number): void {
    if (this.#shell?.stdin?.writable) this.#shell.stdin.write(`${word} ${group}\n`)
  }
}
