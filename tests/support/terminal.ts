import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Box } from './box.ts'
import { program, type RunOptions } from './mcpstore.ts'

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
  return (await text(child.stdout!)).replaceAll('\r\n', '\n').replaceAll(statusLine, '')
}

/** The line of a command that takes a while, from its first drawing to its end; a slow machine makes one of any. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is drawn with
const statusLine = /(?:\r\u001b\[K[\u2800-\u28ff] [^\r\u001b]*)+\r\u001b\[K/g

/** What to type, or to do, once the text is shown, each once and in this order. */
export type Answer = readonly [at: string, keys: string | ((shown: string) => Promise<string> | undefined)]

/** Runs the built program on a terminal of its own, and answers the exit code and what was shown. */
export async function onTerminal(
  box: Box,
  argv: readonly string[],
  answers: readonly Answer[],
  { env = {}, cwd = box.folder }: Pick<RunOptions, 'env' | 'cwd'> = {},
): Promise<{ exit: number; shown: string }> {
  const line = [process.execPath, program, ...argv].map((word) => `'${word}'`).join(' ')
  const terminal = box.spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: box.environment({ NO_COLOR: '1', COLUMNS: '200', ...env }),
    cwd,
  })
  let shown = ''
  let read = 0
  const left = [...answers]
  terminal.stdout!.on('data', (chunk) => {
    shown += chunk
    for (let next = left[0]; next && shown.indexOf(next[0], read) >= 0; next = left[0]) {
      read = shown.indexOf(next[0], read) + next[0].length
      const keys = typeof next[1] === 'string' ? next[1] : next[1](shown)
      if (typeof keys === 'string') terminal.stdin!.write(keys)
      else void keys?.then((text) => terminal.stdin!.write(text))
      left.shift()
    }
  })
  const [exit] = await once(terminal, 'close')
  return { exit, shown: shown.replaceAll('\r', '') }
}
