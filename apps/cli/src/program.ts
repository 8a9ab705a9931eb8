import { report, runCli } from './cli.ts'
import { findCommand } from './command-line/command-table.ts'
import type { CompileCache } from './process/compile-cache.ts'
import { processHost } from './process/process-host.ts'
import { type EndingSignal, endingSignals, exitBySignal } from './process/signals.ts'
import { standardStream } from './process/standard-stream.ts'

/** Runs the command line of this process, and ends the process. */
export function runProgram(compiled: CompileCache): void {
  const interrupt = new AbortController()
  let interrupted: EndingSignal | undefined
  for (const signal of endingSignals) {
    process.on(signal, () => {
      if (interrupted) process.exit(exitBySignal(signal, opened))
      interrupted = signal
      interrupt.abort()
    })
  }

  const opened = new Set<object>()
  function open<Stream extends object>(stream: Stream): Stream {
    opened.add(stream)
    return stream
  }

  const argv = process.argv.slice(2)
  compiled.keepFor(argv.flatMap((word) => findCommand(word)?.name ?? [])[0])
  const { env, cwd } = process
  const given = {
    // Opening stdin takes time, and is for those who read it.
    get stdin() {
      return open(process.stdin)
    },
    stdout: standardStream(1, () => open(process.stdout)),
    stderr: standardStream(2, () => open(process.stderr)),
    env,
    cwd,
  }
  const { host, flush, hasAnswer, hasErrorDocument } = processHost(given, interrupt.signal)
  process.once('uncaughtException', async (thrown) => {
    await end(await report(argv, host, thrown))
  })
  process.once('beforeExit', async () => {
    const never = new Error('the command waited for something that cannot come any more')
    await end(await report(argv, host, never))
  })
  void runCli(argv, host).then(end)

  async function end(code: number): Promise<void> {
    const lost = await flush()
    const unsaid = lost && !hasErrorDocument() ? await reportLost(code, lost) : 0
    compiled.save()
    process.exit(interrupted ? exitBySignal(interrupted, opened) : code || unsaid)
  }

  async function reportLost(code: number, lost: Error): Promise<number> {
    const { lostOutput } = await import('./failures/lost-output.ts')
    const exit = await report(argv, host, lostOutput(lost, { exit: code, hasAnswer: hasAnswer() }))
    await flush()
    return exit
  }
}
