import { toJson } from '../json.ts'

/**
 * Control characters, which may drive a terminal, and the marks that reverse or reorder what is read.
 * Tab and line feed stay.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const mark = /\p{Mark}|\p{Cf}/u
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Text from a server or a config, safe to show: control characters become visible. Lines stay lines. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unsafe, escapeCharacter)
}

/** The same in one line: line breaks and tabs become spaces. */
export function visibleLine(text: string): string {
  return visibleText(text.trim().replace(/\s*[\r\n\t]\s*/g, ' '))
}

/** What a server gave where a text belongs: servers give other things too, and none of them hides what else there is. */
export function givenText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : toJson(value)
}

/** The first line of a text that has some, safe to show. */
export function firstLine(text: string): string {
  return visibleLine(text.trim().split(/\r?\n/, 1)[0] ?? '')
}

/** How many cells of a terminal the text takes. */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) width += mark.test(character) ? 0 : wide.test(character) ? 2 : 1
  return width
}

/** The text cut to that many cells, with an ellipsis where something was cut off. */
export function fit(text: string, cells: number): string {
  if (displayWidth(text) <= cells) return text
  let kept = ''
  let width = 0
  for (const character of text) {
    width += displayWidth(character)
    if (width > cells - 1) break
    kept += character
  }
  return cells < 1 ? '' : `${kept}…`
}
