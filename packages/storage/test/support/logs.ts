import type { Logger } from '@mcpstore/storage'

/** A logger that keeps what it was told, as `level line`. */
export function keepingLogger(): Logger & { lines: string[] } {
  const lines: string[] = []
  const keep = (level: string) => (line: string) => void lines.push(`${level} ${line}`)
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
}
