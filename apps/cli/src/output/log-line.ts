import type { ServiceLogLine } from '@mcpstore/core'
import { type Output, paint, type Style } from './output.ts'
import { displayWidth, visibleLine, visibleText } from './text/terminal-text.ts'

const WIDTH = 'emergency'.length

const styles: Readonly<Record<string, Style>> = {
  warning: 'yellow',
  error: 'red',
  critical: 'red',
  alert: 'red',
  emergency: 'red',
  process: 'dim',
}

/**
 * Lines of what services said: when, which one, heard by which process, where it said so or how serious it is, and what. What is
 * shown together is in columns.
 */
export function logLines(
  lines: readonly ServiceLogLine[],
  output: Output,
  { isNamed }: { isNamed: boolean },
): string {
  const widest = (of: (line: ServiceLogLine) => string): number =>
    lines.reduce((most, line) => Math.max(most, displayWidth(of(line))), 0)
  const nameWidth = widest(whose)
  const pidWidth = widest(({ pid }) => String(pid))
  return lines
    .map((line) => {
      const name = whose(line)
      const kind = visibleLine(line.level ?? line.stream)
      const words = [
        paint(output, 'dim', visibleLine(line.at)),
        ...(isNamed ? [name + ' '.repeat(nameWidth - displayWidth(name))] : []),
        paint(output, 'dim', String(line.pid).padStart(pidWidth)),
        paint(output, styles[kind], kind.padEnd(WIDTH)),
        visibleText(line.text),
      ]
      return `${words.join('  ')}\n`
    })
    .join('')
}

function whose({ service, scope }: ServiceLogLine): string {
  return visibleLine(scope === 'store' ? service : `${service} (${scope.agent})`)
}
