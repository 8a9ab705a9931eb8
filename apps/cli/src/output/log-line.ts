import type { ServiceLogLine } from '@mcpstore/core'
import { type Output, paint, type Style } from './output.ts'
import { visibleLine, visibleText } from './terminal-text.ts'

const WIDTH = 'emergency'.length

const styles: Readonly<Record<string, Style>> = {
  warning: 'yellow',
  error: 'red',
  critical: 'red',
  alert: 'red',
  emergency: 'red',
  process: 'dim',
}

/** A line of what a service said: when, which one, heard by which process, where it said so or how serious it is, and what. */
export function logLine(
  { at, service, scope, pid, stream, level, text }: ServiceLogLine,
  output: Output,
  { isNamed }: { isNamed: boolean },
): string {
  const whose = scope === 'store' ? service : `${service} (${scope.agent})`
  const kind = visibleLine(level ?? stream)
  const words = [
    paint(output, 'dim', visibleLine(at)),
    ...(isNamed ? [visibleLine(whose)] : []),
    paint(output, 'dim', String(pid)),
    paint(output, styles[kind], kind.padEnd(WIDTH)),
    visibleText(text),
  ]
  return `${words.join('  ')}\n`
}
