import { expect, test } from 'vitest'
import { failureOf, linesOf, open, scratch, server } from './stores.ts'

test('a tool that was found once is called as it is by then: another config, and a removal, are not overlooked', async () => {
  const folder = scratch()
  const [before, after] = ['before', 'after'].map((name) => `${folder}/${name}`)
  const local = `${folder}/store.db`
  const [ours, theirs] = [await open({ local }), await open({ local })]
  const ctx = ours.forStore()
  await ctx.addService({ demo: server({ startFile: before }) })
  await ctx.useTool('demo/echo', { text: 'one' })
  await ctx.useTool('demo/echo', { text: 'two' })
  expect(linesOf(before!)).toBe(1)
  const changed = new Promise<void>((resolve) => void ours.events.on('serviceUpdated', () => resolve()))
  await theirs.forStore().addService({ demo: server({ startFile: after }) })
  await changed
  await ctx.useTool('demo/echo', { text: 'three' })
  expect(linesOf(after!)).toBe(1)
  await ctx.deleteService('demo')
  expect((await failureOf(ctx.useTool('demo/echo', { text: 'four' }))).code).toBe('unknown_service')
})
