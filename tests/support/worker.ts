import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { spawnLeashed } from './leash.ts'
import { stateOf, until } from './processes.ts'
import { type Answer, type Handlers, READY } from './worker-requests.ts'

const typescript = new URL('./programs/typescript.mjs', import.meta.url)
/** With these options node runs a program on the sources. */
export const onSources: readonly string[] = ['--conditions=@mcpstore/source', `--import=${typescript.href}`]
const nodeOptions = [
  ...onSources,
  '--enable-source-maps',
  // Even where a library listens for it, the process must end.
  '--unhandled-rejections=strict',
]

/**
 * A process of its own that does what the test asks for, on sources. One that ends by itself, by an unhandled rejection
 * for example, fails the test when it is disposed of.
 */
export class Worker<Requests extends Handlers> implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #gone: Promise<unknown>
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  #requests = READY
  #mayEnd = false
  #output = { stdout: '', stderr: '' }

  constructor(child: ChildProcess) {
    this.#child = child
    this.#gone = once(child, 'close').then(() => {
      for (const { reject } of this.#waiting.values()) reject(this.#end())
    })
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]!.on('data', (chunk: Buffer) => {
        this.#output[stream] += chunk.toString()
      })
    }
    child.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting?.reject(Object.assign(new Error(), answer.error))
      else waiting?.resolve(answer.value as never)
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** All it printed so far. */
  get stdout(): string {
    return this.#output.stdout
  }

  get stderr(): string {
    return this.#output.stderr
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it takes requests. Throws with its standard error when it ends instead. */
  async ready(): Promise<this> {
    await new Promise<void>((resolve, reject) => this.#waiting.set(READY, { resolve, reject }))
    return this
  }

  /** What the handler of this name resolves with. Throws what it threw, or when the worker ends instead of answering. */
  ask<Name extends keyof Requests & string>(
    name: Name,
    ...args: Parameters<Requests[Name]>
  ): Promise<Awaited<ReturnType<Requests[Name]>>> {
    return new Promise((resolve, reject) => {
      if (!this.isRunning) return reject(this.#end())
      const id = ++this.#requests
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, name, args }, (error) => {
        // It is ending, and nobody has noticed yet.
        if (error) void this.#gone.then(() => reject(this.#end()))
      })
    })
  }

  /** SIGKILL, paused or not. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#mayEnd ||= this.isRunning
    this.#child.kill('SIGKILL')
    await this.#gone
  }

  /** SIGSTOP. Resolves when it stands still. */
  async pause(): Promise<void> {
    this.#child.kill('SIGSTOP')
    await until(`worker ${this.pid} stands still`, () => stateOf(this.pid) === 'T')
  }

  /** SIGCONT. Resolves when it runs again. */
  async resume(): Promise<void> {
    this.#child.kill('SIGCONT')
    await until(`worker ${this.pid} runs again`, () => stateOf(this.pid) !== 'T')
  }

  /** Kills it. Throws with its standard error when it had ended by itself before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    if (!this.#mayEnd) throw this.#end()
  }

  #end(): Error {
    const { exitCode, signalCode } = this.#child
    return new Error(`the worker ended with ${signalCode ?? exitCode}:\n${this.stderr}`)
  }
}

/**
 * Starts the script, TypeScript or not, which calls `answerRequests`:
 * `startWorker<typeof import('./programs/it.ts').requests>(new URL('./programs/it.ts', import.meta.url))`.
 */
export function startWorker<Requests extends Handlers>(
  script: URL,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Worker<Requests>> {
  const child = spawnLeashed(process.execPath, [...nodeOptions, fileURLToPath(script), ...args], {
    env: { ...process.env, ...env },
    ipc: true,
  })
  return new Worker<Requests>(child).ready()
}
