import { type Placeholder, replacePlaceholders } from '../placeholders/placeholder-syntax.ts'
import { replaceSealed } from '../placeholders/sealed-syntax.ts'

/** Texts in which placeholders stand as something that no pattern for secrets tears apart. */
export interface PlaceholderStandIns {
  putIn(text: string): string
  /** Whether a text with them is placeholders and nothing else. */
  coverAll(text: string): boolean
  /** The text with its placeholders again; `showDefault` says what stands for a default that is not empty. */
  takeOut(text: string, showDefault?: (fallback: string) => string): string
}

/** Lets placeholders pass through as `${0}`, `${1}` …, which no placeholder can look like; sealed values, too. */
export function placeholderStandIns(): PlaceholderStandIns {
  const known: (Placeholder | string)[] = []
  const keep = (one: Placeholder | string): string => `\${${known.push(one) - 1}}`
  return {
    putIn: (text) => replacePlaceholders(replaceSealed(text, keep), keep),
    coverAll: (text) => /^(?:\$\{\d+\})+$/.test(text),
    takeOut: (text, showDefault = (fallback) => fallback) =>
      text.replace(/\$\{(\d+)\}/g, (match, index: string) => {
        const one = known[Number(index)]
        if (one === undefined || typeof one === 'string') return one ?? match
        const { variable, fallback } = one
        if (fallback === undefined) return `\${${variable}}`
        return `\${${variable}:-${fallback === '' ? '' : showDefault(fallback)}}`
      }),
  }
}
