import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { mcpstore } from '../support/mcpstore.ts'
import { hasShell, type ShellName, typed } from '../support/shells.ts'

const TAB = '\t'
const everything = new URL(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'))
  .pathname

/** What is typed, and what the program is given. */
const lines: readonly [string, string[]][] = [
  [`mcpstore agen${TAB}`, ['agents']],
  [`A=1 mcpstore agen${TAB}`, ['agents']],
  [`mcpstore list --js${TAB}`, ['list', '--json']],
  [`mcpstore list --policy=st${TAB}`, ['list', '--policy=strict']],
  [`mcpstore list --policy me${TAB}`, ['list', '--policy', 'memory']],
  [`mcpstore remove --agent res${TAB}ever${TAB}`, ['remove', '--agent', 'researcher', 'everything']],
  [`mcpstore remove ever${TAB}`, ['remove', 'everything']],
  [`mcpstore remove the${TAB}`, ['remove', 'the weather']],
  [`mcpstore remove the\\ we${TAB}`, ['remove', 'the weather']],
  [`mcpstore remove "the we${TAB}`, ['remove', 'the weather']],
  [`mcpstore remove 'the we${TAB}`, ['remove', 'the weather']],
  [`mcpstore remove it${TAB}`, ['remove', "it's $x"]],
  [`mcpstore remove te${TAB}`, ['remove', 'team:b']],
  [`mcpstore remove team:${TAB}`, ['remove', 'team:b']],
  [`mcpstore remove me@${TAB}`, ['remove', 'me@example.com']],
  [`mcpstore remove me@ex${TAB}`, ['remove', 'me@example.com']],
  [`mcpstore remove zü${TAB}`, ['remove', 'zürich']],
  [
    `mcpstore use-tool ever${TAB}get-su${TAB}a${TAB}19 b${TAB}23`,
    ['use-tool', 'everything/get-sum', 'a=19', 'b=23'],
  ],
  [`mcpstore use-tool my${TAB}get-su${TAB}a${TAB}1`, ['use-tool', 'my own/get-sum', 'a=1']],
  [`mcpstore use-tool 'my own/get-su${TAB} a${TAB}1`, ['use-tool', 'my own/get-sum', 'a=1']],
  [
    `mcpstore use-tool everything/get-str${TAB}lo${TAB}New${TAB}`,
    ['use-tool', 'everything/get-structured-content', 'location=New York'],
  ],
  [
    `mcpstore use-tool everything/get-structured-content location=New\\ ${TAB}`,
    ['use-tool', 'everything/get-structured-content', 'location=New York'],
  ],
  [
    `mcpstore use-tool everything/echo message=@som${TAB}`,
    ['use-tool', 'everything/echo', 'message=@some config.json'],
  ],
  [
    `mcpstore use-tool everything/echo --args @som${TAB}`,
    ['use-tool', 'everything/echo', '--args', '@some config.json'],
  ],
  [`mcpstore add som${TAB}`, ['add', 'some config.json']],
  [`mcpstore list --home=som${TAB}`, ['list', '--home=some config.json']],
  [`mcpstore nothing-like-it${TAB}`, ['nothing-like-it']],
]

describe.each<ShellName>(['bash', 'zsh', 'fish'])('a real %s', (shell) => {
  it.runIf(hasShell(shell))(
    'completes commands, options, services, tools, arguments and files from the shared lists, and starts nothing',
    { timeout: 60_000 },
    async () => {
      await using box = new Box()
      const started = box.path('started')
      const run = ['sh', '-c', `echo x >> '${started}'; exec '${process.execPath}' '${everything}' stdio`]
      for (const name of ['everything', 'my own']) await mcpstore(box, ['add', name, '--', ...run])
      for (const name of ['the weather', "it's $x", 'team:b', 'me@example.com', 'zürich']) {
        await mcpstore(box, ['add', name, 'https://example.com/mcp'])
      }
      await mcpstore(box, ['assign', 'everything', '--agent', 'researcher'])
      await mcpstore(box, ['list-tools'])
      box.write('some config.json', '{}')
      const given = await typed(
        box,
        shell,
        lines.map(([line]) => line),
      )
      expect(given).toEqual(lines.map(([, words]) => words))
      expect(readFileSync(started, 'utf8')).toBe('x\nx\n')
    },
  )
})
