import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { followPage } from '../support/documents.ts'
import { workspaceRoot } from '../support/modules.ts'
import { readPage } from '../support/page-steps.ts'
import { hasRedisServer, startRedis } from '../support/redis-server.ts'

const docs = readdirSync(`${workspaceRoot}docs`).filter((name) => name.endsWith('.md'))
const pages = ['README.md', ...docs.map((name) => `docs/${name}`)]
const read = (page: string): string => readFileSync(workspaceRoot + page, 'utf8')

// Commands that build mcpstore itself, and the checks that this test is one of.
const notRun = ['README.md: $ npm start', 'README.md: $ npm run setup']

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

it('the pages are tried out, but for a few blocks', () => {
  expect(pages.flatMap((page) => readPage(read(page)).notRun.map((line) => `${page}: ${line}`))).toEqual(
    notRun,
  )
})

it('README.md has something to try out', () => {
  expect(readPage(read('README.md')).steps.length).toBeGreaterThan(3)
})
