import type { OptionValues } from '../command-line/options.ts'

/** A stream to write to, and what may be written there. */
export interface Output {
  write(text: string): void
  /** Width of the terminal in cells; infinite where the output is no terminal. */
  columns: number
  /** Whether colours are wanted. */
  color: boolean
  /** Whether it is a terminal on which what was written can be written anew. */
  redraws: boolean
  /** Whether only results and errors are wanted. */
  isQuiet?: boolean
  /** The options of the command line: a command that a hint names is about the same dataspace. */
  place?: OptionValues
}

/** The same output where only results and errors are wanted, or hints are about a place. */
export function outputWith(output: Output, more: Pick<Output, 'isQuiet' | 'place'>): Output {
  return {
    write: (text) => output.write(text),
    get columns() {
      return output.columns
    },
    color: output.color,
    redraws: output.redraws,
    ...more,
  }
}

/** Writes what is neither a result nor an error: what was done, that there is nothing, what may be done next. */
export function writeNote(output: Output, text: string): void {
  if (!output.isQuiet) output.write(text)
}

/** Writes what whoever is asked has to see; where it `isDecided` already nobody is, and it is a note. */
export function writeToDecide(output: Output, text: string, isDecided: boolean): void {
  if (isDecided) writeNote(output, text)
  else output.write(text)
}

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const

export type Style = keyof typeof styles

/** The text in that style, or as it is where the output takes no colours. */
export function paint(output: Pick<Output, 'color'>, style: Style | undefined, text: string): string {
  return output.color && style && text !== '' ? `\u001b[${styles[style]}m${text}\u001b[0m` : text
}
