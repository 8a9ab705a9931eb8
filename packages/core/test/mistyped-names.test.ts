import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

/** Two services that nobody listed yet, and how many were started. */
async function unlisted(settings: object = {}) {
  const starts = `${scratch()}/starts`
  const ctx = (await open()).forStore()
  const config = server({ startFile: starts, ...settings })
  await ctx.addService({ weather: config, docs: config })
  return { ctx, started: () => linesOf(starts) }
}

test('for a service that was not there every service without a list was started', async () => {
  const { ctx, started } = await unlisted({ contents: {} })
  const meant = { code: 'unknown_service', hint: 'Did you mean weather?' }
  expect(await failureOf(ctx.useTool('wether/echo', { text: 'x' }))).toMatchObject(meant)
  expect(await failureOf(ctx.findTool('wether/echo', { fresh: true }))).toMatchObject(meant)
  expect(await failureOf(ctx.getPrompt('wether/greet'))).toMatchObject(meant)
  expect(await failureOf(ctx.useTool('nothing-like-it/echo'))).toMatchObject({ code: 'unknown_service' })
  expect(started()).toBe(0)
})

test('for an address without a service before the slash every service without a list was started', async () => {
  const { ctx, started } = await unlisted()
  const hint = 'Write service/tool, for example files/read_file.'
  expect(await failureOf(ctx.useTool('/ecko'))).toMatchObject({ code: 'usage', hint })
  expect(started()).toBe(0)
  await ctx.listTools('docs')
  const near = { code: 'usage', hint: 'Did you mean docs/echo?' }
  expect(await failureOf(ctx.findTool('/ecko'))).toMatchObject(near)
})

test('a tool with a slash in its own name is found in the lists that are known, or in the service it is named with', async () => {
  const toolsFile = `${scratch()}/tools`
  writeFileSync(toolsFile, JSON.stringify([{ name: 'notes/read', inputSchema: { type: 'object' } }]))
  const { ctx, started } = await unlisted({ toolsFile })
  expect(await failureOf(ctx.findTool('notes/read'))).toMatchObject({ code: 'unknown_service' })
  expect(started()).toBe(0)
  expect(await ctx.findTool('docs_notes/read')).toMatchObject({ name: 'docs/notes/read' })
  expect(started()).toBe(1)
  expect(await ctx.findTool('notes/read')).toMatchObject({ name: 'docs/notes/read' })
  expect(await ctx.findTool('notes/read', { fresh: true })).toMatchObject({ name: 'docs/notes/read' })
  await ctx.listTools('weather')
  expect(await failureOf(ctx.findTool('notes/read'))).toMatchObject({ code: 'ambiguous_tool' })
})

test('for the name of a service, or a dot in place of the slash, every service without a list was started', async () => {
  const { ctx, started } = await unlisted()
  const isService = 'It is a service; say which of its tools: docs/echo, docs/env'
  expect(await failureOf(ctx.useTool('docs'))).toMatchObject({
    code: 'not_listed',
    hint: expect.stringContaining(isService),
  })
  expect(started()).toBe(1)
  expect(await failureOf(ctx.findTool('docs.echo'))).toMatchObject({
    code: 'not_listed',
    hint: expect.stringMatching(/^Did you mean docs\/echo\? Not searched:\nweather: /),
  })
  expect(await failureOf(ctx.findTool('docs.ecko'))).toMatchObject({
    hint: expect.stringMatching(/^Did you mean docs\/echo\? Not searched:/),
  })
  expect(await failureOf(ctx.findTool('weather', { offline: true }))).toMatchObject({ code: 'not_listed' })
  expect(started()).toBe(1)
})

test('a tool that is called like its service, or by a name that begins so, is found in it, and nobody else is asked', async () => {
  const toolsFile = `${scratch()}/tools`
  const named = ['docs', 'docs.read', 'docs.lists', 'get'].map((name) => ({
    name,
    inputSchema: { type: 'object' },
  }))
  writeFileSync(toolsFile, JSON.stringify(named))
  const { ctx, started } = await unlisted({ toolsFile })
  expect(await ctx.findTool('docs')).toMatchObject({ name: 'docs/docs' })
  expect(await ctx.findTool('docs.read')).toMatchObject({ name: 'docs/docs.read' })
  expect(started()).toBe(1)
  await ctx.listTools('weather')
  expect(await failureOf(ctx.findTool('docs'))).toMatchObject({ code: 'ambiguous_tool' })
  const ctx2 = await unlisted({ toolsFile })
  await ctx2.ctx.addService({ 'docs.lists': server({ toolsFile }) })
  expect(await ctx2.ctx.findTool('docs.lists_get')).toMatchObject({ name: 'docs.lists/get' })
})
