import type { Scope } from '@mcpstore/storage'
import type { ServiceConfig } from '../config/service-config.ts'
import { serviceWords } from '../config/shell-words.ts'
import { settledWithin } from '../connections/deadline.ts'
import { LogFile } from './log-file.ts'
import { type LogOf, logPath } from './log-folder.ts'
import { ServiceLog } from './service-log.ts'

/** The disk gets this long, in ms, to take what was said last. */
const FLUSH_MS = 1000

export interface LogKeeperOptions {
  folder: string
  /** Whether there is such a service; of one that was removed nothing more is kept. */
  isThere(service: LogOf): boolean
  /** Told once why something could not be kept. */
  onProblem(problem: Error): void
}

/** Keeps what services say to this process. */
export class LogKeeper {
  readonly #options: LogKeeperOptions
  readonly #files = new Map<string, LogFile>()
  #isTold = false

  constructor(options: LogKeeperOptions) {
    this.#options = options
  }

  /** Where one connection to a service puts what it hears. */
  of(name: string, scope: Scope, config: ServiceConfig): ServiceLog {
    const path = logPath(this.#options.folder, { scope, name })
    let file = this.#files.get(path)
    if (!file) {
      const isWanted = (): boolean => this.#options.isThere({ scope, name })
      file = new LogFile(path, { isWanted, onProblem: (problem) => this.#tell(problem) })
      this.#files.set(path, file)
    }
    return new ServiceLog(file, config, `see what it said: mcpstore logs ${serviceWords(name, scope)}`)
  }

  /** Waits for the disk, but not for long. */
  async flush(): Promise<void> {
    const files = [...this.#files.values()]
    await settledWithin(FLUSH_MS, Promise.all(files.map((file) => file.flush())))
  }

  #tell(problem: Error): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#options.onProblem(problem)
  }
}
