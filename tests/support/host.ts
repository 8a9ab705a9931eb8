import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Box } from './box.ts'
import type { Foreign } from './mcpstore.ts'

const script = fileURLToPath(new URL('./programs/host.mjs', import.meta.url))

/** What a host answered to one request. */
export interface Answer {
  /** What the method resolved with; of an array with more on it, the array is `list`. */
  value?: Foreign
  /** What it rejected with. */
  error?: { code: string; message: string; hint?: string }
  /** How often a timer of 1 ms ran meanwhile: a host that is frozen counts next to nothing. */
  turns: number
}

/** A process that has the built library's store open and does what it is told. */
export class LibraryHost {
  readonly child: ChildProcess
  readonly #gone: Promise<never>
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #requests = 0

  constructor(child: ChildProcess) {
    this.child = child
    this.#gone = once(child, 'exit').then(([code]) => {
      throw new Error(`the host ended with ${code}`)
    })
    this.#gone.catch(() => {})
    child.on('message', ({ id, ...answer }: Answer & { id: number }) => {
      this.#waiting.get(id)?.(answer)
      this.#waiting.delete(id)
    })
  }

  /** Resolves when the store is open. Throws when the process ends instead. */
  async ready(): Promise<this> {
    await Promise.race([once(this.child, 'message'), this.#gone])
    return this
  }

  /** Calls a method of the store, or else of its context. Throws when the process ends instead of answering. */
  ask(method: string, ...args: unknown[]): Promise<Answer> {
    return this.#ask({ method, args })
  }

  #ask(request: { agent?: string; method: string; args: unknown[] }): Promise<Answer> {
    const id = ++this.#requests
    const answer = new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve)
      this.child.send({ id, ...request })
    })
    return Promise.race([answer, this.#gone])
  }

  /** The same, for the value alone. Throws what the method threw. */
  async do(method: string, ...args: unknown[]): Promise<Foreign> {
    return result(await this.ask(method, ...args))
  }

  /** The same of the context of an agent. */
  async doAs(agent: string, method: string, ...args: unknown[]): Promise<Foreign> {
    return result(await this.#ask({ agent, method, args }))
  }
}

function result({ error, value }: Answer): Foreign {
  if (error) throw Object.assign(new Error(error.message), error)
  return value
}

/**
 * Starts a process of the built library; its store has the options, and the box's home.
 *
 * @param node Options of node itself.
 * @param prefix A command, with its first words, that starts node.
 */
export async function startHost(
  box: Box,
  options: object = {},
  node: readonly string[] = [],
  prefix: readonly string[] = [],
): Promise<LibraryHost> {
  const store = JSON.stringify({ local: true, home: box.home, logger: false, ...options })
  const [command, ...words] = [...prefix, process.execPath, ...node, script, store]
  const child = box.spawn(command!, words, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return new LibraryHost(child).ready()
}
