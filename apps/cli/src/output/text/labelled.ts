import { type Output, paint, type Style } from '../output.ts'
import { linesWithin } from './wrapped.ts'

const styles = {
  error: 'red',
  failed: 'red',
  unknown: 'red',
  warning: 'yellow',
  hint: 'dim',
} as const satisfies Record<string, Style>

/** What a text on stderr is: what went wrong, or what to do about it. */
export type Label = keyof typeof styles

/**
 * A text behind its label. Each line of it begins where the first does, those too that a terminal is too narrow for; `beneath`
 * is the label of the text above it, which it begins in one column with.
 */
export function labelled(output: Output, label: Label, text: string, beneath: Label = label): string {
  const width = `${beneath}: `.length
  const head = paint(output, styles[label], `${label}:`.padEnd(width - 1))
  return linesWithin(text, output.columns - width)
    .map((line, at) => `${at === 0 ? `${head} ` : line && ' '.repeat(width)}${line}\n`)
    .join('')
}
