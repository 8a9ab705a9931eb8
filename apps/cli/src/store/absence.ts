import type { StoreStatus } from '@mcpstore/core'
import { visibleLine } from '../output/text/terminal-text.ts'

/** What to say before work on a dataspace of which there is nothing; no word of the default one, which begins like that. */
export function absenceWarning(
  { absent, location, namespace, dataspace }: StoreStatus,
  { writes }: { writes: boolean },
): { message: string; hint: string } | undefined {
  if (absent === 'empty') {
    return {
      message: `${location} is empty (0 bytes): if services were saved in it, they are lost`,
      hint: 'Restore it from a copy, if there is one; the next change makes it anew.',
    }
  }
  const isNamed = namespace !== 'default' || dataspace !== 'default'
  if (absent !== 'missing' || writes || !isNamed) return undefined
  return {
    message: `there is no ${visibleLine(`dataspace ${dataspace} (namespace ${namespace})`)} here`,
    hint: 'Check the name; the first change makes it.',
  }
}
