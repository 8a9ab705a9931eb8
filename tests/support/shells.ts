import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Box } from './box.ts'
import { program } from './mcpstore.ts'

export type ShellName = 'bash' | 'zsh' | 'fish'

/** How each is started without anybody's settings, and what makes it complete, as the page about the command line says. */
const shells: Record<ShellName, { command: string; begin: string }> = {
  bash: { command: 'bash --norc --noprofile -i', begin: 'source <(mcpstore completion bash)' },
  zsh: {
    command: 'zsh -f -i',
    begin:
      'mcpstore completion zsh > bin/_mcpstore; fpath=(~/bin $fpath); autoload -Uz compinit; compinit -D',
  },
  fish: { command: 'fish --no-config -i', begin: 'mcpstore completion fish | source' },
}

/** Whether it can be tried here: on Linux, with the shell. With CI=true a missing one is not skipped, but fails. */
export function hasShell(name: ShellName): boolean {
  if (process.platform !== 'linux') return false
  return process.env['CI'] === 'true' || spawnSync(name, ['--version']).status === 0
}

/** Types lines in a real shell on a terminal of its own, and answers the words that the program was given by each. */
export async function typed(box: Box, shell: ShellName, lines: readonly string[]): Promise<string[][]> {
  // Stands in for the program: completes like it, and notes what it is called with.
  const calls = box.path('calls')
  writeFileSync(
    box.write('bin/mcpstore', '', 0o755),
    `#!/bin/sh
if [ "$1" = completion ]; then exec '${process.execPath}' '${program}' "$@"; fi
for word; do printf '%s\\0' "$word"; done >> '${calls}'
echo >> '${calls}'
`,
  )
  const { command, begin } = shells[shell]
  const path = `${box.path('bin')}:${process.env['PATH']}`
  const terminal = box.spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: box.environment({ PATH: path, TERM: 'xterm', LANG: 'C.UTF-8' }),
  })
  terminal.stdout!.resume()
  for (const line of [begin, ...lines, 'exit']) terminal.stdin!.write(`${line}\n`)
  await once(terminal, 'close')
  return (existsSync(calls) ? readFileSync(calls, 'utf8') : '')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\0').slice(0, -1))
}
