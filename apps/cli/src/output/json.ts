import type { Output } from './output.ts'

/** As `visibleText` has them, without those that JSON escapes itself. */
const unsafe = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * Exact JSON that is also safe on a terminal: JSON itself escapes the control characters below space, and those
 * above, with the marks that reorder what is read, are escaped here, which reads back as the same text.
 */
export function toJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent)
  return json.replace(unsafe, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Writes the one document that `--json` puts on stdout. */
export function writeJson(output: Output, value: unknown): void {
  output.write(`${toJson(value, 2)}\n`)
}
