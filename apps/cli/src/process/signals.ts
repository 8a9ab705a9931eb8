/** What a user, or who started the program, ends it with, and the exit code that a shell makes of it. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const satisfies Partial<
  Record<NodeJS.Signals, number>
>

export type EndingSignal = keyof typeof exitCodes

export const endingSignals = Object.keys(exitCodes) as EndingSignal[]

/**
 * Makes the exit of the process, after all else that is done at it, a death by the signal itself: a shell ends a loop or a
 * script only when what it runs died of Ctrl-C. Answers the exit code to exit with, which says it where that ends nothing:
 * on Windows, and in the first process of a container. `opened` are the standard streams in use.
 */
export function exitBySignal(signal: EndingSignal, opened: Iterable<object>): number {
  process.once('exit', () => {
    if (process.platform === 'win32') return
    for (const stream of opened) waitAgain(stream)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
  return exitCodes[signal]
}

/**
 * Has a pipe wait for its reader and its writer again, for the programs that go on with it: while Node uses one it does not, which
 * Node mends at an exit, but cannot when it dies. There is no public way.
 */
function waitAgain(stream: { _handle?: { setBlocking?(on: boolean): unknown } | null }): void {
  stream._handle?.setBlocking?.(true)
}
