import { rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { until } from './connections-fixtures.ts'
import { failureOf, open, scratch, server } from './stores.ts'

test('the status moved to ok and back within one check of a service that lists no tools', async () => {
  const [local, toolsFile] = [`${scratch()}/a.db`, `${scratch()}/tools.json`]
  const first = await open({ local, debug: true })
  const ctx = first.forStore()
  await ctx.addService({ torn: server({ toolsFile }) })
  const torn = [{ name: 'torn', status: 'failing', error: { code: 'server_error' } }]
  expect(await ctx.checkServices()).toMatchObject(torn)
  expect(await ctx.checkServices()).toMatchObject(torn)
  expect(await failureOf(ctx.listTools('torn', { fresh: true }))).toMatchObject({ code: 'server_error' })
  await first.close()
  const writes = first.lines.filter((line) => line.includes('merge services:torn:state'))
  expect(writes).toHaveLength(1)
  const second = (await open({ local })).forStore()
  expect(await second.listServices()).toMatchObject([{ status: 'failing' }])
  writeFileSync(toolsFile, '[]')
  expect(await second.checkServices()).toMatchObject([{ name: 'torn', status: 'ok' }])
  expect(await second.listServices()).toMatchObject([{ status: 'ok' }])
  rmSync(toolsFile)
  expect(await second.checkServices()).toMatchObject(torn)
  expect(await second.listServices()).toMatchObject([{ status: 'failing' }])
})

test('a service whose list did not come in the time allowed was said to be connecting until its connection ended', async () => {
  const ctx = (await open({ local: `${scratch()}/a.db` })).forStore()
  await ctx.addService({ mute: server({ mute: ['tools/list'] }) })
  const failure = failureOf(ctx.listTools('mute', { timeout: 3000 }))
  await until(async () => (await ctx.serviceInfo('mute')).facts.phase === 'connected')
  expect(await ctx.serviceInfo('mute')).toMatchObject({ status: 'connecting' })
  expect(await failure).toMatchObject({ code: 'timeout' })
  const [summary] = await ctx.listServices()
  expect(summary).toMatchObject({ status: 'new', facts: { phase: 'connected', health: 'unknown' } })
})
