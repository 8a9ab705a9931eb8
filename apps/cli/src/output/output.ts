/** A stream to write to, and what may be written there. */
export interface Output {
  write(text: string): void
  /** Width of the terminal in cells; infinite where the output is no terminal. */
  columns: number
  /** Whether colours are wanted. */
  color: boolean
  /** Whether it is a terminal on which what was written can be written anew. */
  redraws: boolean
}

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const

export type Style = keyof typeof styles

/** The text in that style, or as it is where the output takes no colours. */
export function paint(output: Pick<Output, 'color'>, style: Style | undefined, text: string): string {
  return output.color && style && text !== '' ? `\u001b[${styles[style]}m${text}\u001b[0m` : text
}
