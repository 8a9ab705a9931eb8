import { McpStoreError } from '@mcpstore/storage'
import { PrivateFile } from '../private-files/private-file.ts'
import type { Pin, PinMap } from './pin.ts'
import { pinFormat } from './pin-format.ts'

/** How often pins are looked at anew that another process changes meanwhile. */
const MOST_LOOKS = 3

/** Where the pins of a user are kept: in his file, or as long as the process lives. */
export class KeptPins {
  readonly #file: PrivateFile<Pin> | undefined
  readonly #onProblem: (problem: McpStoreError) => void
  readonly #told = new Set<string>()
  #here: PinMap = new Map()

  constructor(path: string | undefined, onProblem: (problem: McpStoreError) => void) {
    this.#file = path === undefined ? undefined : new PrivateFile(path, pinFormat)
    this.#onProblem = onProblem
  }

  /** All of them, the same object as long as none has changed. @throws `storage` */
  read(): PinMap {
    return this.#file ? this.#file.read() : this.#here
  }

  /** The same; of a file that cannot be used, which is told, what this process has seen itself. */
  known(): PinMap {
    return this.orTell(() => this.read()) ?? this.#here
  }

  /** What comes of the pins as they are; of the newer ones where another process changes them meanwhile. @throws `storage` */
  look<Found>(look: (pins: PinMap) => Found, pins: PinMap = this.read()): Found {
    for (let looks = 1, at = pins; ; looks++) {
      try {
        return look(at)
      } catch (thrown) {
        const now = this.read()
        if (looks === MOST_LOOKS || now === at) throw thrown
        at = now
      }
    }
  }

  /** @throws `storage`; then nothing was changed */
  async change(edit: (all: PinMap) => void): Promise<void> {
    if (this.#file) await this.#file.change(edit)
    else this.#changeHere(edit)
  }

  /** The same; where the file cannot be changed, which is told, it holds for this process. */
  async keep(edit: (all: PinMap) => void): Promise<void> {
    try {
      await this.change(edit)
    } catch (thrown) {
      this.#tell(thrown)
      this.#changeHere(edit)
    }
  }

  /** What `read` finds; `undefined` where the file cannot be used, which is told. */
  orTell<Found>(read: () => Found): Found | undefined {
    try {
      return read()
    } catch (thrown) {
      this.#tell(thrown)
      return undefined
    }
  }

  /** Another map for each state, as a file has. */
  #changeHere(edit: (all: PinMap) => void): void {
    this.#here = new Map(this.#here)
    edit(this.#here)
  }

  /** Once for each problem. */
  #tell(thrown: unknown): void {
    if (!(thrown instanceof McpStoreError)) throw thrown
    if (this.#told.has(thrown.message)) return
    this.#told.add(thrown.message)
    this.#onProblem(thrown)
  }
}
