import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { open, scratch, server } from './stores.ts'

test('tools without a name, and others of the same name, were told of in the log alone', async () => {
  const [local, toolsFile] = [`${scratch()}/a.db`, `${scratch()}/tools.json`]
  const inputSchema = { type: 'object' }
  const offer = (...names: unknown[]) =>
    writeFileSync(toolsFile, JSON.stringify(names.map((name) => ({ name, inputSchema }))))
  offer('one', 'two', 'one', '', null, 'one')
  const first = await open({ local })
  await first.forStore().addService({ odd: server({ toolsFile }), fine: server() })
  const leftOut = { nameless: 2, repeated: ['one'] }
  const live = (await first.forStore().listTools()).services
  expect(live.map((source) => [source.name, source.source, source.leftOut])).toEqual([
    ['fine', 'live', undefined],
    ['odd', 'live', leftOut],
  ])
  await first.close()
  // Others hear of it who only read the list.
  const second = await open({ local })
  const { services } = await second.forStore().listTools('odd')
  expect(services).toMatchObject([{ source: 'cache', leftOut }])
  // Nobody is told of a tool that he may not use.
  await second.forAgent('a').assignService('odd', { deny: ['one'] })
  expect((await second.forAgent('a').listTools()).services).toMatchObject([{ leftOut: { repeated: [] } }])
  offer('one', 'two', null)
  expect((await second.forStore().listTools('odd', { fresh: true })).services).toMatchObject([
    { leftOut: { nameless: 1, repeated: [] } },
  ])
  offer('one', 'two')
  await second.forStore().listTools('odd', { fresh: true })
  expect((await second.forStore().listTools('odd')).services[0]).not.toHaveProperty('leftOut')
})
