import type { StdioConfig } from '../../config/service-config.ts'
import { asError } from '../../errors.ts'
import type { Link } from '../link.ts'
import { redacted } from '../redacted.ts'
import type { Verdict } from '../verdict.ts'
import { startFailure } from './start-failure.ts'
import { type Ending, NotSent, type StdioTransport } from './transport.ts'

/** How much of it is shown, in characters: enough for a stack trace. */
const MAX_LAST_WORDS = 4096

/** What the SDK says to open requests when the connection is ended from this side. */
const CLOSED = -32000

/** A stdio server as a session sees it. */
export class StdioLink implements Link {
  readonly transport: StdioTransport
  readonly advice: string | undefined
  readonly #config: StdioConfig

  constructor(transport: StdioTransport, config: StdioConfig, advice?: string) {
    this.transport = transport
    this.advice = advice
    this.#config = config
  }

  get isEnding(): boolean {
    return this.transport.isEnding
  }

  judge(error: unknown): Verdict {
    const { ending } = this.transport
    if (ending?.error) return startFailure(ending.error, this.#config)
    const missed = error instanceof NotSent
    return { ...this.#judgeEnd(error, missed ? 'unsent' : 'lost'), missed }
  }

  #judgeEnd(error: unknown, fate: Verdict['fate']): Verdict {
    const { ending, offence } = this.transport
    if (offence) return { fate, words: `${offence}, and was ended${this.lastWords()}` }
    if (ending) return { ...endedWith(ending, this.lastWords()), hint: this.#startHint, fate }
    if (error === undefined || error instanceof NotSent) {
      return { fate, words: `was disconnected${this.lastWords()}`, hint: this.#startHint, over: true }
    }
    if ((error as { code?: unknown }).code === CLOSED) return { fate, words: 'was disconnected' }
    return { fate, words: `failed: ${asError(error).message}${this.lastWords()}` }
  }

  get #startHint(): string {
    const look = 'Run its command by hand to see what it needs'
    return this.advice === undefined ? `${look}.` : `${look}, or ${this.advice}`
  }

  lastWords(): string {
    const said = redacted(this.transport.tail.text, this.#config)
    return said === '' ? '' : `. Its last output:\n${said.slice(-MAX_LAST_WORDS)}`
  }

  close(): Promise<void> {
    return this.transport.close()
  }
}

function endedWith({ code, signal }: Ending, lastWords: string): Omit<Verdict, 'fate'> {
  // Who exits has decided to, and would again; who was killed had bad luck.
  if (signal) return { words: `was killed by ${signal}${lastWords}`, transient: true }
  return { words: `exited with code ${code}${lastWords}` }
}
