import type { BackendKind, Durability } from '@mcpstore/core'
import { visibleLine } from './text/terminal-text.ts'

/** Where what was written is. */
export function savedText({
  durable,
  configured,
  location,
}: {
  durable: Durability
  configured: BackendKind
  location: string | null
}): string {
  if (durable === 'redis') return 'saved in Redis'
  return configured === 'sqlite' && location ? `saved in ${visibleLine(location)}` : 'saved on this machine'
}
