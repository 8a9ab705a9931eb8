import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { Box } from './box.ts'
import { type Foreign, program } from './mcpstore.ts'
import { shellExit, until } from './processes.ts'

/** A running `mcpstore watch`, or another command that goes on, line by line. */
export class Watching {
  readonly lines: string[] = []
  readonly child: ChildProcess
  readonly #outcome: Promise<{ exit: number; stderr: string }>

  constructor(box: Box, argv: readonly string[], env: Record<string, string> = {}, command = 'watch') {
    const words = [program, command, ...argv]
    this.child = box.spawn(process.execPath, words, { env: box.environment(env) })
    createInterface({ input: this.child.stdout! }).on('line', (line) => void this.lines.push(line))
    this.#outcome = Promise.all([text(this.child.stderr!), once(this.child, 'close')]).then(
      ([stderr, [code, signal]]) => ({ exit: shellExit(code, signal), stderr }),
    )
  }

  /** With `--json`: the documents so far; of `watch` the first says that it listens. */
  get events(): Foreign[] {
    return this.lines.map((line) => JSON.parse(line))
  }

  /** The names of the services of the events of that name. */
  services(event: string): string[] {
    return this.events.flatMap((one) => (one.event === event ? [one.service] : []))
  }

  /** Waits for a line. */
  async line(pattern: RegExp): Promise<string> {
    await until(`a line like ${pattern}, after ${this.lines.join('\n')}`, () =>
      this.lines.some((line) => pattern.test(line)),
    )
    return this.lines.find((line) => pattern.test(line))!
  }

  /** Interrupts it as Ctrl-C does. */
  async interrupt(): Promise<{ exit: number; stderr: string }> {
    this.child.kill('SIGINT')
    return this.#outcome
  }

  /** How it ends by itself. */
  get outcome(): Promise<{ exit: number; stderr: string }> {
    return this.#outcome
  }
}
