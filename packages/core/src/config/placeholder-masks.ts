import { type Placeholder, replacePlaceholders } from './placeholder-syntax.ts'
import { replaceSealed } from './sealed-syntax.ts'

/** Texts in which placeholders stand as something that no pattern for secrets tears apart. */
export interface PlaceholderMasks {
  mask(text: string): string
  /** Whether a masked text is placeholders and nothing else. */
  coverAll(masked: string): boolean
  /** The text with its placeholders again; `showDefault` says what stands for a default that is not empty. */
  unmask(masked: string, showDefault?: (fallback: string) => string): string
}

/** Lets placeholders pass through as `${0}`, `${1}` …, which no placeholder can look like; sealed values, too. */
export function maskPlaceholders(): PlaceholderMasks {
  const known: (Placeholder | string)[] = []
  const keep = (one: Placeholder | string): string => `\${${known.push(one) - 1}}`
  return {
    mask: (text) => replacePlaceholders(replaceSealed(text, keep), keep),
    coverAll: (masked) => /^(?:\$\{\d+\})+$/.test(masked),
    unmask: (masked, showDefault = (fallback) => fallback) =>
      masked.replace(/\$\{(\d+)\}/g, (match, index: string) => {
        const one = known[Number(index)]
        if (one === undefined || typeof one === 'string') return one ?? match
        const { variable, fallback } = one
        if (fallback === undefined) return `\${${variable}}`
        return `\${${variable}:-${fallback === '' ? '' : showDefault(fallback)}}`
      }),
  }
}
