import { commandInText } from '../../command-line/command-in-text.ts'
import { displayWidth, visibleText } from './terminal-text.ts'

/** In fewer cells than these a terminal's own way to break lines is as good. */
export const FEWEST_FOR_TEXT = 24

/** What is never broken, with the blanks before it: a word, and a command, which could not be pasted any more. */
const unbroken = new RegExp(`\\s*(?:[("]?${commandInText}[.,;)"]*|\\S+)`, 'g')

/** The text in lines of at most that many cells of a terminal, all as far from the edge; what is longer by itself stays whole. */
export function wrapped(text: string, cells: number, pieces: RegExp = unbroken): string[] {
  if (cells < FEWEST_FOR_TEXT || displayWidth(text) <= cells) return [text]
  const edge = /^ */.exec(text)![0]
  const lines: string[] = []
  let line = ''
  for (const [piece] of text.trimEnd().matchAll(pieces)) {
    const longer = line + piece
    if (line !== '' && displayWidth(longer.trimEnd()) > cells) {
      lines.push(line.trimEnd())
      line = edge + piece.trimStart()
    } else line = longer
  }
  return [...lines, line.trimEnd()]
}

/** A text of several lines, safe to show, each of them in lines of at most that many cells. */
export function linesWithin(text: string, cells: number): string[] {
  return visibleText(text.trimEnd())
    .split('\n')
    .flatMap((line) => wrapped(line, cells))
}
