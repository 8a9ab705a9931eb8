import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ignoredFields, refusedFields } from '../src/config/editor-fields.ts'
import { spellings } from '../src/config/field-spellings.ts'
import { parseServices } from '../src/config/parse.ts'

const page = await readFile(new URL('../../../docs/config-files.md', import.meta.url), 'utf8')
const section = (title: string): string => page.split(/^## /m).find((text) => text.startsWith(title)) ?? ''
const words = (text: string): string[] => [...text.matchAll(/`([A-Za-z_]+)`/g)].map(([, word]) => word!)
const blocks = [...page.matchAll(/^```json( title="refused.json")?\n(.*?)^```$/gms)].map(
  ([, refused, text]) => ({
    refused,
    text: text!,
  }),
)

describe('docs/config-files.md', () => {
  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(6)
  })

  it.each(blocks)('tells the truth in $text', async ({ refused, text }) => {
    const { services, failures } = await parseServices(text, { cwd: '/project' })
    expect(services.length > 0).toBe(refused === undefined)
    expect(failures.length > 0).toBe(refused !== undefined)
  })

  it('names the fields that are known, ignored and refused', () => {
    const table = section('Fields')
      .split('\n')
      .filter((line) => line.startsWith('|'))
    const known = table.flatMap((line) => words(line.split('|').slice(1, 3).join('|')))
    expect(known.sort()).toEqual([...spellings.keys()].sort())

    const ignored = section('What is ignored')
      .split('\n')
      .slice(4)
      .flatMap(words)
      .filter((word) => word !== '_')
    expect(ignored.sort()).toEqual([...ignoredFields].sort())
    const refused = words(
      /those that hide tools \(.*?`registryUrl`/s.exec(section('What is refused'))?.[0] ?? '',
    )
    expect(refused.sort()).toEqual([...refusedFields.keys()].sort())
  })
})
