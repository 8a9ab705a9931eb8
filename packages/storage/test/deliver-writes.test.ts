import { Dataspace, memoryBackend, statsField, statsKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'

test('who never stops writing has what was counted sent all the same', async () => {
  const memory = memoryBackend()
  const sent: string[] = []
  const writes: Promise<unknown>[] = []
  let left = 5
  const write = () => {
    if (left-- > 0) writes.push(dataspace.put(`services:s${left}:config`, 1))
  }
  const dataspace: Dataspace = new Dataspace({
    namespace: 'n',
    dataspace: 'd',
    backend: {
      ...memory,
      async merge(batch) {
        sent.push('writes')
        const merged = await memory.merge(batch)
        write()
        return merged
      },
      count(...counted) {
        sent.push('counts')
        return memory.count(...counted)
      },
    },
  })
  await dataspace.open()
  dataspace.count(statsKey('tool'), statsField('s0', 'calls'), 1)
  write()
  while (left >= 0) await Promise.all(writes)
  await dataspace.close()
  expect(writes.length).toBe(5)
  expect(sent.slice(0, 3)).toEqual(['writes', 'counts', 'writes'])
})

test('what was counted waits for the config that it was counted under', async () => {
  const memory = memoryBackend()
  const services = ['s1', 's2', 's3']
  const left = [...services]
  const writes: Promise<unknown>[] = []
  const dataspace: Dataspace = new Dataspace({
    namespace: 'n',
    dataspace: 'd',
    backend: {
      ...memory,
      async merge(batch) {
        const merged = await memory.merge(batch)
        const service = left.shift()
        if (service !== undefined) {
          writes.push(dataspace.put(`services:${service}:config`, 1))
          dataspace.count(statsKey('tool'), statsField(service, 'calls'), 1)
        }
        return merged
      },
    },
  })
  await dataspace.open()
  await dataspace.put('services:first:config', 1)
  await expect.poll(() => writes.length).toBe(services.length)
  await Promise.all(writes)
  await dataspace.close()
  const { counters } = await memory.pull(0)
  const totals = counters.map(({ field, total }) => [field, total])
  expect(totals.sort()).toEqual(services.map((service) => [`${service}:calls`, 1]))
})
