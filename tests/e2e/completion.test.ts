import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { mcpstore, program } from '../support/mcpstore.ts'

const TAB = '\t'
const everything = new URL(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'))
  .pathname

/** Types lines in a real bash on a terminal of its own, and answers the words that the program was given by each. */
async function typed(box: Box, lines: readonly string[]): Promise<string[][]> {
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
  const bash = box.spawn(
    'script',
    ['--quiet', '--return', '--command', 'bash --norc --noprofile -i', '/dev/null'],
    {
      env: box.environment({ PATH: `${box.path('bin')}:${process.env['PATH']}`, TERM: 'dumb' }),
    },
  )
  bash.stdout!.resume()
  bash.stdin!.write('source <(mcpstore completion bash)\n')
  for (const line of lines) bash.stdin!.write(`${line}\n`)
  bash.stdin!.write('exit\n')
  await once(bash, 'close')
  const { readFileSync } = await import('node:fs')
  return readFileSync(calls, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\0').slice(0, -1))
}

it.runIf(process.platform === 'linux' && existsSync('/usr/bin/bash'))(
  'a real bash completes commands, options, services, tools and arguments from the shared lists, and starts nothing',
  async () => {
    await using box = new Box()
    await mcpstore(box, ['add', 'everything', '--', process.execPath, everything, 'stdio'])
    await mcpstore(box, ['add', 'the weather', 'https://example.com/mcp'])
    await mcpstore(box, ['list-tools', 'everything'])
    box.write('some config.json', '{}')
    const lines: [string, string[]][] = [
      [`mcpstore agen${TAB}`, ['agents']],
      [`mcpstore list --js${TAB}`, ['list', '--json']],
      [`mcpstore list --policy=st${TAB}`, ['list', '--policy=strict']],
      [`mcpstore list --policy me${TAB}`, ['list', '--policy', 'memory']],
      [`mcpstore remove ever${TAB}`, ['remove', 'everything']],
      [`mcpstore remove the${TAB}`, ['remove', 'the weather']],
      [
        `mcpstore use-tool ever${TAB}get-su${TAB}a${TAB}19 b${TAB}23`,
        ['use-tool', 'everything/get-sum', 'a=19', 'b=23'],
      ],
      [
        `mcpstore use-tool everything/get-str${TAB}lo${TAB}New${TAB}`,
        ['use-tool', 'everything/get-structured-content', 'location=New York'],
      ],
      [`mcpstore add som${TAB}`, ['add', 'some config.json']],
      [`mcpstore nothing-like-it${TAB}`, ['nothing-like-it']],
    ]
    expect(
      await typed(
        box,
        lines.map(([line]) => line),
      ),
    ).toEqual(lines.map(([, words]) => words))
  },
)
