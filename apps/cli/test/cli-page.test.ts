import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { commandTable } from '../src/command-line/command-table.ts'
import { options } from '../src/command-line/options.ts'
import { exitCodes } from '../src/failures/exit-codes.ts'

const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8')

it('the page shows every command with its names, and every form of it', () => {
  for (const { name, aliases, usage } of commandTable) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}`)) ?? ''
    for (const alias of aliases) expect(row, name).toContain(`\`${alias}\``)
    if (usage.length > 1) for (const form of usage) expect(page).toContain(`mcpstore ${form}`)
  }
})

it('the page names every option, and no other', () => {
  const named = [...page.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name)
  expect(new Set(named)).toEqual(new Set([...Object.keys(options), 'option']))
})

it('the page says which error code ends with which exit code', () => {
  const rows = [...page.matchAll(/^\| (\d+) \|.*\| (.*) \|$/gm)]
  const told = rows.flatMap(([, exit, codes = '']) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => [code, Number(exit)] as const),
  )
  expect(Object.fromEntries(told)).toEqual(exitCodes)
})

it('every command has a schema of its JSON, and no other has', async () => {
  const folder = new URL('../../../docs/cli-json/', import.meta.url)
  const named = (await readdir(folder)).map((file) => file.replace(/\.json$/, ''))
  const commands = commandTable.map(({ name }) => name)
  expect(named.sort()).toEqual([...commands, 'failure', 'shared', 'warning'].sort())
})
