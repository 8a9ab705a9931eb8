import type { Output } from '../output/output.ts'
import { fit, givenText, visibleLine } from '../output/text/terminal-text.ts'

/** What is done by then needs no line. */
const AFTER_MS = 300
const EVERY_MS = 100
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const ERASE = '\r\u001b[K'
/** More of a message fits no line; it is as long as its server likes. */
const MOST_CHARACTERS = 1000

/** How far a server says that it is; what it says may be anything. */
export interface ToldProgress {
  progress: unknown
  total?: unknown
  message?: unknown
}

/** The line of a terminal that says what is waited for and for how long, as long as it lasts. */
export class StatusLine {
  readonly #terminal: Pick<Output, 'write' | 'columns'>
  #what = ''
  #told: ToldProgress | undefined
  #began = 0
  #frame = 0
  #drawn = false
  #timer: NodeJS.Timeout | undefined

  /** Writes to `terminal` past whatever erases the line for others. */
  constructor(terminal: Pick<Output, 'write' | 'columns'>) {
    this.#terminal = terminal
  }

  /** From now on `what` is waited for; quick work shows nothing. */
  begin(what: string): void {
    this.end()
    this.#what = what
    this.#told = undefined
    this.#began = performance.now()
    this.#wait(AFTER_MS)
  }

  /** What the next drawing tells of; a server may tell it as often as it likes. */
  tell(progress: ToldProgress): void {
    this.#told = progress
  }

  /** Makes room for other output; while the waiting goes on, the line comes again. */
  erase(): void {
    if (!this.#drawn) return
    this.#drawn = false
    this.#terminal.write(ERASE)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.erase()
  }

  #wait(ms: number): void {
    // It keeps no process that has nothing else to do.
    this.#timer = setTimeout(() => this.#draw(), ms).unref()
  }

  #draw(): void {
    const seconds = Math.floor((performance.now() - this.#began) / 1000)
    const frame = FRAMES[this.#frame++ % FRAMES.length]
    const words = [`${frame} ${visibleLine(this.#what)}`, `${seconds} s`, ...progressWords(this.#told)]
    // In the last cell a terminal may begin another line.
    const text = fit(words.join('  '), this.#terminal.columns - 1)
    this.#drawn = true
    this.#terminal.write(ERASE + text)
    this.#wait(EVERY_MS)
  }
}

function progressWords(told: ToldProgress | undefined): string[] {
  if (!told) return []
  const { progress, total, message } = told
  const counted = [progress, total].filter((number) => typeof number === 'number').map(rounded)
  const said = visibleLine(givenText(message).slice(0, MOST_CHARACTERS))
  return [counted.join('/'), said].filter((word) => word !== '')
}

function rounded(number: number): string {
  return String(Number(number.toFixed(2)))
}
