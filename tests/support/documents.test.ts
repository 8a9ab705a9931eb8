import { expect, it } from 'vitest'
import { followPage } from './documents.ts'
import { readPage } from './page-steps.ts'

const fence = (info: string, ...lines: string[]): string =>
  ['', `\`\`\`${info}`, ...lines, '```', ''].join('\n')
const indent = (text: string): string => text.replaceAll('\n', '\n  ')

const complaints: [why: string, page: string, complaint: RegExp][] = [
  ['other output', fence('console', '$ echo one', 'two'), /^line 3: \$ echo one\nprints\none\n\nnot\ntwo$/],
  ['more output than shown', fence('console', '$ echo a; echo b', 'a'), /prints\na\nb/],
  ['a failing command', fence('console', '$ true', '$ sh -c "exit 3"'), /^line 4: .*\nexits with 3, not 0/],
  ['a failure that does not come', fence('console exit=3', '$ true'), /exits with 0, not 3/],
  ['an early failure', fence('console exit=1', '$ false', '$ false'), /^line 3: .*\nexits with 1, not 0/],
  ['a js block that throws', fence('js', "throw new Error('no')"), /exits with 1, not 0\n[\s\S]*Error: no/],
  ['an import of nothing', fence('js', "import '@mcpstore/nothing'"), /ERR_MODULE_NOT_FOUND/],
  [
    'a command that never ends',
    fence('console', '$ sleep 60', '$ true'),
    /^line 3: .*\ndid not come to its end/,
  ],
  ['broken shell code', fence('console', '$ if true'), /did not come to its end/],
  ['a broken JSON block', fence('json', '{ "a": }'), /^line 3: .*JSON/],
  ['a block that hides', fence('bash', 'mcpstore add x'), /a bash block cannot be run/],
  ['a program that is not run', fence('js title="a.mjs"', '1'), /no command runs a\.mjs/],
  ['a mark that means nothing', fence('js norun', '1'), /"norun" means nothing/],
  ['text before the first command', fence('console', 'one', '$ echo one'), /no command yet/],
]

it.each(complaints)('the document runner complains of %s', async (_why, page, complaint) => {
  expect((await followPage(page, { limit: 1_000 })).join('\n')).toMatch(complaint)
})

it('a page is followed as one session', async () => {
  const page = [
    fence('json title="mcp.json"', '{ "a": 1 }'),
    fence(
      'js',
      "import { readFileSync } from 'node:fs'",
      "if (JSON.parse(readFileSync('mcp.json')).a !== 1) throw 1",
    ),
    fence('console', '$ cat mcp.json', '{ "a": 1 }', '', '$ export GREETING=hello; mkdir sub; cd sub'),
    `- in a list${indent(fence('console', '$ echo $GREETING \\', '  from $(basename "$PWD")', 'hello from …'))}`,
    fence('console', '$ echo a; echo b; echo c; echo "d 12 ms"; echo e >&2', 'a', '…', 'd … ms', 'e'),
    fence('console exit=2', '$ true', '$ (exit 2)'),
    fence('js title="told.mjs"', "console.log('told')"),
    fence('console', '$ node told.mjs', 'told', '$ ls -d "$HOME"', '…/home'),
    fence('bash no-run', 'rm -rf /'),
    fence('text', 'anything'),
  ].join('\n')
  expect(await followPage(page)).toEqual([])
  expect(readPage(page).notRun).toEqual(['rm -rf /'])
})

it('the published servers are started from the installed copies, all else is left to npx', async () => {
  const everything = 'npx -y @modelcontextprotocol/server-everything no-such-transport'
  const page = fence(
    'console exit=1',
    '$ npx --version',
    '…',
    `$ ${everything}`,
    '…',
    'Unknown transport: …',
    '…',
  )
  expect(await followPage(page)).toEqual([])
})
