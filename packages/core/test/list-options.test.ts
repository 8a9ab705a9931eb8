import { rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

/** A store whose service `known` was listed by an earlier one, and `new` by nobody. */
async function scene(settings: object = {}) {
  const folder = scratch()
  const starts = `${folder}/starts`
  const local = `${folder}/a.db`
  const first = await open({ local })
  await first.forStore().addService({
    known: server({ startFile: starts, ...settings }),
    new: server({ startFile: starts }),
  })
  await first.forStore().listTools('known')
  await first.close()
  return { ctx: (await open({ local })).forStore(), starts }
}

test('offline, what is known is answered and nobody is asked', async () => {
  const { ctx, starts } = await scene()
  const tools = await ctx.listTools(undefined, { offline: true })
  expect(new Set(tools.map(({ service }) => service))).toEqual(new Set(['known']))
  expect(tools.services).toEqual([
    expect.objectContaining({ name: 'known', source: 'cache', age: expect.any(Number) }),
    expect.objectContaining({
      name: 'new',
      source: 'none',
      error: expect.objectContaining({ code: 'not_listed' }),
    }),
  ])
  expect(await ctx.findTool('known/echo', { offline: true })).toMatchObject({ name: 'known/echo' })
  expect(await ctx.findTool('known__echo', { offline: true })).toMatchObject({ name: 'known/echo' })
  expect(linesOf(starts)).toBe(1)
})

test('offline, a name that nobody can know of is not called unknown', async () => {
  const { ctx, starts } = await scene()
  const codeOf = async (tool: string) => (await failureOf(ctx.findTool(tool, { offline: true }))).code
  expect(await codeOf('known/nothing')).toBe('unknown_tool')
  expect(await codeOf('new/echo')).toBe('not_listed')
  expect(await codeOf('nothing')).toBe('not_listed')
  expect((await failureOf(ctx.listTools('new', { offline: true }))).code).toBe('not_listed')
  expect(linesOf(starts)).toBe(1)
})

test('a list that is older than maxAge is asked for again, a younger one is not', async () => {
  const { ctx, starts } = await scene()
  const source = async (maxAge: number) =>
    (await ctx.listTools('known', { maxAge })).services.map((one) => one.source)
  expect(await source(3_600_000)).toEqual(['cache'])
  await ctx.findTool('known/echo', { maxAge: 3_600_000 })
  expect(linesOf(starts)).toBe(1)
  expect(await source(0)).toEqual(['live'])
  expect(linesOf(starts)).toBe(2)
})

test('an old list is not passed off as a new one when its server is gone', async () => {
  const folder = scratch()
  const program = `${folder}/server.mjs`
  const { command, args } = server()
  writeFileSync(program, `import ${JSON.stringify(args[0])}`)
  const local = `${folder}/a.db`
  const first = await open({ local })
  await first.forStore().addService({ demo: { command, args: [program, '{}'] } })
  await first.forStore().listTools()
  await first.close()
  rmSync(program)
  const ctx = (await open({ local })).forStore()
  for (const options of [{ fresh: true }, { maxAge: 0 }]) {
    for (const tool of ['demo/echo', 'echo']) {
      expect((await failureOf(ctx.findTool(tool, options))).code, tool).toBe('unreachable')
    }
    expect((await failureOf(ctx.listTools('demo', options))).code).toBe('unreachable')
    const [part] = (await ctx.listTools(undefined, options)).services
    expect(part).toMatchObject({ source: 'cache', error: { code: 'unreachable' } })
  }
  expect(await ctx.findTool('echo', { maxAge: 3_600_000 })).toMatchObject({ name: 'demo/echo' })
})

test('options that exclude each other, and ones that cannot be, are refused', async () => {
  const ctx = (await open()).forStore()
  for (const options of [{ offline: 1 }, { maxAge: -1 }, { offline: true, fresh: true }]) {
    expect((await failureOf(ctx.listTools(undefined, options as object))).code).toBe('usage')
    expect((await failureOf(ctx.findTool('a/b', options as object))).code).toBe('usage')
  }
})

test('everything that is wrong with arguments is told, each problem by its argument, and nothing is called', async () => {
  const { ctx, starts } = await scene({ weather: true })
  const tool = { ...(await ctx.findTool('known/echo')), inputSchema: schema }
  expect(await ctx.argumentProblems(tool, { 'a/b': 1, 'c d': { deep: 'x' }, more: 1 })).toEqual([
    { argument: 'text', problem: 'text is missing' },
    { argument: 'a/b', problem: 'a/b: must be a string, not a number' },
    { argument: 'c d', problem: 'c d.deep: must be a number, not a string' },
    { argument: 'more', problem: 'more is not one of its arguments' },
  ])
  expect(await ctx.argumentProblems(tool, { text: '' })).toEqual([])
  expect(linesOf(starts)).toBe(1)
})

test('arguments for an address instead of a definition were all right, also for a tool that there is not', async () => {
  const { ctx } = await scene({ weather: true })
  expect(await ctx.argumentProblems('known/echo', {})).toEqual([
    { argument: 'text', problem: 'text is missing' },
  ])
  expect(await ctx.argumentProblems('known/echo', { text: '' })).toEqual([])
  expect((await failureOf(ctx.argumentProblems('known/no-such', {}))).code).toBe('unknown_tool')
  for (const tool of [undefined, 5, '']) {
    expect((await failureOf(ctx.argumentProblems(tool as never, {}))).code).toBe('usage')
  }
})

const schema = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    'a/b': { type: 'string' },
    'c d': { type: 'object', properties: { deep: { type: 'number' } } },
  },
  required: ['text'],
  additionalProperties: false,
}
