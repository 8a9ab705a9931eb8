import { isatty } from 'node:tty'
import type { Host } from '../command.ts'
import type { Output } from '../output/output.ts'
import { currentFolder } from './current-folder.ts'
import type { TextStream } from './standard-stream.ts'
import type { StatusLine } from './status-line.ts'

/** The parts of `process` the program uses; `stdin` only when it is read, as opening it takes time. */
export interface ProcessLike {
  stdin: NodeJS.ReadStream
  stdout: TextStream
  stderr: TextStream
  env: NodeJS.ProcessEnv
  cwd(): string
}

export interface ProcessHost {
  host: Host
  /** Whether a tool has answered by now. */
  hasAnswer(): boolean
  /** Whether stderr was given the error that `--json` puts there; there is one for each command line. */
  hasErrorDocument(): boolean
  /** Waits until all that was written has left the process; answers why some of it could not, if so. */
  flush(): Promise<Error | undefined>
}

/** The host that a process is. */
export function processHost(process: ProcessLike, signal: AbortSignal): ProcessHost {
  const { stdout, stderr, env } = process
  let lost: Error | undefined
  let hasAnswer = false
  let hasErrorDocument = false
  const unread = new AbortController()
  for (const stream of [stdout, stderr]) {
    // A reader that went away (`mcpstore list | head -1`) is no failure; a full disk is, for what was asked for.
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE' && stream === stdout) lost = error
      if (stream === stdout) unread.abort()
    })
  }
  const isTerminal = stderr.isTTY && isatty(0)
  let line: StatusLine | undefined
  const statusLine = async (): Promise<StatusLine> => {
    const { StatusLine } = await import('./status-line.ts')
    line ??= new StatusLine(outputOf(stderr, env))
    return line
  }
  const err = outputOf(stderr, env, (text) => {
    line?.erase()
    hasErrorDocument ||= text.startsWith('{"error":{"code":')
  })
  // The line would be drawn over a question, and over what is typed after it.
  const alone = <T>(answer: Promise<T>): Promise<T> => {
    line?.end()
    return answer
  }
  const base = {
    out: outputOf(stdout, env, () => line?.erase(), Number(env['COLUMNS']) || undefined),
    err,
    env,
    cwd: currentFolder(process),
    signal,
    unread: unread.signal,
    readStdin: async () => (await import('./stream-text.ts')).readAll(process.stdin, 'stdin'),
    writeObstacle: async (file: string) => (await import('./write-obstacle.ts')).writeObstacle(file),
    confirm: isTerminal ? (question: string) => alone(ask(question, process, signal)) : undefined,
    ask: isTerminal ? (question: string) => alone(askLine(question, process, signal)) : undefined,
    statusLine: err.redraws ? statusLine : undefined,
  }
  return {
    host: {
      ...base,
      openStore: async (settings) => (await import('../store/open-store.ts')).openStore(settings, base),
      listDataspaces: async (settings) =>
        (await import('../store/open-store.ts')).listDataspaces(settings, base),
      noteAnswer: () => {
        hasAnswer = true
      },
    },
    hasAnswer: () => hasAnswer,
    hasErrorDocument: () => hasErrorDocument,
    flush: async () => {
      line?.end()
      await Promise.all([flushed(stdout), flushed(stderr)])
      return lost
    },
  }
}

/** `columnsOfFile` is how wide a file or a pipe is: tables may be wanted narrower, an error in a log is whole. */
function outputOf(
  stream: TextStream,
  env: NodeJS.ProcessEnv,
  makeRoom = (_text: string) => {},
  columnsOfFile = Number.POSITIVE_INFINITY,
): Output {
  const redraws = Boolean(stream.isTTY) && env['TERM'] !== 'dumb'
  return {
    write: (text) => {
      makeRoom(text)
      if (stream.writable) stream.write(text)
    },
    get columns() {
      return stream.isTTY ? Number(env['COLUMNS']) || stream.columns || 80 : columnsOfFile
    },
    color: redraws && !env['NO_COLOR'],
    redraws,
  }
}

function flushed(stream: TextStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writable) stream.write('', () => resolve())
    // What ended it is told a little later.
    else setImmediate(resolve)
  })
}

/** A yes-or-no question; its end (Ctrl-D) is a no. */
export async function ask(
  question: string,
  process: Pick<ProcessLike, 'stdin' | 'stderr'>,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await askLine(`${question} [y/N] `, process, signal)
  return answer !== undefined && /^y(es)?$/i.test(answer)
}

/**
 * One line from the terminal, which stays in its usual mode, so that Ctrl-C is a signal; `undefined` at its end (Ctrl-D).
 * After either, what is printed next starts on a line of its own.
 */
async function askLine(
  question: string,
  { stdin, stderr }: Pick<ProcessLike, 'stdin' | 'stderr'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { createInterface } = await import('node:readline')
  const endLine = (): void => void stderr.write('\n')
  signal.addEventListener('abort', endLine, { once: true })
  stderr.write(question)
  const lines = createInterface({ input: stdin, terminal: false })
  for await (const line of lines) {
    signal.removeEventListener('abort', endLine)
    return line.trim()
  }
  endLine()
  return undefined
}
