import type { ServiceSummary, ToolFilter } from '@mcpstore/core'
import { visibleLine } from './text/terminal-text.ts'

/** Which tools may be used, in words. */
export function filterText({ allow, deny }: ToolFilter): string {
  const some = allow.length > 0 ? `tools that fit ${allow.join(', ')}` : 'no tools'
  const allowed = allow.includes('*') ? 'all tools' : some
  return visibleLine(deny.length > 0 ? `${allowed}, except ${deny.join(', ')}` : allowed)
}

/** Whose a service is. */
export function scopeText(scope: ServiceSummary['scope']): string {
  return scope === 'store' ? scope : visibleLine(`agent ${scope.agent}`)
}
