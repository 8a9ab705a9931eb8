import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { exitCodes } from '../src/failures/exit-codes.ts'

it('docs/errors.md has every code with its exit code, and no other', async () => {
  const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \|.*\| (\d+) \|/gm)].map(([, code, exit]) => [
    code,
    Number(exit),
  ])
  expect(Object.fromEntries(rows)).toEqual(exitCodes)
})
