import type { Output } from './output.ts'

const c1 = /[\u007f-\u009f]/g

/**
 * Exact JSON that is also safe on a terminal: JSON itself escapes the control characters below space, and the
 * few above are escaped here, which reads back as the same text.
 */
export function toJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent)
  return json.replace(c1, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}

/** Writes the one document that `--json` puts on stdout. */
export function writeJson(output: Output, value: unknown): void {
  output.write(`${toJson(value, 2)}\n`)
}
