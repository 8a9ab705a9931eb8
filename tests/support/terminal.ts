import { text } from 'node:stream/consumers'
import type { Box } from './box.ts'
import { program } from './mcpstore.ts'

/** What the built program shows on a terminal of its own, so many cells wide. Needs the `script` of util-linux. */
export async function shownOnTerminal(
  box: Box,
  argv: readonly string[],
  { columns, color = false }: { columns: number; color?: boolean },
): Promise<string> {
  const words = [process.execPath, program, ...argv].map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  const line = `stty cols ${columns}; ${words.join(' ')}`
  const env = box.environment({ TERM: 'xterm', ...(!color && { NO_COLOR: '1' }) })
  const child = box.spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { env })
  child.stdin!.end()
  return (await text(child.stdout!)).replaceAll('\r\n', '\n')
}
