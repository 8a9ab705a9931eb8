import type { ToolChanges } from '@mcpstore/core'
import { visibleLine } from '../text/terminal-text.ts'

/** How many names of each kind stand in one line. */
const MOST_NAMED = 5

/** Which tools are not what they were, as `changed a, b; added c`. */
export function changesText(changes: ToolChanges): string {
  const kinds = (['changed', 'added', 'removed'] as const).filter((kind) => changes[kind].length > 0)
  return kinds.map((kind) => `${kind} ${namesOf(changes[kind])}`).join('; ')
}

function namesOf(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
  return `${names.slice(0, MOST_NAMED).map(visibleLine).join(', ')}${more}`
}
