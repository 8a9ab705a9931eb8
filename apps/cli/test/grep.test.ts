import type { ToolSearch } from '@mcpstore/core'
import { expect, it } from 'vitest'
import { cached, fakeTool, run } from './fakes.ts'

const found: ToolSearch = {
  tools: [
    fakeTool('files', 'read', { annotations: { readOnlyHint: true } }),
    fakeTool('web', 'fetch', { description: 'Reads \u001b[31mpages.' }),
  ],
  total: 2,
  near: [],
  services: [cached('files', { stale: true }), cached('web', { age: 5000 })],
}
const unlisted = cached('docs', {
  source: 'none',
  fetchedAt: null,
  age: null,
  error: { code: 'not_listed', message: 'not known here' },
})
const finding = (changes: Partial<ToolSearch> = {}) => ({
  services: { searchTools: async () => ({ ...found, ...changes }) },
})
const nothing = { tools: [], total: 0 }

it('shows what fits in its order, each with how old its list is', async () => {
  const { exit, stdout, stderr, calls } = await run(['grep', 'read', 'page'], finding())
  expect({ exit, stderr, asked: calls['searchTools'] }).toEqual({
    exit: 0,
    stderr: '',
    asked: [['read page', {}]],
  })
  expect(stdout).toMatchInlineSnapshot(`
    "files/read()  [read-only]  cached 3m ago, stale
          What read does.
    web/fetch()  cached 5s ago
          Reads \\x1b[31mpages.
    "
  `)
  expect((await run(['search', 'read', 'page'], finding())).stdout).toBe(stdout)
  const listed = await run(['list-tools', 'web', '--search', 'read page', '--limit', '5'], finding())
  expect(listed.stdout).toBe(stdout)
  expect(listed.calls['searchTools']).toEqual([['read page', { limit: 5, service: 'web' }]])
})

it('says what else there is, and what was looked for instead', async () => {
  const more = {
    total: 9,
    near: [{ word: 'raed', instead: ['read', 'bread'] }],
    services: [...found.services, unlisted],
  }
  const { exit, stderr } = await run(['grep', 'raed'], finding(more))
  expect(exit).toBe(0)
  expect(stderr).toMatchInlineSnapshot(`
    "warning: nothing has "raed"; this was looked for: read, bread
    warning: 2 of 9 tools that fit are shown
    hint:    See all: --limit 9
    warning: the tools of docs are not known here
    hint:    Have them asked once: mcpstore list-tools
    "
  `)
})

it('finds nothing with 1 where all is known, and with 4 where it is not', async () => {
  const none = await run(['grep', 'x'], finding({ ...nothing, services: [] }))
  expect(none).toMatchObject({
    exit: 1,
    stdout: '',
    stderr: expect.stringContaining('no tool has all of these words: x'),
  })
  const unknown = await run(['grep', 'x', '--json'], finding({ ...nothing, services: [unlisted] }))
  expect(unknown.exit).toBe(4)
  expect(JSON.parse(unknown.stdout)).toEqual({ tools: [], total: 0, near: [], services: [unlisted] })
  expect(JSON.parse(unknown.stderr).error).toMatchObject({
    code: 'not_listed',
    message: expect.stringContaining('docs'),
  })
})

it.each([['.*'], ['x', '--limit', '0'], ['x', '--limit', 'many']])(
  'grep %j %j %j is refused',
  async (...words) => {
    expect(await run(['grep', ...words])).toMatchObject({ exit: 1, stdout: '', opened: [] })
  },
)
