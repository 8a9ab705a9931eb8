import { nearest } from '../../near.ts'

/** One word that is looked for. */
export interface SearchWord {
  /** As it was written, in small letters. */
  word: string
  /** What its forms have in common, or other words that are near it: one of them has to be there. */
  stems: readonly string[]
}

/** How well a tool fits; smaller is better, from the first number on. */
export type Fit = readonly [places: number, forms: number]

const ENDINGS = /^(\p{L}{3,}?)(?:ies|es|ing|ed|s)$/u
/** Only the beginnings of English words are compared; `class` and `status` are no plurals. */
const NO_PLURAL = /(?:ss|us|is)$/
const MOST_WORDS = 16

/** The words of a text that is searched for, each once, at most 16. */
export function searchWords(text: string): SearchWord[] {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return [...new Set(words)].slice(0, MOST_WORDS).map((word) => ({ word, stems: [stemOf(word)] }))
}

function stemOf(word: string): string {
  return NO_PLURAL.test(word) ? word : (ENDINGS.exec(word)?.[1] ?? word)
}

/** Finds out whether a text has the word, wherever that stands in it. */
export function patternOf({ stems }: SearchWord): RegExp {
  return new RegExp(stems.join('|'), 'iu')
}

/**
 * How well a tool fits: above all by where its parts have the words, then by how exactly. `undefined` unless it has all of them.
 * Parts are asked for one after the other, as far as that is needed.
 */
export function fitOf(words: readonly SearchWord[], parts: Iterable<string>): Fit | undefined {
  let places = 0
  let forms = 0
  let left = words
  let place = 0
  for (const part of parts) {
    const lower = part.toLowerCase()
    left = left.filter((word) => {
      const form = formIn(part, lower, word)
      if (form === undefined) return true
      places += place
      forms += form
      return false
    })
    if (left.length === 0) return [places, forms]
    place++
  }
  return undefined
}

/** 0 for the word itself, 1 for one that begins like it, 2 for one that holds it. */
function formIn(part: string, lower: string, { word, stems }: SearchWord): number | undefined {
  let best: number | undefined
  for (const stem of stems) {
    for (let at = lower.indexOf(stem); at !== -1; at = lower.indexOf(stem, at + 1)) {
      const form = !beginsAt(part, at)
        ? 2
        : lower.startsWith(word, at) && endsAt(part, at + word.length)
          ? 0
          : 1
      if (best === undefined || form < best) best = form
      if (best === 0) return 0
    }
  }
  return best
}

const LETTER = /[\p{L}\p{N}]/u
const HUMP = /\p{Ll}\p{Lu}/u

function beginsAt(text: string, at: number): boolean {
  return at === 0 || !LETTER.test(text[at - 1]!) || HUMP.test(text.slice(at - 1, at + 1))
}

function endsAt(text: string, at: number): boolean {
  return at >= text.length || beginsAt(text, at) || !LETTER.test(text[at]!)
}

/** Those words of `names` that are a few slips of the finger away from a word that is nowhere; none for a short word. */
export function nearWord({ word }: SearchWord, names: Iterable<string>): SearchWord | undefined {
  if (word.length < 4) return undefined
  const known = new Set<string>()
  for (const name of names) for (const part of partsOf(name)) if (part.length > 2) known.add(part)
  const stems = nearest(word, [...known].sort(), 3)
  return stems[0] === undefined ? undefined : { word: stems[0], stems }
}

/** The words of a name, `camelCase` too. */
function partsOf(name: string): string[] {
  const spaced = name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase()
  return spaced.match(/[\p{L}\p{N}]+/gu) ?? []
}
