import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { localFile } from '@mcpstore/storage'
import { isRunning, until } from './processes.ts'

/**
 * What one test has for itself: a folder, a home for mcpstore in it, and every process it starts. When the test ends,
 * whatever way, the processes are ended and the folder goes; a server that is left over by then fails the test.
 */
export class Box implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'mcpstore-box-'))
  readonly home: string = join(this.folder, 'home')
  /** The file of the default dataspace. */
  readonly database: string = localFile(this.home, 'default', 'default')
  /** Where servers note their process ids, one line each start. */
  readonly startFile: string = join(this.folder, 'starts')
  /** Where a fixture server notes the process id of its grandchild. */
  readonly grandchildFile: string = join(this.folder, 'grandchild')
  /** What no output may ever show. */
  readonly secrets: string[] = []
  readonly #children: ChildProcess[] = []

  /** A path in the folder. */
  path(name: string): string {
    return join(this.folder, name)
  }

  /** Writes a file below the folder, a value as JSON, and answers its path. */
  write(name: string, content: string | object, mode = 0o644): string {
    const path = this.path(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode })
    return path
  }

  /** The environment of everything that is started here: nothing of the machine's but the PATH. */
  environment(more: Record<string, string> = {}): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.folder, MCPSTORE_HOME: this.home, ...more }
  }

  /** Starts a process that ends with the test. */
  spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const child = spawn(command, args, { cwd: this.folder, env: this.environment(), ...options })
    child.stdin?.on('error', () => {})
    this.#children.push(child)
    return child
  }

  /** The process ids of the servers that were started so far. */
  starts(): number[] {
    return pidsIn(this.startFile)
  }

  /** Those of them that run, with what they started. */
  running(): number[] {
    return [...this.starts(), ...pidsIn(this.grandchildFile)].filter(isRunning)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await Promise.all(this.#children.map(ended))
      await until('every server that was started is gone', () => this.running().length === 0)
    } finally {
      for (const pid of this.running()) process.kill(pid, 'SIGKILL')
      rmSync(this.folder, { recursive: true, force: true })
    }
  }
}

function pidsIn(file: string): number[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
