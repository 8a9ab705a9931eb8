import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { followPage } from '../support/documents.ts'
import { workspaceRoot } from '../support/modules.ts'
import { readPage } from '../support/page-steps.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const docs = readdirSync(`${workspaceRoot}docs`).filter((name) => name.endsWith('.md'))
const pages = ['README.md', ...docs.map((name) => `docs/${name}`)]
const read = (page: string): string => readFileSync(workspaceRoot + page, 'utf8')

/** Links within the project that lead nowhere. */
function deadLinks(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
  return links
    .filter((link) => !/^[a-z]+:/.test(link) && !isThere(page, link))
    .map((link) => `${page}: ${link}`)
}

function isThere(page: string, link: string): boolean {
  const [path, heading] = link.split('#') as [string, string?]
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(workspaceRoot + target)) return false
  return heading === undefined || headings(read(target)).includes(heading)
}

/** As they are called in links. */
function headings(text: string): string[] {
  const lines = text.matchAll(/^#+ (.+)$/gm)
  return [...lines].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

// Commands that build mcpstore itself, and the checks that this test is one of.
const notRun = [
  'README.md: $ npm start',
  'README.md: $ npm run setup',
  "docs/sign-in.md: import { setupStore } from '@mcpstore/core'",
]

// Pages that speak of this address are followed with a private server in its place.
const redisAddress = 'localhost:6379'
const [withRedis, others] = [true, false].map((uses) =>
  pages.filter((page) => read(page).includes(redisAddress) === uses),
) as [string[], string[]]

it.each(others)(
  'what %s says is so',
  async (page) => {
    expect((await followPage(read(page))).join('\n\n')).toBe('')
  },
  90_000,
)

it.skipIf(!hasRedisServer).each(withRedis)(
  'what %s says is so, with Redis',
  async (page) => {
    await using redis = await startRedis()
    const text = read(page).replaceAll(redisAddress, `127.0.0.1:${redis.port}`)
    expect((await followPage(text)).join('\n\n')).toBe('')
  },
  90_000,
)

it('every link of a page leads to a page, and to a heading, that there is', () => {
  const written = [...pages, 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']
  expect(written.flatMap((page) => deadLinks(page))).toEqual([])
})

it('the pages are tried out, but for a few blocks', () => {
  expect(pages.flatMap((page) => readPage(read(page)).notRun.map((line) => `${page}: ${line}`))).toEqual(
    notRun,
  )
})

it('README.md has something to try out', () => {
  expect(readPage(read('README.md')).steps.length).toBeGreaterThan(3)
})
