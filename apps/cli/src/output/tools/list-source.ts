import type { ToolSource } from '@mcpstore/core'
import { formatAge } from '../../command-line/duration.ts'

/** Where a tool list comes from and how old it is: `live`, or `cached 3m ago`; nothing where there is none. */
export function sourceWords({ source, age }: Pick<ToolSource, 'source' | 'age'>): string {
  if (source === 'none' || source === 'notLoaded') return ''
  return source === 'live' ? 'live' : `cached ${formatAge(age ?? 0)} ago`
}
