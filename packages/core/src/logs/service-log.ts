import { redactText, secretsIn } from '../config/redaction/secrets.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { LogLevel } from '../host/handlers.ts'
import type { LogFile } from './log-file.ts'
import { type LogStream, written } from './log-line.ts'

/** Of a line without an end so many characters are looked at. */
const LONGEST_LINE = 64 * 1024

/** What one connection to a service hears, on its way into the file. */
export class ServiceLog {
  /** What to do about a service that fails: ends a sentence. */
  readonly advice: string
  readonly #file: LogFile
  readonly #config: ServiceConfig
  #secrets: string[] | undefined
  #began: string | undefined
  readonly #rest = { stderr: '', stdout: '' }

  constructor(file: LogFile, config: ServiceConfig, advice: string) {
    this.#file = file
    this.#config = config
    this.advice = advice
  }

  /** Its process has begun; that is kept only if anything else is. */
  began(pid: number | undefined): void {
    if (pid !== undefined) this.#began = this.#line('process', null, `started as process ${pid}`)
  }

  /** Some of what it prints, in pieces of any size. */
  printed(stream: 'stderr' | 'stdout', text: string): void {
    const lines = (this.#rest[stream] + text).split('\n')
    this.#rest[stream] = lines.pop()!.slice(0, LONGEST_LINE)
    for (const line of lines) this.#say(stream, null, line.replace(/\r$/, ''))
  }

  /** A message of the protocol, its secrets hidden. */
  reported({ level, logger, data }: { level: LogLevel; logger?: string; data: unknown }): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    const from = logger === undefined ? '' : `${logger}: `
    for (const line of `${from}${text}`.split('\n')) this.#say('message', level, line)
  }

  /** Its process has ended; `how` is `undefined` where that was asked for. */
  ended(how: string | undefined): void {
    for (const stream of ['stderr', 'stdout'] as const) {
      if (this.#rest[stream] !== '') this.printed(stream, '\n')
    }
    if (how !== undefined) this.#say('process', null, how)
    // Who said nothing and was ended has nothing to be looked up.
    else if (this.#began === undefined) this.#say('process', null, 'ended, as it was asked to')
  }

  #say(stream: LogStream, level: LogLevel | null, text: string): void {
    if (text.trim() === '') return
    if (this.#file.isFull && stream !== 'process') {
      this.#file.drop()
      return
    }
    const dropped = this.#file.takeDropped()
    if (dropped > 0) this.#file.add(this.#line('process', null, `${dropped} lines came too fast to be kept`))
    if (this.#began !== undefined) this.#file.add(this.#began)
    this.#began = undefined
    // Before it is cut: half a secret is not recognised.
    this.#secrets ??= secretsIn(this.#config)
    this.#file.add(this.#line(stream, level, redactText(text, this.#secrets)))
  }

  #line(stream: LogStream, level: LogLevel | null, text: string): string {
    return written({ at: new Date().toISOString(), pid: process.pid, stream, level, text })
  }
}
