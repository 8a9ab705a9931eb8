import { displayWidth } from './terminal-text.ts'

/** In fewer cells than these a terminal's own way to break lines is as good. */
const FEWEST_CELLS = 24

/** The text in lines of at most that many cells of a terminal, broken between words; a word that is longer stays whole. */
export function wrapped(text: string, cells: number): string[] {
  if (cells < FEWEST_CELLS || displayWidth(text) <= cells) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && displayWidth(longer) > cells) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
