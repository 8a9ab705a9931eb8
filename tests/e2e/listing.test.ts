import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, type Foreign, mcpstore } from '../support/mcpstore.ts'

it('services stand in the order of their names', async () => {
  await using box = new Box()
  const names = ['a', 'a-1', 'a1', 'a10', 'b', 'ä', '天气']
  const config = { url: 'https://example.com' }
  await addServices(box, Object.fromEntries([...names].reverse().map((name) => [name, config])))
  const { services } = documentOf(await mcpstore(box, ['list', '--json']))
  expect(services.map(({ name }: Foreign) => name)).toEqual(names)
})
